// Package figure is for tests that measure something: it says whether figures are judged in this run, and puts each
// beside its limit.
//
// How fast a machine is, and what else runs on it, is no fault of the code. So `make test` logs figures, and judges
// counts, orders, sets and bytes only; `make faults` sets FAULTS_FULL, runs what takes long as well, and judges them all.
// A test that only measures begins with [Only]. [Measure] and [Repeat] tell a story again before they believe a figure
// that is beyond its limit, and say what the machine's own timers did meanwhile ([Machine]).
package figure

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// Judged says whether figures are judged in this run, and the long form of each story told (make faults).
func Judged() bool { return os.Getenv("FAULTS_FULL") != "" }

// Form is the long form where figures are judged, else the short one.
func Form[T any](long, short T) T {
	if Judged() {
		return long
	}
	return short
}

// AtMost logs a duration beside its limit, and where figures are judged wants it within.
func AtMost(t testing.TB, what string, got, limit time.Duration) {
	t.Helper()
	said := fmt.Sprintf("%s: %v, limit %v", what, got, limit)
	if Judged() && got > limit {
		t.Error(said)
		return
	}
	t.Log(said)
}

// Only skips a test that has nothing but figures, where they are not judged.
func Only(t testing.TB) {
	t.Helper()
	if !Judged() {
		t.Skip("measured: part of make faults")
	}
}

// Beside lets a test run beside others, unless figures are judged: then each has the machine alone.
func Beside(t *testing.T) {
	t.Helper()
	if !Judged() {
		t.Parallel()
	}
}

// Long leaves out, under -short, what takes long and knows no calendar: the sweep over other days runs without.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: not part of -short")
	}
}
