package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// firstDays keeps the slots of the first Query.DaysOfSlots dates that have any, over the whole answer. Dates are those
// of the zone that the answer is in: Query.Zone, else each slot's own.
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

// zoneOf is the zone that a slot's time is written and its day is counted in: that of its freshest listing that says an
// offset of its own (see [merger.clockOf]), else its department's.
func (m *merger) zoneOf(u *unit) *zone {
	p := m.groups[u.group].place
	for i, end := int(u.first), m.endOf(int(u.first)); i < end; i++ {
		e := &m.entries[i]
		if s := &m.answers[e.answer].Slots[e.slot]; s.Offset != 0 {
			return m.clockOf(p, s)
		}
	}
	if p.zone == nil {
		return m.fixedZone(0)
	}
	return p.zone
}

// clockOf is the zone that one listing of a slot is read in: the department's, or where upstream wrote another offset
// than that has, what upstream wrote. Upstream knows the rules of its clinics' clocks, and this program's may be older. An
// offset of zero is UTC, which surfaces write instants in, and no clinic's clock: it changes nothing where a zone is known.
func (m *merger) clockOf(p *place, s *timeslot.Slot) *zone {
	if p.zone == nil || s.Offset != 0 && int64(s.Offset)*60 != p.zone.offsetAt(s.Start) {
		return m.fixedZone(s.Offset)
	}
	return p.zone
}
