package metrics

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

func newTestMetrics(t testing.TB) (*Metrics, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	m, err := New(Options{
		Registerer: registry, Products: []string{"default", "flushot"}, ShedReasons: []string{"in_flight", "per_client"}, Latencies: []time.Duration{400 * time.Millisecond},
		Version: "1.2.3", Revision: "abc",
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, registry
}

// recordEverything calls every recording method once.
func recordEverything(m *Metrics) {
	m.RequestStarted()
	m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "hit"}, time.Millisecond, "")
	m.RequestShed("flushot", "in_flight")
	m.ServedAge("flushot", 3*time.Second)
	m.PartialResponse("flushot", timeslot.CareDirect, timeslot.KindTimeout)
	m.DropInUnknown("/dexcare/v4/departments", "parameter")
	m.Consistency("flushot", true)
	m.OffersCompared(timeslot.CareOptions, 7*time.Second, accuracy.Changes{There: 3, Gone: 1, TakenHere: 1})
	m.FragmentFresh(timeslot.CareOptions, 15*time.Second)
	m.WatchAccuracy(measured())
	m.UpstreamStarted(timeslot.CareOptions)
	m.UpstreamEnded(timeslot.UpstreamCall{Source: timeslot.CareOptions, Operation: timeslot.OpAvailabilitySlots, Outcome: "ok", Took: 80 * time.Millisecond})
	m.UpstreamHedged(timeslot.CareOptions, true)
	m.UpstreamRefused(timeslot.CareOptions, timeslot.KindOpen)
	m.SetSLOs(map[string]SLO{"flushot": {Latency: 400 * time.Millisecond, Objective: 0.99}})
	m.BreakerChanged(timeslot.CareOptions, timeslot.OpAvailabilitySlots, 2)
	m.DecodeDropped(timeslot.CareOptions, "start", 3)
	m.ZoneDoubted(timeslot.CareOptions, "offset", 2)
	m.StoreFenced(timeslot.CareOptions)
	m.Coalesced("process")
	m.Refresh(timeslot.CareOptions, "ok")
	m.CacheLookup("memory", "hit", 31)
	m.RedisOperation("get", "ok", time.Millisecond)
	m.RedisServers(map[string]int{"": 1})
	m.RedisClockSkew(time.Second)
	m.TombstonePropagation(20 * time.Millisecond)
	m.ConfigReload("applied")
	m.Booking("flushot", "retail", "booked")
	m.BookedSlotAge("flushot", "booked", 12*time.Second)
	m.WatchCache("memory", 8192, func() float64 { return 4096 }, func() float64 { return 7 })
	m.WatchSlots(func() map[timeslot.Source]int {
		return map[timeslot.Source]int{timeslot.CareOptions: 2100, timeslot.Directory: 0}
	})
	m.WatchCircles(func() (inUse, most int) { return 12, 4096 })
	m.WatchTombstones(func() float64 { return 2 })
}

func scrape(t testing.TB, m *Metrics, accept string) (body, contentType string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("scrape: status %d, error %v", w.Code, err)
	}
	return string(text), w.Header().Get("Content-Type")
}

