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

func TestWhatCallsOfABookingLeaveHidden(t *testing.T) {
	full := claimFor(doctor, atNine())
	byIdentity, bySlotID := timeslot.Claim{Identity: full.Identity}, timeslot.Claim{SlotID: full.SlotID}
	another := claimFor(doctor, new(withID("other", timeslot.Slot{Start: nine + 60})))
	type call = func(*Ledger)
	pend := func(owner string) call { return func(l *Ledger) { l.Pend(full, owner) } }
	promote := func(owner string) call { return func(l *Ledger) { l.Promote(full, owner) } }
	suspect := func(owner string) call { return func(l *Ledger) { l.Suspect(full, owner) } }
	withdraw := func(owner string) call { return func(l *Ledger) { l.Withdraw(full, owner) } }
	release := func(c timeslot.Claim) call { return func(l *Ledger) { l.Release(c) } }
	for name, test := range map[string]struct {
		calls []call
		until time.Duration // from the last call on; 0: the slot is offered at once
	}{
		"a booking under way":               {[]call{pend("a")}, 30 * time.Second},
		"a booking that went through":       {[]call{pend("a"), promote("a")}, 15 * time.Minute},
		"a booking that was refused":        {[]call{pend("a"), withdraw("a")}, 0},
		"a booking whose end is unknown":    {[]call{pend("a"), suspect("a")}, time.Minute},
		"a suspicion after a tombstone":     {[]call{promote("b"), suspect("a")}, 15 * time.Minute},
		"a loser, the winner under way":     {[]call{pend("a"), pend("b"), withdraw("b")}, 30 * time.Second},
		"a loser, the winner through":       {[]call{pend("a"), pend("b"), promote("a"), withdraw("b")}, 15 * time.Minute},
		"a loser, the winner's end unknown": {[]call{pend("a"), pend("b"), suspect("a"), withdraw("b")}, time.Minute},
		"a loser that never pended":         {[]call{promote("a"), withdraw("b"), withdraw("")}, 15 * time.Minute},
		"a loser that withdraws twice":      {[]call{pend("b"), withdraw("b"), pend("a"), withdraw("b")}, 30 * time.Second},
		"a release by both names":           {[]call{pend("a"), promote("b"), release(full)}, 0},
		"a release by identity":             {[]call{pend("a"), promote("b"), release(byIdentity)}, 0},
		"a release by slotId":               {[]call{pend("a"), promote("b"), release(bySlotID)}, 0},
		"a release of another slot":         {[]call{promote("b"), release(another)}, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			clock := rig.NewClock()
			l := ledger(t, LedgerOptions{Now: clock.Now})
			before := l.View()
			for _, call := range test.calls {
				call(l)
			}
			hidden := func() bool { return l.View().Hides(&doctor, atNine(), clock.Now()) }
			if before.Hides(&doctor, atNine(), clock.Now()) {
				t.Error("a view changed after it was taken")
			}
			if test.until > 0 {
				if !hidden() {
					t.Error("offered at once")
				}
				if clock.Advance(test.until - 1); !hidden() {
					t.Error("offered before its time")
				}
				clock.Advance(1)
			}
			if hidden() || l.Len() != 0 {
				t.Errorf("hidden %t after its time, and %d entries are left", hidden(), l.Len())
			}
		})
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
	for _, o := range []LedgerOptions{{Tombstone: -1}, {Pending: -1}, {Lease: -1}, {Max: -1}} {
		if _, err := NewLedger(o); err == nil {
			t.Errorf("accepted %+v", o)
		}
	}
}

func TestWhatAClaimHides(t *testing.T) {
	elsewhere := doctor
	elsewhere.DepartmentID, elsewhere.VisitTypeID = "99", "8"
	somebodyElse := doctor
	somebodyElse.NPI = "9000000099"
	unnamed := elsewhere
	unnamed.NPI = ""
	pool := elsewhere
	pool.Pool, pool.ProviderID = true, "p4"
	claimed := claimFor(doctor, atNine())
	change := func(change func(*timeslot.Claim)) timeslot.Claim {
		c := claimed
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		claim    timeslot.Claim
		schedule timeslot.Schedule
		slot     timeslot.SlotWithID
		want     bool
	}{
		"the same identity":                        {claimed, doctor, withID("", timeslot.Slot{Start: nine}), true},
		"the same slotId, identity unknown":        {timeslot.Claim{SlotID: "nine"}, somebodyElse, withID("nine", timeslot.Slot{Start: nine}), true},
		"no slotId on either side":                 {timeslot.Claim{NPI: doctor.NPI}, doctor, withID("", timeslot.Slot{Start: nine}), false},
		"another slot, later that day":             {claimed, doctor, withID("ten", timeslot.Slot{Start: nine + 3600, Duration: 20}), false},
		"another clinician at the same time":       {claimed, somebodyElse, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the clinician elsewhere at the same time": {claimed, elsewhere, withID("", timeslot.Slot{Start: nine, Duration: 20}), true},
		"elsewhere, beginning before it ends":      {claimed, elsewhere, withID("", timeslot.Slot{Start: nine + 1199, Duration: 20}), true},
		"elsewhere, beginning as it ends":          {claimed, elsewhere, withID("", timeslot.Slot{Start: nine + 1200, Duration: 20}), false},
		"elsewhere, ending after it begins":        {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 1199, Duration: 20}), true},
		"elsewhere, ending as it begins":           {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 1200, Duration: 20}), false},
		"the slot's duration unknown":              {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 60}), false},
		"the claim's duration unknown":             {change(func(c *timeslot.Claim) { c.Duration = 0 }), elsewhere, withID("", timeslot.Slot{Start: nine + 59}), true},
		"the claim's duration unknown, over":       {change(func(c *timeslot.Claim) { c.Duration = 0 }), elsewhere, withID("", timeslot.Slot{Start: nine + 60}), false},
		"the slot's clinician is a pool":           {claimed, pool, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the claim's clinician is a pool":          {change(func(c *timeslot.Claim) { c.Pool = true }), elsewhere, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the slot's clinician unknown":             {claimed, unnamed, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"both clinicians unknown":                  {change(func(c *timeslot.Claim) { c.NPI = "" }), unnamed, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"a claim that names nothing":               {timeslot.Claim{}, timeslot.Schedule{}, withID("", timeslot.Slot{}), false},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{})
			l.Promote(test.claim, "alice")
			if got := l.View().Hides(&test.schedule, &test.slot, time.Now()); got != test.want {
				t.Errorf("hides: %t, want %t", got, test.want)
			}
		})
	}
}
