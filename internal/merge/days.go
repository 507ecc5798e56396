package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// usualDays are as many as most windows have, and a little.
const usualDays = 16

// days counts the slots of all calendars by their days, each of which is a time of its own.
func (q *question) days() (days []timeslot.DayCount) {
	zoned, z := q.dayZone()
	days = make([]timeslot.DayCount, 0, usualDays)
	for i := range q.calendars {
		at := 0
		for rest := q.calendars[i].units; len(rest) > 0; {
			day, n := dayOf(rest, zoned, z)
			rest = rest[n:]
			for at > 0 && days[at-1].Date >= day {
				at--
			}
			for at < len(days) && days[at].Date < day {
				at++
			}
			if at == len(days) || days[at].Date != day {
				days = slices.Insert(days, at, timeslot.DayCount{Date: day})
			}
			days[at].Count += n
		}
	}
	return days
}

// dayZone is the zone that the answer is in; zoned is false where each slot's day is its own.
func (q *question) dayZone() (zoned bool, z *zone) {
	loc, ok := q.Zones.Load(q.Query.Zone)
	return ok, newZone(loc)
}

// dayOf is the day of the first of some units, and how many of them in a row are of that day.
func dayOf(units []unit, zoned bool, z *zone) (day timeslot.Date, n int) {
	first := &units[0]
	offset, until := int64(first.offset)*60, int64(1<<62)
	if zoned {
		offset = z.offsetAt(first.start)
		until = z.hi
	}
	day = timeslot.Date((first.start + offset) / secondsPerDay)
	until = min(until, (int64(day)+1)*secondsPerDay-offset)
	for n = 1; n < len(units) && units[n].start < until && (zoned || units[n].offset == first.offset); n++ {
	}
	return day, n
}

// dayIn gives the day of a slot in the zone that the answer is in.
func (q *question) dayIn() func(*unit) timeslot.Date {
	if zoned, z := q.dayZone(); zoned {
		return func(u *unit) timeslot.Date { return z.day(u.start) }
	}
	return (*unit).day
}
