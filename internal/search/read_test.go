package search

import (
	"testing"

	"timeslots/internal/timeslot"
)

// An old "all is well" is worse than none, and an old list of insurers better.
func TestAnOldStatusPageIsNotServedWhileItsSourceFails(t *testing.T) {
	for op, served := range map[timeslot.Operation]bool{timeslot.OpStatusPage: false, timeslot.OpPractice: true, timeslot.OpRegionWaitTimes: true} {
		inBubble(t, string(op), func(t *testing.T) {
			key := timeslot.FragmentKey{Operation: op, Version: 1, Exact: true}
			d := newDesk(&timeslot.Fragment{Key: key, Body: []byte("{}")})
			e := newEngine(t, d, nil)
			if _, err := e.Read(t.Context(), key, Caller{}); err != nil {
				t.Fatal(err)
			}
			d.set(func() { d.failKey[key] = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500} })
			for range 2 {
				pass(policy.Fresh + policy.Stale/2)
				if r, err := e.Read(t.Context(), key, Caller{}); (err == nil) != served {
					t.Errorf("%s: %+v, %v; want it served: %v", op, r, err, served)
				}
			}
		})
	}
}