func TestNamesAndHelpAreAsPrometheusWantsThem(t *testing.T) {
	m, registry := newTestMetrics(t)
	recordEverything(m)

	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, namespace) {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestCountersExistAtZeroBeforeAnythingHappened(t *testing.T) {
	m, _ := newTestMetrics(t)
	body, _ := scrape(t, m, "text/plain")
	for _, line := range []string{
		`aggregator_bookings_total{flow="retail",outcome="slot_unavailable",product="flushot"} 0`,
		`aggregator_bookings_total{flow="provider",outcome="unknown",product="other"} 0`,
		`aggregator_partial_responses_total{product="default",reason="open",source="careOptions"} 0`,
		`aggregator_http_requests_shed_total{product="default",reason="in_flight"} 0`,
		`aggregator_http_requests_in_flight 0`,
		`aggregator_cache_lookups_total{result="negative",tier="redis"} 0`,
		`aggregator_breaker_state{operation="provider_timeslots",source="providerDirect"} 0`,
		`aggregator_upstream_requests_in_flight{source="booking"} 0`,
		`aggregator_upstream_refused_total{reason="limited",source="directory"} 0`,
		`aggregator_coalesced_total{scope="fleet"} 0`,
		`aggregator_config_reloads_total{outcome="rejected"} 0`,
		`aggregator_served_age_seconds_count{product="other"} 0`,
		`aggregator_tombstones 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("the first scrape lacks %s", line)
		}
	}
	if strings.Contains(body, "aggregator_redis_up") {
		t.Error("redis_up is exported although nobody said that there is a Redis")
	}
}

func TestRecordedValuesArriveInTheirSeries(t *testing.T) {
	m, _ := newTestMetrics(t)
	recordEverything(m)
	body, _ := scrape(t, m, "text/plain")
	for _, line := range []string{
		`aggregator_http_request_duration_seconds_count{cache="hit",code="200",product="flushot",route="/v1/timeslots"} 1`,
		`aggregator_http_requests_in_flight 0`,
		`aggregator_upstream_requests_in_flight{source="careOptions"} 0`,
		`aggregator_upstream_request_duration_seconds_bucket{operation="availability_slots",outcome="ok",source="careOptions",le="0.1"} 1`,
		`aggregator_breaker_state{operation="availability_slots",source="careOptions"} 2`,
		`aggregator_decode_dropped_total{reason="start",source="careOptions"} 3`,
		`aggregator_zone_doubts_total{reason="offset",source="careOptions"} 2`,
		`aggregator_cache_lookups_total{result="hit",tier="memory"} 31`,
		`aggregator_cache_bytes{tier="memory"} 4096`,
		`aggregator_cache_entries{tier="memory"} 7`,
		`aggregator_cache_max_bytes{tier="memory"} 8192`,
		`aggregator_cache_slots{source="careDirect"} 0`,
		`aggregator_cache_slots{source="careOptions"} 2100`,
		`aggregator_area_circles 12`,
		`aggregator_area_circles_max 4096`,
		`aggregator_tombstones 2`,
		`aggregator_redis_up 1`,
		`aggregator_bookings_total{flow="retail",outcome="booked",product="flushot"} 1`,
		`aggregator_booked_slot_age_seconds_bucket{outcome="booked",product="flushot",le="15"} 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("the scrape lacks %s", line)
		}
	}
}

func TestRedisGoingDownShowsAsZero(t *testing.T) {
	m, _ := newTestMetrics(t)
	m.RedisServers(map[string]int{"": 3})
	m.RedisServers(map[string]int{"refused": 1})
	m.RedisClockSkew(time.Second)
	if body, _ := scrape(t, m, "text/plain"); !strings.Contains(body, "aggregator_redis_up 0\n") {
		t.Error("redis_up is not 0")
	}
}

func TestNilMetricsAndNilRegistererAreSilent(t *testing.T) {
	recordEverything(nil)
	w := httptest.NewRecorder()
	(*Metrics)(nil).Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("a nil Metrics answers %d, want 404", w.Code)
	}

	m, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	recordEverything(m)
	if body, _ := scrape(t, m, "text/plain"); strings.Contains(body, namespace) {
		t.Error("series were exported without a registerer")
	}
}

func TestASecondSetOnOneRegistryIsRefused(t *testing.T) {
	_, registry := newTestMetrics(t)
	if m, err := New(Options{Registerer: registry}); err == nil || m != nil {
		t.Errorf("New gave (%v, %v), want an error alone", m, err)
	}
}

func TestScrapersGetTheFormatTheyAskFor(t *testing.T) {
	m, _ := newTestMetrics(t)
	recordEverything(m)
	body, contentType := scrape(t, m, "application/openmetrics-text; version=1.0.0")
	if !strings.HasPrefix(contentType, "application/openmetrics-text") || !strings.HasSuffix(body, "# EOF\n") {
		t.Errorf("asked for OpenMetrics, got %s", contentType)
	}
	for _, family := range []string{"go_goroutines", "process_cpu_seconds_total", "aggregator_build_info{"} {
		if !strings.Contains(body, family) {
			t.Errorf("the scrape lacks %s", family)
		}
	}
	_, contentType = scrape(t, m,
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	if !strings.HasPrefix(contentType, "application/vnd.google.protobuf") {
		t.Errorf("asked for protobuf, got %s", contentType)
	}
}

func TestHistogramsCarryNativeBuckets(t *testing.T) {
	m, registry := newTestMetrics(t)
	recordEverything(m)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "aggregator_http_request_duration_seconds" {
			h := f.GetMetric()[0].GetHistogram()
			if len(h.GetPositiveSpan()) == 0 || len(h.GetBucket()) == 0 {
				t.Errorf("native spans %d, classic buckets %d, want both", len(h.GetPositiveSpan()), len(h.GetBucket()))
			}
			return
		}
	}
	t.Error("no request histogram")
}
