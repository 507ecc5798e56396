package metrics

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

func TestValuesOutsideTheVocabularyBecomeOther(t *testing.T) {
	m, _ := newTestMetrics(t)
	m.RequestEnded(trace.Ended{Product: "made-up", Route: "", Status: 777, Cache: "weird"}, time.Millisecond, "")
	m.Booking("made-up", "retail", "exploded")
	m.UpstreamEnded(timeslot.UpstreamCall{Source: "somewhere", Operation: timeslot.OpDepartments, Outcome: "odd", Took: time.Millisecond})
	m.CacheLookup("attic", "dust", 1)
	body, _ := scrape(t, m, "text/plain")
	for _, line := range []string{
		`aggregator_http_request_duration_seconds_count{cache="other",code="other",product="other",route="other"} 1`,
		`aggregator_bookings_total{flow="retail",outcome="other",product="other"} 1`,
		`aggregator_upstream_request_duration_seconds_count{operation="departments",outcome="other",source="other"} 1`,
		`aggregator_cache_lookups_total{result="other",tier="other"} 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("the scrape lacks %s", line)
		}
	}
}

func TestAFloodOfInventedLabelsDoesNotGrowTheRegistry(t *testing.T) {
	m, registry := newTestMetrics(t)
	flood := func(round int) {
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 500 {
					word := fmt.Sprintf("x%d-%d-%d", round, g, i)
					m.RequestStarted()
					m.RequestEnded(trace.Ended{Product: word, Route: word, Status: 600 + i, Cache: word}, 0, "")
					m.RequestShed(word, word)
					m.UpstreamEnded(timeslot.UpstreamCall{Source: timeslot.Source(word), Operation: timeslot.Operation(word), Outcome: word, Took: 0})
					m.RedisOperation(word, word, 0)
					m.Booking(word, word, word)
					m.DecodeDropped(timeslot.CareDirect, word, 1)
				}
			})
		}
		wg.Wait()
	}
	flood(1)
	before := seriesCount(t, registry)
	flood(2)
	if after := seriesCount(t, registry); after != before {
		t.Errorf("a second flood made %d new series", after-before)
	}
	if limit := 7*learned*learned + 2000; before > limit {
		t.Errorf("the flood made %d series, more than %d", before, limit)
	}
}

func seriesCount(t testing.TB, registry *prometheus.Registry) int {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), namespace) {
			n += len(f.GetMetric())
		}
	}
	return n
}

func TestAProductAddedByAReloadGetsItsOwnSeries(t *testing.T) {
	m, _ := newTestMetrics(t)
	m.Booking("campaign", "retail", "booked")
	m.SetProducts([]string{"default", "campaign"})
	m.Booking("campaign", "retail", "booked")
	m.Booking("flushot", "retail", "booked") // no longer configured
	body, _ := scrape(t, m, "text/plain")
	for _, line := range []string{
		`aggregator_bookings_total{flow="retail",outcome="booked",product="campaign"} 1`,
		`aggregator_bookings_total{flow="provider",outcome="booked",product="campaign"} 0`,
		`aggregator_bookings_total{flow="retail",outcome="booked",product="flushot"} 0`,
		`aggregator_bookings_total{flow="retail",outcome="booked",product="other"} 2`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("the scrape lacks %s", line)
		}
	}
}
