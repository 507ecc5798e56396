package web

import (
	"strconv"
	"strings"
	"time"
)

// zones are those that a page needed. The zero value is ready.
type zones map[string]*time.Location

// named is a zone, nil where this machine knows none of that name. Unlike [time.LoadLocation] it knows none without a
// name, and not the machine's own.
func (z zones) named(name string) *time.Location {
	if name == "" || name == "Local" || name[0] < 'A' || name[0] > 'Z' {
		return nil
	}
	loc, known := z[name]
	if !known {
		loc, _ = time.LoadLocation(name)
		z[name] = loc
	}
	return loc
}

// todayAt is the present day at a slot's clinic. The zone tells it across a change of clocks, if it agrees with the
// offset that the slot is written with; else that offset does. when.js has the same.
func (v *view) todayAt(s *slot) time.Time {
	at := s.SlotDateTime
	_, written := at.Zone()
	if loc := v.zones.named(s.Timezone); loc != nil {
		if _, offset := at.In(loc).Zone(); offset == written {
			return v.now.In(loc)
		}
	}
	return v.now.In(at.Location())
}

// dayLabel is today, tomorrow or a date (yyyy-MM-dd).
func (v *view) dayLabel(date string, today time.Time, long string) string {
	switch date {
	case today.Format(time.DateOnly):
		return v.Say("today")
	case nextDay(today):
		return v.Say("tomorrow")
	}
	return v.dayText(date, long)
}

// dayText is a date in words.
func (v *view) dayText(date, long string) string {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	weekday := strings.Split(v.Say("weekdays"+long), " ")[at.Weekday()]
	month := strings.Split(v.Say("months"+long), " ")[at.Month()-1]
	return v.Say("date"+long, "weekday", weekday, "month", month, "day", strconv.Itoa(at.Day()))
}

func nextDay(today time.Time) string { return today.AddDate(0, 0, 1).Format(time.DateOnly) }

// timeText is a time of day in twelve hours, as in the United States.
func (v *view) timeText(at time.Time) string {
	half := "time.pm"
	if at.Hour() < 12 {
		half = "time.am"
	}
	return v.Say(half, "time", at.Format("3:04"))
}

// fullText says day and time.
func (v *view) fullText(s *slot) string {
	day := v.dayLabel(s.SlotDateTime.Format(time.DateOnly), v.todayAt(s), ".long")
	return v.Say("dayAndTime", "day", day, "time", v.timeText(s.SlotDateTime.Time))
}

// lastToday is the present day where it is latest on earth: tomorrow there is tomorrow everywhere, or later.
func (v *view) lastToday() time.Time { return v.now.UTC().Add(14 * time.Hour) }
