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
