package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// report is what a run found.
type report struct {
	Replicas int           `json:"replicas"`
	Redis    string        `json:"redis"`
	Took     time.Duration `json:"tookNanoseconds"`
	Lag      time.Duration `json:"lagNanoseconds"`
	Disabled []string      `json:"disabled,omitempty"`

	counts
	Distinct      int            `json:"distinctAnswers"`
	Nemesis       map[string]int `json:"nemesis,omitempty"`
	UpstreamCalls map[string]int `json:"upstreamCalls"` // by operation and group
}

// strictShare is of the answers that were judged, 0…1.
func (r report) strictShare() float64 {
	if r.Reads == 0 {
		return 0
	}
	return float64(r.Strict) / float64(r.Reads)
}

// answered counts bookings from which the promise holds.
func (c counts) answered() int { return c.Bookings[booked] + c.Bookings[unavailable] }

// verdict is what makes the run a failure: broken promises, or too little to tell. A run that is to find violations
// fails when it finds none, and nothing else is asked of it.
func (r report) verdict(o *options) error {
	if o.expectViolations {
		if r.Violations == 0 {
			return errors.New("no violations, though some were expected")
		}
		return nil
	}
	var errs []error
	fail := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fail(r.Violations > 0, "%d violations", r.Violations)
	fail(r.Unmarked > 0, "%d answers do not say how consistent they are", r.Unmarked)
	fail(r.Unreadable > 0, "%d answers are unreadable", r.Unreadable)
	fail(r.answered() < o.minBookings, "%d bookings are too few to tell, want %d", r.answered(), o.minBookings)
	fail(r.Strict < o.minReads, "%d strict reads are too few to tell, want %d", r.Strict, o.minReads)
	fail(r.strictShare() < o.minStrict, "%.2f %% of the answers are strict, want %.2f %%", 100*r.strictShare(), 100*o.minStrict)
	return errors.Join(errs...)
}

// enough reports whether the numbers so far can carry a verdict: no more of them would change that there were too few.
func (c counts) enough(o *options) bool {
	if o.expectViolations {
		return c.Violations > 0
	}
	return c.answered() >= o.minBookings && c.Strict >= o.minReads
}

// print writes the report for people.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("setting", "%d replicas, %s, upstream lags %s, %s", r.Replicas, r.Redis, r.Lag, r.Took.Round(time.Second/10))
	if len(r.Disabled) > 0 {
		line("disabled", "%s", strings.Join(r.Disabled, ", "))
	}
	if len(r.Nemesis) > 0 {
		line("nemesis", "%s", listed(r.Nemesis))
	}
	line("reads", "%d: %d strict (%.2f %%), %d best-effort, %d unmarked; %d distinct answers, %d unreadable",
		r.Reads, r.Strict, 100*r.strictShare(), r.BestEffort, r.Unmarked, r.Distinct, r.Unreadable)
	if len(r.Failures) > 0 {
		line("failed", "%s", listed(r.Failures))
	}
	line("bookings", "%d booked, %d unavailable, %d other, %d without an answer; %d times nothing to book",
		r.Bookings[booked], r.Bookings[unavailable], r.Bookings[refused], r.Bookings[unanswered], r.Dry)
	line("violations", "%d, the latest %s after the answer to the booking", r.Violations, r.WorstStrict.Round(time.Microsecond))
	for _, e := range r.Examples {
		fmt.Fprintf(&b, "%13sreplica %d, %s after: %s in %s (%s)\n", "", e.Replica, e.After.Round(time.Microsecond), e.Slot, e.Target, e.CacheStatus)
	}
	line("best-effort", "%d offers of taken slots, the latest %s after", r.Reoffers, r.WorstReoffers.Round(time.Millisecond))
	if r.Lost != "" {
		line("lost", "the last booking without an answer: %s", r.Lost)
	}
	line("upstream", "%d calls: %s", r.UpstreamCalls["*"], listed(operations(r.UpstreamCalls)))
	_, err := io.WriteString(w, b.String())
	return err
}

// operations leaves the groups out, and what was not called.
func operations(calls map[string]int) map[string]int {
	out := maps.Clone(calls)
	for _, group := range []string{"*", "booking", "care-direct", "care-options", "directory", "provider-direct", "provider-timeslots"} {
		delete(out, group)
	}
	maps.DeleteFunc(out, func(_ string, n int) bool { return n == 0 })
	return out
}

func listed(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// save writes the report for programs; no file, nothing to do.
func (r report) save(file string) error {
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
