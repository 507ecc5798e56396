package web

import (
	"slices"
	"strings"
	"time"
)

// slotDay is slots of one day, each at its clinic.
type slotDay struct {
	date, label string
	slots       []*slot
}

// daysOf groups an entry's slots by calendar day, each at its clinic. A day is called today or tomorrow, unless clinics in
// several zones do not agree on that. On the page of a campaign, a day whose first times are not in the list is there by
// its count.
func (v *view) daysOf(e *entry) (days []slotDay) {
	for i := range e.Next {
		s := &e.Next[i]
		date, today := s.SlotDateTime.Format(time.DateOnly), v.todayAt(s)
		if v.path == FluPath && date > nextDay(today) {
			continue
		}
		label := v.dayLabel(date, today, "")
		at := slices.IndexFunc(days, func(d slotDay) bool { return d.date == date })
		if at < 0 {
			at, days = len(days), append(days, slotDay{date: date, label: label})
		}
		if days[at].label != label {
			days[at].label = v.dayText(date, "")
		}
		days[at].slots = append(days[at].slots, s)
	}
	if v.path == FluPath && len(e.Next) > 0 {
		days = append(days, v.counted(e)...)
	}
	slices.SortStableFunc(days, func(a, b slotDay) int { return strings.Compare(a.date, b.date) })
	return days
}

// counted is the days until tomorrow of which no time is listed.
func (v *view) counted(e *entry) (days []slotDay) {
	today := v.todayAt(&e.Next[0])
	for _, d := range e.Days {
		listed := slices.ContainsFunc(e.Next, func(s slot) bool { return s.SlotDateTime.Format(time.DateOnly) == d.Date })
		if !listed && d.Date <= nextDay(today) {
			days = append(days, slotDay{date: d.Date, label: v.dayLabel(d.Date, today, "")})
		}
	}
	return days
}
