package main

import (
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// plan says when each request is due, counted from the beginning, and remembers when that was. It is vegeta's pacer as
// well. [schedule] and [timetable] are the two there are.
type plan interface {
	vegeta.Pacer
	due(n uint64) time.Duration
	planned() uint64
	start() time.Time // when vegeta first asked
	describe() string
}

// beginning remembers when an attack began.
type beginning struct{ at atomic.Pointer[time.Time] }

// note is told how much time has passed, and keeps what it is told first.
func (b *beginning) note(elapsed time.Duration) {
	if b.at.Load() == nil {
		began := time.Now().Add(-elapsed)
		b.at.CompareAndSwap(nil, &began)
	}
}

func (b *beginning) start() time.Time {
	if at := b.at.Load(); at != nil {
		return *at
	}
	return time.Time{}
}
