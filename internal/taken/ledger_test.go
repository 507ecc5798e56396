package taken

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

const nine = int64(1_900_000_800) // the start of the test's slots, 09:00 say

// doctor is a schedule of one clinician at department 12.
var doctor = timeslot.Schedule{EHRInstance: "ehr", DepartmentID: "12", NPI: "9000000017", VisitTypeID: "7"}

func atNine() *timeslot.SlotWithID {
	return new(withID("nine", timeslot.Slot{Start: nine, Duration: 20}))
}

// claimFor is the claim of a slot as the index of cached slots knows it.
func claimFor(s timeslot.Schedule, slot *timeslot.SlotWithID) timeslot.Claim {
	return timeslot.Claim{
		Identity: s.Identity(slot.Start), SlotID: slot.ID, NPI: s.NPI, Duration: slot.Duration, Pool: s.Pool,
	}
}

func TestABookedSlotIsHiddenFromItsFirstMomentUntilItsTombstoneEnds(t *testing.T) {
	clock := rig.NewClock()
	l := ledger(t, LedgerOptions{Now: clock.Now})
	c := claimFor(doctor, atNine())
	hidden := func() bool { return l.View().Hides(&doctor, atNine(), clock.Now()) }

	before := l.View()
	l.Pend(c, "alice")
	if !hidden() {
		t.Error("offered while its booking is under way")
	}
	clock.Advance(30*time.Second - 1)
	l.Promote(c, "alice")
	clock.Advance(15*time.Minute - 1)
	if !hidden() {
		t.Error("offered before the tombstone ended")
	}
	clock.Advance(1)
	if hidden() {
		t.Error("hidden after the tombstone ended")
	}
	if n := l.Len(); n != 0 {
		t.Errorf("%d entries are left", n)
	}
	if before.Hides(&doctor, atNine(), clock.Now()) {
		t.Error("a view changed after it was taken")
	}
}

func TestAPendingEntryEndsByItself(t *testing.T) {
	clock := rig.NewClock()
	l := ledger(t, LedgerOptions{Now: clock.Now})
	l.Pend(claimFor(doctor, atNine()), "alice")
	clock.Advance(30 * time.Second)
	if l.View().Hides(&doctor, atNine(), clock.Now()) {
		t.Error("hidden for longer than a booking may take")
	}
}

func TestTheLoserOfARaceDoesNotLiftTheWinnersEntry(t *testing.T) {
	clock := rig.NewClock()
	c := claimFor(doctor, atNine())
	for name, race := range map[string]func(l *Ledger){
		"the winner is still under way": func(l *Ledger) {
			l.Pend(c, "winner")
			l.Pend(c, "loser")
			l.Withdraw(c, "loser")
		},
		"the winner is through": func(l *Ledger) {
			l.Pend(c, "winner")
			l.Pend(c, "loser")
			l.Promote(c, "winner")
			l.Withdraw(c, "loser")
		},
		"the winner's outcome is unknown": func(l *Ledger) {
			l.Pend(c, "winner")
			l.Pend(c, "loser")
			l.Suspect(c, "winner")
			l.Withdraw(c, "loser")
		},
		"the loser never pended": func(l *Ledger) {
			l.Promote(c, "winner")
			l.Withdraw(c, "loser")
			l.Withdraw(c, "")
		},
		"the loser withdraws twice": func(l *Ledger) {
			l.Pend(c, "loser")
			l.Withdraw(c, "loser")
			l.Pend(c, "winner")
			l.Withdraw(c, "loser")
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{Now: clock.Now})
			race(l)
			if !l.View().Hides(&doctor, atNine(), clock.Now()) {
				t.Error("the winner's slot is offered")
			}
		})
	}
}

func TestARefusedBookingOffersTheSlotAgain(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	c := claimFor(doctor, atNine())
	l.Pend(c, "alice")
	l.Withdraw(c, "alice")
	if l.View().Hides(&doctor, atNine(), time.Now()) || l.Len() != 0 {
		t.Error("hidden although nobody books it")
	}
}

func TestAnUnknownOutcomeHidesForAMinuteAndShortensNoTombstone(t *testing.T) {
	clock := rig.NewClock()
	l := ledger(t, LedgerOptions{Now: clock.Now})
	c := claimFor(doctor, atNine())
	l.Pend(c, "alice")
	l.Suspect(c, "alice")
	clock.Advance(time.Minute - 1)
	if !l.View().Hides(&doctor, atNine(), clock.Now()) {
		t.Error("offered within the minute")
	}
	clock.Advance(1)
	if l.View().Hides(&doctor, atNine(), clock.Now()) {
		t.Error("hidden after the minute")
	}
	l.Promote(c, "bob")
	l.Suspect(c, "alice")
	clock.Advance(10 * time.Minute)
	if !l.View().Hides(&doctor, atNine(), clock.Now()) {
		t.Error("the tombstone ended with the suspicion")
	}
}

