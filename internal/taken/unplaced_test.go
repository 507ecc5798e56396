package taken

import (
	"context"
	"sync"
	"testing"
	"time"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
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
