package taken

import (
	"context"
	"sync"
	"testing"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// nineByID is how a booking names the doctor's slot at nine: by its id and by whose it is.
func nineByID() timeslot.Claim {
	return timeslot.Claim{
		SlotID: "nine", NPI: doctor.NPI,
		Identity: timeslot.Identity{EHRInstance: doctor.EHRInstance, DepartmentID: doctor.DepartmentID},
	}
}

// nineWithoutID is the same slot on a surface that has no ids.
func nineWithoutID() *timeslot.SlotWithID {
	return new(withID("", timeslot.Slot{Start: nine, Duration: 20}))
}

// knowing is an index that knows the doctor's slot at nine once it has read it.
type knowing struct{ read sync.Map }

func (k *knowing) locate(slotID string) (timeslot.Claim, bool) {
	if _, ok := k.read.Load(slotID); !ok {
		return timeslot.Claim{}, false
	}
	return claimFor(doctor, atNine()), true
}

// fragmentWithNine is an answer that lists the doctor's slot at nine with its id.
func fragmentWithNine() *timeslot.Fragment {
	f := &timeslot.Fragment{Schedules: []timeslot.Schedule{doctor}}
	f.SetSlots([]timeslot.SlotWithID{*atNine()})
	return f
}

// passes has the answer pass the replica.
func (k *knowing) passes(l *Ledger) {
	k.read.Store("nine", true)
	l.Seen(fragmentWithNine())
}

// fleetWithAReader is three replicas, of which the first has read the doctor's slot at nine with its id.
func fleetWithAReader(t *testing.T) []*replica {
	t.Helper()
	index, opened := &knowing{}, 0
	_, fleet := trustedFleet(t, 3, func(_ *redisclient.Options, l *LedgerOptions) {
		if opened++; opened == 1 {
			l.Locate = index.locate
		}
	})
	index.passes(fleet[0].ledger)
	return fleet
}

// offers tells what the replica would do with the doctor's slot at nine where it has no id.
func (r *replica) offers(ctx context.Context) (offered, strict bool) {
	view, strict := r.ledger.Current(ctx)
	now := time.Now()
	return !view.Hides(&doctor, nineWithoutID(), now), strict && !view.Doubts(&doctor, now)
}

func TestABookingByAnIDThatOnlyAnotherReplicaReadIsHiddenEverywhereWhenItsAnswerGoesBack(t *testing.T) {
	t.Parallel()
	for name, book := range map[string]func(*Ledger){
		"announced before it goes upstream": func(l *Ledger) {
			l.Pend(nineByID(), "alice")
			l.Promote(nineByID(), "alice")
		},
		"told when it is through":       func(l *Ledger) { l.Promote(nineByID(), "alice") },
		"of which the end is not known": func(l *Ledger) { l.Suspect(nineByID(), "alice"); l.Promote(nineByID(), "bob") },
		"whose body says nothing else": func(l *Ledger) {
			l.Promote(timeslot.Claim{SlotID: "nine"}, "alice")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := fleetWithAReader(t)
			book(fleet[1].ledger)
			for i, r := range fleet {
				if offered, strict := r.offers(t.Context()); offered || !strict {
					t.Errorf("replica %d: offered %t, strict %t", i, offered, strict)
				}
			}
			late := openReplica(t, fleet[0].addr, nil)
			rig.Until(t, "a strict view", func() bool { _, strict := late.offers(t.Context()); return strict })
			if offered, _ := late.offers(t.Context()); offered {
				t.Error("a replica that joins later offers the slot")
			}
		})
	}
}

