package decode

import (
	"time"

	"timeslots/internal/timeslot"
)

// clock is a zone that remembers the offset around the last instant that it was asked for.
type clock struct {
	loc         *time.Location
	from, until int64 // Unix seconds between which minutes holds
	minutes     int
}

// offsetAt is how many minutes east of UTC the zone is at an instant.
func (c *clock) offsetAt(unix int64) int {
	if unix < c.from || unix >= c.until {
		t := time.Unix(unix, 0).In(c.loc)
		_, seconds := t.Zone()
		begin, end := t.ZoneBounds()
		c.from, c.until, c.minutes = -1<<62, 1<<62, seconds/60
		if !begin.IsZero() {
			c.from = begin.Unix()
		}
		if !end.IsZero() {
			c.until = end.Unix()
		}
	}
	return c.minutes
}

// clocksOf are the clocks of schedules, nil for those without a known zone.
func clocksOf(schedules []timeslot.Schedule) []*clock {
	known := map[string]*clock{}
	clocks := make([]*clock, len(schedules))
	for i := range schedules {
		name := schedules[i].Timezone
		c, seen := known[name]
		if !seen {
			if loc, ok := zoneOf(name); ok {
				c = &clock{loc: loc}
			}
			known[name] = c
		}
		clocks[i] = c
	}
	return clocks
}
