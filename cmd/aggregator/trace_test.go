package main

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"timeslots/test/rig/figure"
	"timeslots/test/rig/tracetest"
)

const (
	followedTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	followed      = "00-" + followedTrace + "-00f067aa0ba902b7-01"
)

func startTraced(t *testing.T, ratio float64) (*running, *tracetest.Collector) {
	t.Helper()
	collector := tracetest.New(t)
	service, _, _ := startServed(t, fmt.Sprintf("tracing: {endpoint: %q, ratio: %v}\n", collector.URL, ratio))
	return service, collector
}

// under are the names of the spans directly below one, with how many there are of each.
func under(spans map[string][]tracetest.Span, parent tracetest.Span) map[string]int {
	names := map[string]int{}
	for name, list := range spans {
		for _, s := range list {
			if s.Parent == parent.ID {
				names[name]++
			}
		}
	}
	return names
}

func TestATraceShowsWhereAColdSearchSpentItsTime(t *testing.T) {
	figure.Beside(t)
	service, collector := startTraced(t, 0)
	r := get(t, service.public+hotClinic, "traceparent", followed, "correlation-id", "one-and-the-same")
	if r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var spans map[string][]tracetest.Span
	eventually(t, "the trace reaching its collector", func() bool {
		spans = collector.Of(followedTrace)
		return len(spans["GET /v1/timeslots"]) == 1
	})
	root := spans["GET /v1/timeslots"][0]
	below := under(spans, root)
	for _, name := range []string{"plan", "look-up", "fetch", "merge", "encode"} {
		if below[name] == 0 {
			t.Errorf("no %s below the request, only %v", name, slices.Sorted(maps.Keys(below)))
		}
	}
	calls := spans["upstream"]
	if len(calls) < 2 { // the directory and the clinic
		t.Fatalf("%d upstream calls", len(calls))
	}
	for _, call := range calls {
		parent := slices.ContainsFunc(spans["fetch"], func(f tracetest.Span) bool { return f.ID == call.Parent })
		if !parent || call.Said["timeslots.source"] == "" || call.Said["timeslots.operation"] == "" || call.Said["timeslots.outcome"] != "ok" {
			t.Errorf("%+v", call)
		}
	}
	if root.Said["timeslots.cache"] != "miss" || root.Said["timeslots.correlation_id"] != "one-and-the-same" {
		t.Errorf("%+v", root.Said)
	}
	line := service.err.waitFor(t, `(?m)^.*"msg":"request".*one-and-the-same.*$`)[0]
	if !strings.Contains(line, `"traceId":"`+followedTrace+`"`) {
		t.Errorf("the log does not name the trace: %s", line)
	}
}

func TestATraceOfAHitIsOneSpanHoweverItIsAnswered(t *testing.T) {
	figure.Beside(t)
	service, collector := startTraced(t, 1)
	get(t, service.public+hotClinic) // fills
	for range 3 {
		get(t, service.public+hotClinic) // answered without net/http
	}
	get(t, service.public+hotClinic, "traceparent", followed) // answered by net/http
	hits := func() (n int) {
		for _, s := range collector.Spans() {
			if s.Name == "GET /v1/timeslots" && s.Said["timeslots.cache"] == "hit" {
				n++
			}
		}
		return n
	}
	eventually(t, "four hits at the collector", func() bool { return hits() >= 4 })
	if spans := collector.Of(followedTrace); len(spans) != 1 || len(spans["GET /v1/timeslots"]) != 1 {
		t.Errorf("%v", spans)
	}
	exposition := get(t, service.admin+"/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
	for _, histogram := range []string{"http", "upstream"} {
		if !regexp.MustCompile(`aggregator_` + histogram + `_request_duration_seconds_bucket\{[^\n]*# \{trace_id="`).Match(exposition.body) {
			t.Errorf("no exemplar of %s durations names a trace", histogram)
		}
	}
}

func TestABookingsTraceSaysHowItEndedAndNothingElse(t *testing.T) {
	figure.Beside(t)
	service, collector := startTraced(t, 0)
	const patient = "Zebulon"
	r := call(t, http.MethodPost, service.public+"/dexcare/api/6/visits/retail?email="+patient, `{"patient":{"firstName":"`+patient+`"}}`,
		"Content-Type", "application/json", "Authorization", "Bearer "+patient, "traceparent", followed)
	if r.status != http.StatusBadRequest {
		t.Errorf("upstream says %d to half a booking", r.status)
	}
	const request = "POST /dexcare/api/6/visits/retail"
	eventually(t, "the trace reaching its collector", func() bool { return len(collector.Of(followedTrace)[request]) > 0 })
	spans := collector.Of(followedTrace)
	if calls := spans["upstream"]; len(calls) != 1 || calls[0].Parent != spans[request][0].ID || calls[0].Said["timeslots.outcome"] != "rejected" {
		t.Errorf("%+v", spans)
	}
	if strings.Contains(collector.Text(), patient) {
		t.Error("the patient is in the trace")
	}
}

func TestStoppingSendsTheLastTraces(t *testing.T) {
	figure.Beside(t)
	service, collector := startTraced(t, 1)
	get(t, service.public+hotClinic)
	if code := service.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if !slices.ContainsFunc(collector.Spans(), func(s tracetest.Span) bool { return s.Name == "merge" }) {
		t.Errorf("%d spans after the end, none of them of a merge", len(collector.Spans()))
	}
}