func TestWhileNobodyKnowsWhichSlotAnIDIsAnswersThatMayOfferItAreNotStrict(t *testing.T) {
	t.Parallel()
	index := &knowing{}
	_, fleet := trustedFleet(t, 3, func(_ *redisclient.Options, l *LedgerOptions) { l.Locate = index.locate })
	fleet[1].ledger.Pend(nineByID(), "alice")
	if _, strict := fleet[1].offers(t.Context()); !strict {
		t.Error("in doubt although nothing is booked yet")
	}
	fleet[1].ledger.Promote(nineByID(), "alice")
	for i, r := range fleet {
		if offered, strict := r.offers(t.Context()); offered && strict {
			t.Errorf("replica %d: offers the slot and calls itself strict", i)
		}
		view := r.ledger.View()
		for name, change := range map[string]func(*timeslot.Schedule){
			"another clinician":  func(s *timeslot.Schedule) { s.NPI = "9000000025" },
			"another department": func(s *timeslot.Schedule) { s.DepartmentID = "13" },
			"another EHR":        func(s *timeslot.Schedule) { s.EHRInstance = "other" },
		} {
			s := doctor
			if change(&s); view.Doubts(&s, time.Now()) {
				t.Errorf("replica %d: in doubt about %s", i, name)
			}
		}
		for name, change := range map[string]func(*timeslot.Schedule){
			"a clinician without an NPI":    func(s *timeslot.Schedule) { s.NPI = "" },
			"a department that is not said": func(s *timeslot.Schedule) { s.EHRInstance, s.DepartmentID = "", "" },
			"another visit type":            func(s *timeslot.Schedule) { s.VisitTypeID = "8" },
		} {
			s := doctor
			if change(&s); !view.Doubts(&s, time.Now()) {
				t.Errorf("replica %d: not in doubt about %s", i, name)
			}
		}
	}
	index.passes(fleet[2].ledger) // upstream lags, and lists the slot with its id
	for i, r := range fleet {
		rig.Until(t, "hidden and strict", func() bool { offered, strict := r.offers(t.Context()); return !offered && strict })
		if r.ledger.View().Doubting() && r.ledger.View().Doubts(&doctor, time.Now()) {
			t.Errorf("replica %d: still in doubt", i)
		}
	}
}

func TestWithoutRedisAnIDThatIsReadAfterItsBookingHidesItsSlot(t *testing.T) {
	clock, index := rig.NewClock(), &knowing{}
	l := ledger(t, LedgerOptions{Now: clock.Now, Locate: index.locate})
	l.Promote(nineByID(), "alice")
	if !l.View().Doubts(&doctor, clock.Now()) {
		t.Error("not in doubt")
	}
	index.passes(l)
	if v := l.View(); v.Doubts(&doctor, clock.Now()) || !v.Hides(&doctor, nineWithoutID(), clock.Now()) {
		t.Error("not hidden")
	}
	clock.Advance(15 * time.Minute)
	if v := l.View(); v.Doubts(&doctor, clock.Now()) || v.Hides(&doctor, nineWithoutID(), clock.Now()) || l.Len() != 0 {
		t.Error("hidden for longer than its tombstone")
	}
}

func TestWhatAnotherReplicaAddedToABookingGoesWithIt(t *testing.T) {
	t.Parallel()
	for name, undo := range map[string]func(*Ledger){
		"refused":            func(l *Ledger) { l.Withdraw(nineByID(), "alice") },
		"released by its id": func(l *Ledger) { l.Promote(nineByID(), "alice"); l.Release(nineByID()) },
		"released by its identity": func(l *Ledger) {
			l.Promote(nineByID(), "alice")
			l.Release(timeslot.Claim{Identity: doctor.Identity(nine), NPI: doctor.NPI})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := fleetWithAReader(t)
			fleet[1].ledger.Pend(nineByID(), "alice")
			for _, r := range fleet {
				rig.Until(t, "hidden", func() bool { offered, _ := r.offers(t.Context()); return !offered })
			}
			undo(fleet[1].ledger)
			for _, r := range fleet {
				rig.Until(t, "offered again, and strict", func() bool { offered, strict := r.offers(t.Context()); return offered && strict })
			}
			fence(t, fleet)
			for i, r := range fleet {
				if n := r.ledger.Len(); n != 0 {
					t.Errorf("replica %d has %d marks left", i, n)
				}
			}
		})
	}
}

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
