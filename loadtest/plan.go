package main

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// plan says when each request is due, counted from the beginning, and remembers when that was. It is vegeta's pacer as
// well.
type plan struct {
	due     func(n uint64) time.Duration // of request n, from 0
	planned uint64                       // requests; 0: what is answered decides
	length  time.Duration
	grace   time.Duration // how long beyond its end late requests may still leave
	said    string        // for the report

	began atomic.Pointer[time.Time]
}

// start is when vegeta first asked.
func (p *plan) start() time.Time {
	if at := p.began.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// begin says that the beginning is now, unless it was before.
func (p *plan) begin(now time.Time) { p.began.CompareAndSwap(nil, &now) }

// Pace implements vegeta's Pacer: how long to wait before request number hits, or the end.
func (p *plan) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if p.began.Load() == nil {
		p.begin(time.Now().Add(-elapsed))
	}
	if hits >= p.planned || elapsed > p.length+p.grace {
		return 0, true
	}
	return p.due(hits) - elapsed, false
}

// Rate implements vegeta's Pacer: the mean, a second.
func (p *plan) Rate(time.Duration) float64 { return float64(p.planned) / p.length.Seconds() }

// timetable is a plan that lists the moment of every request, ascending.
func timetable(at []time.Duration, length, grace time.Duration) *plan {
	return &plan{
		due:     func(n uint64) time.Duration { return at[min(n, uint64(len(at)-1))] },
		planned: uint64(len(at)), length: length, grace: grace, said: fmt.Sprintf("%d requests listed, %s", len(at), length),
	}
}

// schedule is a straight ramp from nothing to the peak rate, then the peak.
//
//	rate
//	peak │      ┌──────────────────
//	     │    ╱ │
//	     │  ╱   │
//	     └──────┴──────────────────▶ time
//	     0    ramp             length
type schedule struct {
	peak   float64       // requests a second
	ramp   time.Duration // 0: the peak at once
	length time.Duration
}

func (s schedule) plan(grace time.Duration) *plan {
	return &plan{due: s.due, planned: s.planned(), length: s.length, grace: grace, said: fmt.Sprintf("peak %g/s, %s", s.peak, s.length)}
}

// due is the inverse of the area under the rate.
func (s schedule) due(n uint64) time.Duration {
	ramp := s.ramp.Seconds()
	inRamp := s.peak * ramp / 2
	at := float64(n)
	if at < inRamp {
		return duration(math.Sqrt(2 * ramp * at / s.peak))
	}
	return duration(ramp + (at-inRamp)/s.peak)
}

func (s schedule) planned() uint64 {
	end, ramp := s.length.Seconds(), s.ramp.Seconds()
	if end <= ramp {
		return uint64(math.Ceil(s.peak * end * end / (2 * ramp)))
	}
	return uint64(math.Ceil(s.peak*ramp/2 + s.peak*(end-ramp)))
}
