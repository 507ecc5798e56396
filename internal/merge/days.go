package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// firstDays keeps the slots of the first Query.DaysOfSlots dates that have any, over the whole answer. Dates are those
// of the zone that the answer is in: Query.Zone, else each department's own.
func (m *merger) firstDays(units []unit) []unit {
	if m.Query.DaysOfSlots <= 0 {
		return units
	}
	answerZone, _ := m.firstZone(m.Query.Zone)
	days := make([]timeslot.Date, len(units))
	var dates []timeslot.Date
	for i := range units {
		z := answerZone
		if z == nil {
			z = m.zoneOf(&units[i])
		}
		days[i] = z.day(units[i].start)
		if at, seen := slices.BinarySearch(dates, days[i]); !seen {
			dates = slices.Insert(dates, at, days[i])
		}
	}
	if len(dates) <= m.Query.DaysOfSlots {
		return units
	}
	last := dates[m.Query.DaysOfSlots-1]
	kept := units[:0]
	for i, u := range units {
		if days[i] <= last {
			kept = append(kept, u)
		}
	}
	return kept
}

// zoneOf is the zone that a slot's day is counted in: its department's, else the offset that upstream wrote it with.
func (m *merger) zoneOf(u *unit) *zone {
	if z := m.groups[u.group].place.zone; z != nil {
		return z
	}
	e := &m.entries[u.first]
	return m.fixedZone(m.answers[e.answer].Slots[e.slot].Offset)
}
