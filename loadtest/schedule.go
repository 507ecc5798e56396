package main

import (
	"fmt"
	"math"
	"time"
)

// schedule says when each request is due: a straight ramp from nothing to the peak rate, then the peak.
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
	grace  time.Duration // how long beyond its end late requests may still leave

	beginning
}

func (s *schedule) describe() string { return fmt.Sprintf("peak %g/s, %s", s.peak, s.length) }

// due is when request n (from 0) should leave, counted from the beginning: the inverse of the area under the rate.
func (s *schedule) due(n uint64) time.Duration {
	ramp := s.ramp.Seconds()
	inRamp := s.peak * ramp / 2
	at := float64(n)
	if at < inRamp {
		return seconds(math.Sqrt(2 * ramp * at / s.peak))
	}
	return seconds(ramp + (at-inRamp)/s.peak)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// planned is how many requests the schedule has.
func (s *schedule) planned() uint64 {
	end, ramp := s.length.Seconds(), s.ramp.Seconds()
	if end <= ramp {
		return uint64(math.Ceil(s.peak * end * end / (2 * ramp)))
	}
	return uint64(math.Ceil(s.peak*ramp/2 + s.peak*(end-ramp)))
}

// Pace implements vegeta's Pacer: how long to wait before request number hits, or the end.
func (s *schedule) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	s.note(elapsed)
	if hits >= s.planned() || elapsed > s.length+s.grace {
		return 0, true
	}
	return s.due(hits) - elapsed, false
}

// Rate implements vegeta's Pacer: the rate at a moment, a second.
func (s *schedule) Rate(elapsed time.Duration) float64 {
	if elapsed < s.ramp {
		return s.peak * elapsed.Seconds() / s.ramp.Seconds()
	}
	return s.peak
}
