package cache

import "timeslots/internal/timeslot"

// An event that a slot is taken does not say how long the visit takes (docs/dexcare.md §7.6), and nobody is in two places
// until it is over. The copies of what upstream said may tell.

// DurationOf is how many minutes the visit takes that c names: as a copy says of its start, or else the longest that copies
// say of the same clinician, clinic and visit type. 0: none says. It looks through all that is held.
func (m *Memory) DurationOf(c timeslot.Claim) uint16 {
	var exact, usual uint16
	for key, held := range m.cache.All() {
		if key.NPI != "" && key.NPI != c.NPI {
			continue
		}
		f := held.fragment
		for i := range f.Schedules {
			s := &f.Schedules[i]
			if s.NPI != c.NPI || s.Identity(c.Identity.Start) != c.Identity {
				continue
			}
			for j := range f.Slots {
				slot := &f.Slots[j]
				if int(slot.Schedule) != i {
					continue
				}
				usual = max(usual, slot.Duration)
				if slot.Start == c.Identity.Start {
					exact = max(exact, slot.Duration)
				}
			}
		}
	}
	if exact > 0 {
		return exact
	}
	return usual
}

// Ask has the ledger ask m how long visits take of which nobody said it.
func (l *Ledger) Ask(m *Memory) { l.copies.Store(m) }

// lasting is the claims of marks with their durations, where those are missing and a copy has them. It looks through all
// copies, so it must not be called under the ledger's lock.
func (l *Ledger) lasting(keys ...markKey) map[timeslot.Claim]timeslot.Claim {
	copies := l.copies.Load()
	if copies == nil {
		return nil
	}
	var found map[timeslot.Claim]timeslot.Claim
	for _, k := range keys {
		whole := k.claim
		if !endless(whole) {
			continue
		}
		if whole.Duration = copies.DurationOf(whole); whole.Duration > 0 {
			if found == nil {
				found = map[timeslot.Claim]timeslot.Claim{}
			}
			found[k.claim] = whole
		}
	}
	return found
}

// endless reports whether the claim names one person's time and not how much of it.
func endless(c timeslot.Claim) bool {
	return located(c) && c.Duration == 0 && c.NPI != "" && !c.Pool
}
