package trace_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"timeslots/internal/trace"
	"timeslots/test/rig/tracetest"
)

const (
	clientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan  = "00f067aa0ba902b7"
)

// asking is the header of a client that follows its request, or does not.
func asking(flags string) http.Header {
	return http.Header{"Traceparent": {"00-" + clientTrace + "-" + clientSpan + "-" + flags}, "Tracestate": {"vendor=patient-name"}}
}

func newTracer(t *testing.T, endpoint string, ratio float64) *trace.Tracer {
	t.Helper()
	tracer, err := trace.New(trace.Options{Endpoint: endpoint, Ratio: ratio, Tenant: "acme", Version: "1.2.3", Instance: "replica-1"})
	if err != nil {
		t.Fatal(err)
	}
	return tracer
}

func flush(t *testing.T, tracer *trace.Tracer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := tracer.Close(ctx); err != nil {
		t.Error(err)
	}
}

var search = trace.Ended{Method: "GET", Route: "/v1/timeslots", Product: "flu-shot", Cache: "miss", Status: 200, CorrelationID: "abc"}

func TestAClientsTraceGoesOnInTheService(t *testing.T) {
	collector := tracetest.New(t)
	tracer := newTracer(t, collector.URL, 0)
	ctx, request := tracer.Begin(t.Context(), asking("01"), time.Now())
	inner, fetch := trace.Start(ctx, trace.Fetch)
	_, call := trace.Start(inner, trace.Upstream)
	call.Word(trace.Source, "careDirect")
	call.Count(trace.Again, 1)
	call.Fail()
	call.End()
	fetch.End()
	request.Finish(search)
	if request.ID() != clientTrace {
		t.Errorf("trace %s, want the client's", request.ID())
	}
	flush(t, tracer)
	if collector.Paths()["POST /v1/traces"] == 0 {
		t.Errorf("sent to %v", collector.Paths())
	}
	spans := collector.Of(clientTrace)
	root, upstream := spans["GET /v1/timeslots"], spans["upstream"]
	if len(root) != 1 || len(upstream) != 1 || len(spans["fetch"]) != 1 {
		t.Fatalf("%+v", spans)
	}
	if root[0].Parent != clientSpan || root[0].Kind != otlp.Span_SPAN_KIND_SERVER || root[0].State != "" || root[0].Failed {
		t.Errorf("%+v", root[0])
	}
	for key, want := range map[string]string{
		"http.request.method": "GET", "http.route": "/v1/timeslots", "http.response.status_code": "200", "timeslots.product": "flu-shot",
		"timeslots.cache": "miss", "timeslots.correlation_id": "abc", "service.name": "timeslots", "service.namespace": "acme",
		"service.version": "1.2.3", "service.instance.id": "replica-1",
	} {
		if root[0].Said[key] != want {
			t.Errorf("%s is %q, want %q", key, root[0].Said[key], want)
		}
	}
	u := upstream[0]
	if u.Parent != spans["fetch"][0].ID || spans["fetch"][0].Parent != root[0].ID || u.Kind != otlp.Span_SPAN_KIND_CLIENT ||
		!u.Failed || u.Said["timeslots.source"] != "careDirect" || u.Said["timeslots.again"] != "1" {
		t.Errorf("%+v", u)
	}
}

func TestWhoIsFollowed(t *testing.T) {
	twice := asking("01")
	twice.Add("Traceparent", twice.Get("Traceparent"))
	tests := map[string]struct {
		header http.Header
		ratio  float64
		want   bool
	}{
		"nobody asks, chance says no":                {http.Header{}, 0, false},
		"nobody asks, chance says yes":               {http.Header{}, 1, true},
		"the client asks":                            {asking("01"), 0, true},
		"the client asks not to":                     {asking("00"), 1, false},
		"an id of zeros is none":                     {http.Header{"Traceparent": {"00-00000000000000000000000000000000-00f067aa0ba902b7-01"}}, 0, false},
		"nonsense is none, and chance says yes":      {http.Header{"Traceparent": {"patient-name"}}, 1, true},
		"two traceparents are none, chance says no":  {twice, 0, false},
		"two traceparents are none, chance says yes": {twice, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tracer := newTracer(t, tracetest.New(t).URL, tt.ratio)
			defer flush(t, tracer)
			_, span := tracer.Begin(t.Context(), tt.header, time.Now())
			span.Finish(search)
			if got := span.ID() != ""; got != tt.want {
				t.Errorf("followed %v", got)
			}
		})
	}
}

func TestClientsCannotAskForMoreTracesThanThereIsRoomFor(t *testing.T) {
	tracer := newTracer(t, tracetest.New(t).URL, 1)
	defer flush(t, tracer)
	followed := 0
	began := time.Now()
	for range 1000 {
		_, span := tracer.Begin(t.Context(), asking("01"), time.Now())
		span.Finish(search)
		if span.ID() != "" {
			followed++
		}
	}
	if most := 100 + int(101*time.Since(began).Seconds()); followed < 100 || followed > most {
		t.Errorf("%d of 1000 were followed, want 100 to %d", followed, most)
	}
}

func TestWithoutACollectorNothingHappens(t *testing.T) {
	tracer, err := trace.New(trace.Options{Ratio: 1})
	if tracer != nil || err != nil {
		t.Fatalf("%v, %v", tracer, err)
	}
	header := asking("01")
	header.Del("Tracestate")
	ctx := t.Context()
	allocs := testing.AllocsPerRun(100, func() {
		ctx, request := tracer.Begin(ctx, header, time.Time{})
		_, part := trace.Start(ctx, trace.Merge)
		part.Word(trace.Source, "careDirect")
		part.Count(trace.Slots, 3)
		part.Fail()
		part.End()
		request.Finish(search)
		if request.ID() != "" {
			t.Error("followed")
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	if err := tracer.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestACollectorThatIsAwayHoldsNobodyUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tracer := newTracer(t, fmt.Sprintf("http://%s", l.Addr()), 1)
	for range 20_000 { // more than the queue holds: a caller that waited for the collector would wait forever
		_, span := tracer.Begin(t.Context(), nil, time.Now())
		span.Finish(search)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tracer.Close(ctx); !errors.Is(err, context.Canceled) { // not what the collector's own time being up would say
		t.Errorf("closing without patience ends with %v", err)
	}
}

func BenchmarkRequestThatIsNotFollowed(b *testing.B) {
	tracer, err := trace.New(trace.Options{Endpoint: "http://127.0.0.1:1", Ratio: 0})
	if err != nil {
		b.Fatal(err)
	}
	header := http.Header{}
	b.ReportAllocs()
	for b.Loop() {
		if _, span := tracer.Begin(b.Context(), header, time.Time{}); span.ID() != "" {
			b.Fatal("followed")
		}
	}
}
