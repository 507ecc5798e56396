package main

import (
	"fmt"
	"time"
)

// timetable is a plan that lists the moment of every request, ascending.
type timetable struct {
	at     []time.Duration
	length time.Duration
	grace  time.Duration // how long beyond its end late requests may still leave

	beginning
}

func (t *timetable) describe() string {
	return fmt.Sprintf("%d requests listed, %s", len(t.at), t.length)
}

func (t *timetable) due(n uint64) time.Duration { return t.at[min(n, uint64(len(t.at)-1))] }

func (t *timetable) planned() uint64 { return uint64(len(t.at)) }

// Pace implements vegeta's Pacer.
func (t *timetable) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	t.note(elapsed)
	if hits >= t.planned() || elapsed > t.length+t.grace {
		return 0, true
	}
	return t.due(hits) - elapsed, false
}

// Rate implements vegeta's Pacer: the mean.
func (t *timetable) Rate(time.Duration) float64 { return float64(len(t.at)) / t.length.Seconds() }
