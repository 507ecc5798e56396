package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"timeslots/test/rig"

	"github.com/google/go-cmp/cmp"
)

const metricsBefore = `# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1.5
process_resident_memory_bytes 3.2e+07
aggregator_upstream_request_duration_seconds_bucket{operation="a",outcome="ok",source="careOptions",le="+Inf"} 9
aggregator_upstream_request_duration_seconds_count{operation="a",outcome="ok",source="careOptions"} 4
aggregator_upstream_request_duration_seconds_count{operation="a",outcome="error",source="careOptions"} 1
aggregator_upstream_request_duration_seconds_count{source="booking",operation="b",outcome="ok"} 2
`

const metricsAfter = `process_cpu_seconds_total 1.9
process_resident_memory_bytes 4.194304e+07
aggregator_upstream_request_duration_seconds_count{operation="a",outcome="ok",source="careOptions"} 24
aggregator_upstream_request_duration_seconds_count{operation="a",outcome="error",source="careOptions"} 2
aggregator_upstream_request_duration_seconds_count{operation="c",outcome="ok",source="providerDirect"} 4
aggregator_upstream_request_duration_seconds_count{source="booking",operation="b",outcome="ok"} 2
`

func TestTheServicesMetricsSayWhatALoadCost(t *testing.T) {
	texts := []string{metricsBefore, metricsAfter}
	admin := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, texts[0])
		texts = texts[1:]
	}))
	m, err := startMeter(t.Context(), &options{Admin: admin + "/"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.since(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int64{"careOptions": 21, "providerDirect": 4}, got.Calls); d != "" || got.Total != 25 || got.PerThousand != 250 {
		t.Errorf("%d calls, %v for each thousand: %s", got.Total, got.PerThousand, d)
	}
	if d := cmp.Diff("4ms of CPU a page view, 40.0 MiB resident at the end", got.Took()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff("25 upstream calls, 250.0 for each thousand page views: careOptions 21, providerDirect 4", got.Asked()); d != "" {
		t.Error(d)
	}
}

func TestAServiceThatHasAskedNothingHasMetrics(t *testing.T) {
	got, err := parseMetrics("# TYPE aggregator_build_info gauge\naggregator_build_info{version=\"1\"} 1\nprocess_cpu_seconds_total 1.5\n")
	if err != nil || got.cpu != 1.5 || len(got.calls) != 0 {
		t.Errorf("%+v (%v)", got, err)
	}
}

func TestMetricsThatAreNotTheServicesAreRefused(t *testing.T) {
	other := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }))
	none := rig.Listen(t, http.NotFoundHandler())
	for address, want := range map[string]string{
		other: "not the service's metrics",
		none:  "404 Not Found",
	} {
		if _, err := startMeter(t.Context(), &options{Admin: address}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}
