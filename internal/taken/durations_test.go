package taken

import (
	"testing"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig/redistest"
)

// theDoctorsDay is an answer that lists half-hour visits at nine and at ten.
func theDoctorsDay() *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: doctor.NPI}, time.Now())
	f.Schedules = []timeslot.Schedule{doctor}
	f.Slots = []timeslot.Slot{{Start: nine, Duration: 30}, {Start: nine + 3600, Duration: 40}}
	return f
}

func TestAnEventWithoutADurationTakesAsMuchTimeAsTheCopiesSay(t *testing.T) {
	elsewhere := doctor
	elsewhere.DepartmentID = "13"
	for name, test := range map[string]struct {
		start  int64
		offers map[int64]bool // minutes after the start → offered
	}{
		"a start that a copy lists":          {nine, map[int64]bool{15: false, 29: false, 30: true}},
		"a start that no copy lists":         {nine + 7200, map[int64]bool{15: false, 39: false, 40: true}},
		"a start before a visit that begins": {nine - 1800, map[int64]bool{20: false}},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{})
			m := memoryTier(t, cache.MemoryOptions{})
			m.Put(t.Context(), theDoctorsDay())
			l.Ask(m)
			event := timeslot.Claim{Identity: doctor.Identity(test.start), NPI: doctor.NPI}
			l.Promote(event, "event")
			for minutes, offered := range test.offers {
				slot := new(withID("", timeslot.Slot{Start: test.start + 60*minutes, Duration: 20}))
				if hidden := l.View().Hides(&elsewhere, slot, time.Now()); hidden == offered {
					t.Errorf("elsewhere %d minutes later: hidden %t", minutes, hidden)
				}
			}
			l.Release(event)
			if n := l.Len(); n != 0 {
				t.Errorf("%d marks are left after the release", n)
			}
		})
	}
}

func TestWhatOnlyAnotherReplicaKnowsOfADurationHoldsEverywhereWhenTheEventIsAnswered(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 3, nil)
	memory := memoryTier(t, cache.MemoryOptions{})
	memory.Put(t.Context(), theDoctorsDay())
	fleet[0].ledger.Ask(memory)
	fleet[1].ledger.Promote(timeslot.Claim{Identity: doctor.Identity(nine), NPI: doctor.NPI}, "event")
	for i, r := range fleet {
		view, strict := r.ledger.Current(t.Context())
		if !strict || !view.Hides(&doctor, new(withID("", timeslot.Slot{Start: nine + 15*60, Duration: 20})), time.Now()) {
			t.Errorf("replica %d: strict %t, and a quarter past nine is offered", i, strict)
		}
	}
}

func TestARefusedBookingWhoseDurationACopyKnewOffersAllItsTimeAgain(t *testing.T) {
	l, m := ledger(t, LedgerOptions{}), memoryTier(t, cache.MemoryOptions{})
	m.Put(t.Context(), theDoctorsDay())
	l.Ask(m)
	c := timeslot.Claim{Identity: doctor.Identity(nine), NPI: doctor.NPI}
	l.Pend(c, "alice")
	if n := l.Len(); n != 2 {
		t.Errorf("%d marks while it is under way, want the claim's and one with its duration", n)
	}
	l.Withdraw(c, "alice")
	if n := l.Len(); n != 0 {
		t.Errorf("%d marks are left", n)
	}
}
