package rig

import "time"

// After is [time.After] for bubbles (testing/synctest), without a timer where there is nothing to wait for: those who receive from
// timers of one bubble that are due already run them, and two at once break the race detector's own state
// (golang.org/issue/78156).
func After(d time.Duration) <-chan time.Time {
	if d > 0 {
		return time.After(d)
	}
	due := make(chan time.Time)
	close(due)
	return due
}
