package search

import (
	"testing"

	"timeslots/internal/taken"
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

// A start that nobody can tell is in doubt as long as something is taken, and no longer.
func TestASlotWithoutAZoneIsInDoubtOnlyWhileSomethingIsTaken(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Exact: true, Post: true, Params: "{}"}
		d := newDesk(directoryOf(clinic), &timeslot.Fragment{Key: key, Body: []byte(
			`{"slots":[{"slotDateTime":"2026-12-03T10:00:00","providerOptions":[{"npi":"9000000041","departmentEhrIdentifier":"e|9"}]}]}`)})
		ledger, err := taken.NewLedger(taken.LedgerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(t, d, func(o *Options) { o.Taken = ledger })
		strict := func() bool {
			t.Helper()
			r, err := e.Read(t.Context(), key, Caller{})
			if err != nil {
				t.Fatal(err)
			}
			repeated, err := e.Repeat(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return repeated.Strict
		}
		if !strict() {
			t.Error("nothing was booked, and it is in doubt")
		}
		claim := timeslot.Claim{NPI: npi, Identity: timeslot.Identity{EHRInstance: "e", DepartmentID: "1", Clinician: npi, VisitTypeID: "v", Start: inHours(3)}}
		ledger.Promote(claim, "o")
		if strict() {
			t.Error("it may be what was booked, and it is not in doubt")
		}
		ledger.Release(claim)
		if !strict() {
			t.Error("nothing is taken any more, and it is in doubt")
		}
	})
}
