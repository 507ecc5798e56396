package main

import (
	"testing"
	"time"
)

func TestASpikeRampsAndThenHolds(t *testing.T) {
	s := schedule{peak: 1000, ramp: 5 * time.Second, length: 10 * time.Second}
	if got := s.planned(); got != 7500 { // 2,500 while ramping, 5,000 after
		t.Errorf("%d requests planned, want 7500", got)
	}
	for n, want := range map[uint64]time.Duration{
		0:    0,
		100:  time.Second, // at 200/s after a second, 100 on average
		2500: 5 * time.Second,
		3500: 6 * time.Second,
		7500: 10 * time.Second,
	} {
		if got := s.due(n); (got - want).Abs() > time.Microsecond {
			t.Errorf("request %d is due at %s, want %s", n, got, want)
		}
	}
}

func TestRequestsAreDueInOrderAndInsideTheSchedule(t *testing.T) {
	for _, s := range []schedule{
		{peak: 20_000, length: time.Second},
		{peak: 1, length: 10 * time.Second},
		{peak: 3333, ramp: 5 * time.Second, length: 7 * time.Second},
		{peak: 500, ramp: 2 * time.Second, length: 2 * time.Second},
	} {
		last := time.Duration(-1)
		for n := range s.planned() {
			due := s.due(n)
			if due <= last || due >= s.length {
				t.Fatalf("peak %g, ramp %s: request %d is due at %s, after %s, of %s", s.peak, s.ramp, n, due, last, s.length)
			}
			last = due
		}
	}
}

func TestAScheduleThatIsBehindEndsAnyway(t *testing.T) {
	p := schedule{peak: 10, length: time.Second}.plan(time.Second)
	if wait, stop := p.Pace(500*time.Millisecond, 3); stop || wait >= 0 {
		t.Errorf("behind: wait %s, stop %v; want to go on without waiting", wait, stop)
	}
	if _, stop := p.Pace(2100*time.Millisecond, 5); !stop {
		t.Error("goes on beyond its grace")
	}
	if _, stop := p.Pace(time.Second, 10); !stop {
		t.Error("goes on beyond its plan")
	}
}
