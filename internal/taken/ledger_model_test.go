package taken

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// naive is the ledger as one would write it down: a list that is searched from end to end.
type naive []naiveMark

type naiveMark struct {
	claim timeslot.Claim
	owner string
	until time.Time
}

func (n *naive) drop(which func(naiveMark) bool) { *n = slices.DeleteFunc(*n, which) }

func (n *naive) place(c timeslot.Claim, owner string, now time.Time, stay time.Duration) {
	if !c.IsZero() {
		*n = append(*n, naiveMark{c, owner, now.Add(stay)})
	}
}

// placeFound is place; where only the id is known, it places what others said about it too.
func (n *naive) placeFound(c timeslot.Claim, owner string, now time.Time, stay time.Duration) {
	n.place(c, owner, now, stay)
	if !unplaced(c) {
		return
	}
	for _, m := range *n {
		if m.claim == c && m.owner == owner {
			stay = max(stay, m.until.Sub(now))
		}
	}
	for _, m := range slices.Clone(*n) {
		if m.until.After(now) && located(m.claim) && m.claim.SlotID == c.SlotID {
			n.place(m.claim, owner, now, stay)
		}
	}
}

// dropPending drops what owner pended, with what was found to be the same.
func (n *naive) dropPending(c timeslot.Claim, owner string) {
	n.drop(func(m naiveMark) bool {
		without := m.claim
		without.Duration = 0
		return m.owner == owner && (m.claim == c || unplaced(c) && located(m.claim) && m.claim.SlotID == c.SlotID || endless(c) && without == c)
	})
}

func (n naive) hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) bool {
	minutes := func(d uint16) int64 { return max(int64(d), 1) * 60 }
	return slices.ContainsFunc(n, func(m naiveMark) bool {
		c := m.claim
		known := c.Identity != timeslot.Identity{}
		overlaps := slot.Start < c.Identity.Start+minutes(c.Duration) && c.Identity.Start < slot.Start+minutes(slot.Duration)
		return m.until.After(now) && (known && c.Identity == s.Identity(slot.Start) ||
			c.SlotID != "" && c.SlotID == slot.ID ||
			known && !c.Pool && !s.Pool && c.NPI != "" && c.NPI == s.NPI && overlaps)
	})
}

func drawSlot(t *rapid.T) (timeslot.Schedule, timeslot.SlotWithID) {
	s := timeslot.Schedule{
		EHRInstance: "ehr", DepartmentID: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "department"),
		NPI:  rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "npi"),
		Pool: rapid.Bool().Draw(t, "pool"), ProviderID: "p",
	}
	slot := timeslot.SlotWithID{Slot: timeslot.Slot{
		Start:    nine + rapid.Int64Range(0, 4).Draw(t, "start")*600,
		Duration: rapid.SampledFrom([]uint16{0, 10, 15}).Draw(t, "duration")}, ID: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "id"),
	}
	return s, slot
}

func drawClaim(t *rapid.T) timeslot.Claim {
	s, slot := drawSlot(t)
	if rapid.Bool().Draw(t, "only the id is known") {
		return timeslot.Claim{SlotID: slot.ID}
	}
	return claimFor(s, &slot)
}

func drawOwner(t *rapid.T) string {
	return rapid.SampledFrom([]string{"alice", "bob"}).Draw(t, "owner")
}

// bothLedgers do the same, one the real way, one the naive way.
type bothLedgers struct {
	clock *rig.Clock
	real  *Ledger
	naive naive
}

func (b *bothLedgers) pend(t *rapid.T) {
	c, owner := drawClaim(t), drawOwner(t)
	b.naive.placeFound(c, owner, b.clock.Now(), 30*time.Second)
	b.real.Pend(c, owner)
}

func (b *bothLedgers) withdraw(t *rapid.T) {
	c, owner := drawClaim(t), drawOwner(t)
	b.naive.dropPending(c, owner)
	b.real.Withdraw(c, owner)
}

func (b *bothLedgers) settle(t *rapid.T, call func(timeslot.Claim, string), stay time.Duration) {
	c, owner := drawClaim(t), drawOwner(t)
	b.naive.placeFound(c, "", b.clock.Now(), stay)
	b.naive.dropPending(c, owner)
	call(c, owner)
}

func (b *bothLedgers) release(t *rapid.T) {
	c := drawClaim(t)
	known := c.Identity != timeslot.Identity{}
	ids := map[string]bool{c.SlotID: true}
	for _, m := range b.naive {
		if known && m.until.After(b.clock.Now()) && m.claim.Identity == c.Identity {
			ids[m.claim.SlotID] = true
		}
	}
	delete(ids, "")
	b.naive.drop(func(m naiveMark) bool { return known && m.claim.Identity == c.Identity || ids[m.claim.SlotID] })
	b.real.Release(c)
}

func (b *bothLedgers) compare(t *rapid.T) {
	s, slot := drawSlot(t)
	got, want := b.real.View().Hides(&s, &slot, b.clock.Now()), b.naive.hides(&s, &slot, b.clock.Now())
	if got != want {
		t.Fatalf("hides %t, the list says %t\nschedule %+v\nslot %+v\nlist %+v", got, want, s, slot, b.naive)
	}
}

func TestTheLedgerAgreesWithANaiveList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clock := rig.NewClock()
		b := &bothLedgers{clock: clock, real: ledger(t, LedgerOptions{Now: clock.Now})}
		rt.Repeat(map[string]func(*rapid.T){
			"pend":     b.pend,
			"withdraw": b.withdraw,
			"release":  b.release,
			"promote": func(rt *rapid.T) {
				b.settle(rt, func(c timeslot.Claim, owner string) { b.real.Promote(c, owner) }, 15*time.Minute)
			},
			"suspect": func(rt *rapid.T) { b.settle(rt, b.real.Suspect, time.Minute) },
			"wait": func(rt *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(1, 400).Draw(rt, "seconds")) * time.Second)
			},
			"": b.compare,
		})
	})
}
