package rig

import (
	"testing"
	"time"
)

// Patience is how long a test waits before it gives up: long enough for any machine, so that only what never comes fails.
const Patience = 2 * time.Minute

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
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if holds() {
			return time.Since(begin)
		}
		if time.Since(begin) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
		<-tick.C
	}
}
