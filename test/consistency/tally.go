package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"time"
)

// errUnreadable is an answer of status 200 that is not what the route promises.
var errUnreadable = errors.New("unreadable answer")

// maxExamples bounds the violations that are kept in detail.
const maxExamples = 5

// tally counts what happened during a run.
type tally struct {
	mu sync.Mutex
	counts
}

// counts are the numbers of a tally.
type counts struct {
	Reads      int `json:"reads"` // answered with 200 and judged
	Strict     int `json:"strict"`
	BestEffort int `json:"bestEffort"`
	Unmarked   int `json:"unmarked"` // neither word in Timeslots-Consistency
	Unreadable int `json:"unreadable"`

	Failures map[string]int `json:"failures"` // reads with any other status, or none, by what it was

	Bookings map[outcome]int `json:"bookings"`
	Lost     string          `json:"lost,omitempty"` // why the last one without an answer has none
	Dry      int             `json:"nothingToBook"`  // turns of a booker that found no slot

	Violations    int           `json:"violations"` // taken slots in strict answers
	Examples      []reoffer     `json:"examples,omitempty"`
	WorstStrict   time.Duration `json:"worstStrictNanoseconds"`
	Reoffers      int           `json:"bestEffortReoffers"` // taken slots in best-effort answers
	WorstReoffers time.Duration `json:"worstBestEffortNanoseconds"`
}

func newTally() *tally {
	return &tally{counts: counts{Bookings: map[outcome]int{}, Failures: map[string]int{}}}
}

// note changes the numbers.
func (t *tally) note(change func(*counts)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.counts)
}

// judged counts an answer with the taken slots that it offers.
func (t *tally) judged(consistency string, found []reoffer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Reads++
	switch consistency {
	case strict:
		t.Strict++
		t.violated(found)
		return
	case bestEffort:
		t.BestEffort++
	default:
		t.Unmarked++
	}
	t.Reoffers += len(found)
	for _, r := range found {
		t.WorstReoffers = max(t.WorstReoffers, r.After)
	}
}

func (t *tally) violated(found []reoffer) {
	t.Violations += len(found)
	for _, r := range found {
		t.WorstStrict = max(t.WorstStrict, r.After)
		if len(t.Examples) < maxExamples {
			t.Examples = append(t.Examples, r)
		}
	}
}

// failed counts a read without an answer to judge.
func (t *tally) failed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var status statusError
	switch {
	case errors.Is(err, errUnreadable):
		t.Unreadable++
	case errors.As(err, &status):
		t.Failures[status.Error()]++
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		t.Failures["time was up"]++
	default:
		t.Failures["no connection"]++
	}
}

// read is the numbers so far.
func (t *tally) read() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.counts
	out.Bookings, out.Failures = maps.Clone(t.Bookings), maps.Clone(t.Failures)
	out.Examples = append([]reoffer(nil), t.Examples...)
	return out
}

// await returns once the time of the run is up and the numbers are enough to tell, or ctx ends.
func (t *tally) await(ctx context.Context, o *options) {
	up := time.After(o.duration)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	select {
	case <-up:
	case <-ctx.Done():
	}
	for ctx.Err() == nil && !t.read().enough(o) {
		<-poll.C
	}
}
