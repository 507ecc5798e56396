package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// atHand is a history whose clock the test turns.
func atHand() (h *history, set func(time.Duration)) {
	h = newHistory(time.Minute)
	var now time.Duration
	h.now = func() time.Duration { return now }
	return h, func(t time.Duration) { now = t }
}

var (
	nine = offer{handles: []handle{idHandle("nine"), slotHandle("9==")}}
	ten  = offer{handles: []handle{idHandle("ten"), slotHandle("10==")}}
)

func TestATakenSlotMayNotBeOfferedToARequestThatBeginsLater(t *testing.T) {
	const answered = time.Second
	for name, c := range map[string]struct {
		begun  time.Duration
		offers []offer
		want   []handle
	}{
		"asked before the booking was answered": {answered - 1, []offer{nine, ten}, nil},
		"asked in the same instant":             {answered, []offer{nine, ten}, nil},
		"asked just after":                      {answered + 1, []offer{ten, nine}, []handle{"id nine"}},
		"known by upstream's name only":         {answered + 1, []offer{{handles: []handle{slotHandle("9==")}}}, []handle{"slotId 9=="}},
		"known by our name only":                {answered + 1, []offer{{handles: []handle{idHandle("nine")}}}, []handle{"id nine"}},
		"our name is not upstream's":            {answered + 1, []offer{{handles: []handle{idHandle("9==")}}}, nil},
		"another slot":                          {answered + 1, []offer{ten}, nil},
		"just before the promise ends":          {answered + time.Minute - 1, []offer{nine}, []handle{"id nine"}},
		"the promise is over":                   {answered + time.Minute, []offer{nine}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h, set := atHand()
			set(answered)
			h.took(nine)
			var got []handle
			for _, r := range h.judge(observation{begun: c.begun, offers: c.offers}) {
				got = append(got, r.Slot)
				if r.After != c.begun-answered {
					t.Errorf("%s after, want %s", r.After, c.begun-answered)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestThePromiseHoldsFromTheFirstOfTwoAnswers(t *testing.T) {
	h, set := atHand()
	set(time.Second)
	h.took(nine)
	set(3 * time.Second)
	h.took(nine) // SlotUnavailable, to another patient
	if got := h.judge(observation{begun: 2 * time.Second, offers: []offer{nine}}); len(got) != 1 {
		t.Errorf("between the two answers: %v", got)
	}
}

func TestOnlyStrictAnswersViolate(t *testing.T) {
	two := []reoffer{{Slot: "id a", After: time.Second}, {Slot: "id b", After: 3 * time.Second}}
	tally := newTally()
	tally.judged(strict, nil)
	tally.judged(bestEffort, two)
	if got := tally.read(); got.Violations != 0 || got.Reoffers != 2 || got.WorstReoffers != 3*time.Second {
		t.Errorf("best-effort: %+v", got)
	}
	tally.judged("", two[:1])
	for range 4 {
		tally.judged(strict, two)
	}
	got := tally.read()
	want := counts{
		Reads: 7, Strict: 5, BestEffort: 1, Unmarked: 1, Bookings: map[outcome]int{}, Failures: map[string]int{},
		Violations: 8, Examples: []reoffer{two[0], two[1], two[0], two[1], two[0]}, WorstStrict: 3 * time.Second,
		Reoffers: 3, WorstReoffers: 3 * time.Second,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReadsThatFailAreCountedByWhatTheyWere(t *testing.T) {
	tally := newTally()
	for _, err := range []error{
		statusError(503), fmt.Errorf("again: %w", statusError(503)), statusError(502), io.ErrUnexpectedEOF,
		&url.Error{Op: "Get", Err: context.DeadlineExceeded}, fmt.Errorf("%w: no timeslots", errUnreadable),
	} {
		tally.failed(err)
	}
	got := tally.read()
	want := map[string]int{"status 503": 2, "status 502": 1, "no connection": 1, "time was up": 1}
	if d := cmp.Diff(want, got.Failures); d != "" || got.Unreadable != 1 || got.Reads != 0 {
		t.Errorf("%s, %d unreadable, %d reads", d, got.Unreadable, got.Reads)
	}
}
