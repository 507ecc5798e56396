package merge

import (
	"cmp"
	"slices"
)

// balancedPage is a page of the balanced answer. It shows the best of what no earlier page has shown, as long as a
// cursor can hold which calendars that leaves. Beyond, the calendars stay as they are, and pages follow in the order of
// soonest: that needs one position only, however many calendars there are.
func (m *merger) balancedPage(units []unit, before *Cursor, limit int) (page []unit, next string) {
	rest := m.afterCalendars(units, &before.calendars)
	if before.tail {
		return m.tailPage(m.afterPosition(inTime(rest), before.last), before, limit)
	}
	if len(rest) <= limit {
		return rest, ""
	}
	after := Cursor{calendars: m.calendarsAfter(&before.calendars, rest, limit)}
	if next = after.text(m.Query); next != "" && len(next) <= maxCalendars {
		return rest[:limit], next
	}
	return m.tailPage(inTime(rest), before, limit)
}

func (m *merger) tailPage(rest []unit, before *Cursor, limit int) (page []unit, next string) {
	if len(rest) <= limit {
		return rest, ""
	}
	after := Cursor{calendars: before.calendars, tail: true, last: m.positionOf(&rest[limit-1])}
	return rest[:limit], after.text(m.Query)
}

// inTime sorts by start, then group: the order of soonest.
func inTime(units []unit) []unit {
	slices.SortFunc(units, func(a, b unit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.group, b.group))
	})
	return units
}