func TestReleaseLiftsMarksThatOthersPlaced(t *testing.T) {
	full := claimFor(doctor, atNine())
	byIdentity, bySlotID := timeslot.Claim{Identity: full.Identity}, timeslot.Claim{SlotID: full.SlotID}
	for name, released := range map[string]timeslot.Claim{"by both names": full, "by identity": byIdentity, "by slotId": bySlotID} {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{})
			l.Pend(full, "alice")
			l.Promote(full, "bob")
			l.Release(released)
			if l.View().Hides(&doctor, atNine(), time.Now()) {
				t.Error("still hidden")
			}
		})
	}
	l := ledger(t, LedgerOptions{})
	l.Promote(full, "bob")
	l.Release(claimFor(doctor, new(withID("other", timeslot.Slot{Start: nine + 60}))))
	if !l.View().Hides(&doctor, atNine(), time.Now()) {
		t.Error("releasing another slot lifted this one")
	}
}

func TestVersionsChangeWithCallsThatChangeSomething(t *testing.T) {
	clock := rig.NewClock()
	l := ledger(t, LedgerOptions{Now: clock.Now})
	c := claimFor(doctor, atNine())
	for i, step := range []struct {
		call    func()
		changes bool
	}{
		{func() { l.Pend(c, "alice") }, true},
		{func() { l.Pend(c, "alice") }, false},
		{func() { l.Promote(c, "alice") }, true},
		{func() { l.Withdraw(c, "bob") }, false},
		{func() { clock.Advance(time.Hour); l.Len() }, false},
		{func() { l.Release(c) }, false},
		{func() { l.Pend(c, "bob") }, true},
		{func() { l.Release(c) }, true},
	} {
		before := l.View().Version()
		step.call()
		if changed := l.View().Version() != before; changed != step.changes {
			t.Errorf("step %d: version changed: %t, want %t", i, changed, step.changes)
		}
	}
}

func TestAFullLedgerForgetsWhatWouldEndFirst(t *testing.T) {
	clock := rig.NewClock()
	l := ledger(t, LedgerOptions{Max: 3, Now: clock.Now})
	claims := make([]timeslot.Claim, 5)
	for i := range claims {
		claims[i] = timeslot.Claim{SlotID: strconv.Itoa(i)}
		l.Promote(claims[i], "alice")
		clock.Advance(time.Second)
	}
	l.Pend(timeslot.Claim{SlotID: "pending"}, "bob") // ends before every tombstone, and is in force all the same
	hidden := func(id string) bool {
		return l.View().Hides(&timeslot.Schedule{}, &timeslot.SlotWithID{ID: id}, clock.Now())
	}
	var got []bool
	for _, id := range []string{"0", "1", "2", "3", "4", "pending"} {
		got = append(got, hidden(id))
	}
	if want := []bool{false, false, false, true, true, true}; !slices.Equal(got, want) || l.Len() != 3 {
		t.Errorf("hidden %v of %d entries, want %v of 3", got, l.Len(), want)
	}
}

func TestReadersNeverMissAFinishedBooking(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			s := doctor
			s.NPI = strconv.Itoa(w)
			for i := range 200 {
				slot := new(withID(fmt.Sprint(w, i), timeslot.Slot{Start: nine + int64(i)*1200}))
				c := claimFor(s, slot)
				l.Pend(c, "alice")
				if !l.View().Hides(&s, slot, time.Now()) {
					t.Error("a view taken after Pend offers the slot")
				}
				if i%2 == 0 {
					l.Promote(c, "alice")
				} else {
					l.Withdraw(c, "alice")
				}
				if hides := l.View().Hides(&s, slot, time.Now()); hides != (i%2 == 0) {
					t.Errorf("booking %d of %d: hidden %t", i, w, hides)
				}
			}
		})
	}
	all.Wait()
	if n := l.Len(); n != 4*100 {
		t.Errorf("%d entries, want 400", n)
	}
}

func TestLedgerOptionsAreChecked(t *testing.T) {
	if _, err := NewLedger(LedgerOptions{Tombstone: -1, Pending: -1, Suspect: -1, Max: -1}); err == nil {
		t.Error("accepted")
	}
}
