package metrics

import (
	"strings"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

const (
	openMetrics = "application/openmetrics-text; version=1.0.0"
	traceID     = "4bf92f3577b34da6a3ce929d0e0e4736"
)

func TestAProductsLatencyIsABucket(t *testing.T) {
	m, _ := newTestMetrics(t) // with a latency of 400 ms
	m.RequestStarted()
	m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "miss"}, 390*time.Millisecond, "")
	body, _ := scrape(t, m, "text/plain")
	const series = `aggregator_http_request_duration_seconds_bucket{cache="miss",code="200",product="flushot",route="/v1/timeslots",le=`
	for le, want := range map[string]string{"0.25": "0", "0.4": "1", "0.5": "1"} {
		if !strings.Contains(body, series+`"`+le+`"} `+want+"\n") {
			t.Errorf("the bucket to %s is not %s", le, want)
		}
	}
}

func TestLatenciesAreAddedOnceAndInOrder(t *testing.T) {
	got := withLatencies([]float64{.1, .25, 1}, []time.Duration{250 * time.Millisecond, 700 * time.Millisecond, 0, -1, 700 * time.Millisecond})
	want := []float64{.1, .25, .7, 1}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestATracedRequestLeavesAnExemplar(t *testing.T) {
	m, _ := newTestMetrics(t)
	m.RequestStarted()
	m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "miss"}, 80*time.Millisecond, traceID)
	m.UpstreamStarted(timeslot.CareDirect)
	m.UpstreamEnded(timeslot.UpstreamCall{Source: timeslot.CareDirect, Operation: timeslot.OpDepartmentTimeslots, Outcome: "ok", Took: 70 * time.Millisecond, TraceID: traceID})
	body, _ := scrape(t, m, openMetrics)
	for _, bucket := range []string{
		`aggregator_http_request_duration_seconds_bucket{cache="miss",code="200",product="flushot",route="/v1/timeslots",le="0.1"} 1 # {trace_id="` + traceID + `"} 0.08`,
		`aggregator_upstream_request_duration_seconds_bucket{operation="department_timeslots",outcome="ok",source="careDirect",le="0.1"} 1 # {trace_id="` + traceID + `"} 0.07`,
	} {
		if !strings.Contains(body, bucket) {
			t.Errorf("the scrape lacks %s", bucket)
		}
	}
}

func TestWhatIsNoTraceIDIsNoExemplar(t *testing.T) {
	m, _ := newTestMetrics(t)
	for _, id := range []string{"", "abc", strings.ToUpper(traceID), strings.Repeat("x", 300), traceID[:31] + "\xff"} {
		m.RequestStarted()
		m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "miss"}, time.Millisecond, id)
	}
	body, _ := scrape(t, m, openMetrics)
	if strings.Contains(body, "# {") {
		t.Error("an exemplar was made of something that is no trace id")
	}
	if !strings.Contains(body, `aggregator_http_request_duration_seconds_count{cache="miss",code="200",product="flushot",route="/v1/timeslots"} 5`) {
		t.Error("not every request was counted")
	}
}
