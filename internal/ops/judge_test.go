package ops

import (
	"math"
	"testing"
	"time"
)

// reading is a small set of series: a thousand requests of a product, a hundred of them calls that passed through and took long, so
// many of the others failed, slow or partial; and the calls of a source.
func reading(failed, slow, partial, shed float64, breaker float64) []Series {
	of := func(route, code, cache string, n, fast float64) Series {
		return Series{Name: requests, Labels: map[string]string{"product": "flushot", "route": route, "code": code, "cache": cache},
			Count: n, Bounds: []float64{0.1, 0.25, 1}, Counts: []float64{fast / 2, fast, n}}
	}
	return []Series{
		of("/v1/timeslots", "200", "hit", 500, 500), of("/dexcare/v4/departments", "200", "hit", 400-failed, 400-failed-slow),
		of("/dexcare/api/6/visits/retail", "502", "bypass", failed, failed), of("/dexcare/v1/patient", "200", "bypass", 100, 0),
		of("/", "502", "miss", 50, 0), // a page
		{Name: "slo_objective", Labels: map[string]string{"product": "flushot"}, Value: 0.99},
		{Name: "slo_latency_seconds", Labels: map[string]string{"product": "flushot"}, Value: 0.25},
		{Name: "partial_responses_total", Labels: map[string]string{"product": "flushot"}, Value: partial},
		{Name: "http_requests_shed_total", Labels: map[string]string{"product": "flushot"}, Value: shed},
		{Name: "upstream_requests_in_flight", Labels: map[string]string{"source": "careOptions"}},
		{Name: calls, Labels: map[string]string{"source": "careOptions", "outcome": "ok"}, Count: 10, Bounds: []float64{1}, Counts: []float64{10}},
		{Name: "breaker_state", Labels: map[string]string{"source": "careOptions", "operation": "availability_slots"}, Value: breaker},
		{Name: "redis_up", Value: 0},
	}
}

func TestAProductIsJudgedByItsPromise(t *testing.T) {
	tests := []struct {
		name                        string
		failed, slow, partial, shed float64
		want                        Health
	}{
		{name: "nothing happened", want: Healthy},
		{name: "one in 500 fails", failed: 2, want: Healthy},
		{name: "seven in a thousand fail", failed: 7, want: Warning},
		{name: "two in a hundred fail", failed: 20, want: Failing},
		{name: "seven in a thousand are slow", slow: 7, want: Warning},
		{name: "two in a hundred are slow", slow: 20, want: Failing},
		{name: "a few lack a source", partial: 3, want: Warning},
		{name: "many lack a source", partial: 100, want: Failing},
		{name: "many are turned away", shed: 100, want: Failing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := judge(nil, newTally(time.Now(), reading(tt.failed, tt.slow, tt.partial, tt.shed, 0)), 10*time.Second)
			p := s.Products[0]
			if p.Health != tt.want || (p.Why == "") != (tt.want == Healthy) {
				t.Errorf("%s (%s), want %s", p.Health, p.Why, tt.want)
			}
			if p.Rate != 100 || math.Abs(p.Errors-tt.failed/1000) > 1e-9 {
				t.Errorf("%v requests a second, %v failed", p.Rate, p.Errors)
			}
		})
	}
}

func TestAStateSpeaksOfTheTimeBetweenTwoReadings(t *testing.T) {
	before, now := newTally(time.Now(), reading(500, 0, 100, 0, 2)), newTally(time.Now(), reading(500, 0, 100, 0, 0))
	s := judge(before, now, 10*time.Second)
	if p := s.Products[0]; p.Health != Idle || p.Rate != 0 || p.P99 != 0 {
		t.Errorf("%+v, want it idle: all that happened was before", p)
	}
	if s.Sources[0].Health != Idle || s.Breakers[0].State != "closed" || !s.Redis.Configured || s.Redis.Up {
		t.Errorf("%+v %+v %+v", s.Sources[0], s.Breakers[0], s.Redis)
	}
	if s = judge(nil, before, time.Second); s.Sources[0].Health != Failing || s.Breakers[0].State != "open" {
		t.Errorf("%+v %+v, want an open breaker to show", s.Sources[0], s.Breakers[0])
	}
}

func TestSlotsInMemoryStandBesideWhatBoundsThem(t *testing.T) {
	gauge := func(name, label, word string, value float64) Series {
		return Series{Name: name, Labels: map[string]string{label: word}, Value: value}
	}
	s := judge(nil, newTally(time.Now(), append(reading(0, 0, 0, 0, 0),
		gauge("cache_slots", "source", "careOptions", 2100), gauge("cache_slots", "source", "careDirect", 30),
		gauge("cache_bytes", "tier", "memory", 4096), gauge("cache_max_bytes", "tier", "memory", 8192),
		gauge("cache_bytes", "tier", "response", 10), gauge("cache_max_bytes", "tier", "response", 20),
	)), time.Second)
	if s.Sources[0].Name != "careOptions" || s.Sources[0].Slots != 2100 {
		t.Errorf("%+v", s.Sources)
	}
	if len(s.Cache) != 2 || s.Cache[0].Bytes != 4096 || s.Cache[0].Max != 8192 || s.Cache[1].Max != 20 {
		t.Errorf("%+v", s.Cache)
	}
}

func TestQuantilesAreThoseOfPrometheus(t *testing.T) {
	h := histogram{count: 100, bounds: []float64{0.1, 0.25, 1}, counts: []float64{50, 90, 99}}
	for q, want := range map[float64]float64{0.25: 0.05, 0.5: 0.1, 0.7: 0.175, 0.99: 1, 0.999: 1} {
		if got := h.quantile(q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile %v: %v, want %v", q, got, want)
		}
	}
	if (histogram{}).quantile(0.5) != 0 || (histogram{}).within(1) != 1 {
		t.Error("nothing has no quantile, and keeps every promise")
	}
	if got := h.within(0.25); got != 0.9 {
		t.Errorf("%v within 0.25, want 0.9", got)
	}
}
