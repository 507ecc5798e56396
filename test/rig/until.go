package rig

import (
	"testing"
	"time"
)

// Patience is how long a test waits before it gives up: long enough for any machine, so that only what never comes fails.
const Patience = 2 * time.Minute

// pauses are those between looks at something that is waited for: short at first, so that what comes soon is seen soon.
type pauses struct{ last time.Duration }

func (p *pauses) next() <-chan time.Time {
	p.last = min(max(2*p.last, time.Millisecond), 10*time.Millisecond)
	return time.After(p.last)
}

// Until polls until true, and gives how long that took. It judges nothing: it fails the test when it has waited in vain.
func Until(t testing.TB, what string, holds func() bool) time.Duration {
	t.Helper()
	return Within(t, Patience, what, holds)
}

// Within is Until with more patience, where that is needed; a limit below Patience is none.
func Within(t testing.TB, limit time.Duration, what string, holds func() bool) time.Duration {
	t.Helper()
	limit = max(limit, Patience)
	begin := time.Now()
	for wait := (pauses{}); !holds(); <-wait.next() {
		if time.Since(begin) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
	return time.Since(begin)
}
