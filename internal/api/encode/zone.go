package encode

import (
	"math"
	"time"
)

// zoneClock is a time zone during one answer. It remembers the offset around the last instant that it was asked for,
// since asking a location costs far more.
type zoneClock struct {
	name        string
	loc         *time.Location
	from, until int64 // Unix seconds between which minutes holds
	minutes     int
}

func newZoneClock(name string) *zoneClock {
	loc, err := time.LoadLocation(name)
	if err != nil { // the parser loaded it before
		loc = time.UTC
	}
	return &zoneClock{name: name, loc: loc}
}

// offsetAt is how many minutes east of UTC the zone is at an instant.
func (z *zoneClock) offsetAt(unix int64) int {
	if unix < z.from || unix >= z.until {
		t := time.Unix(unix, 0).In(z.loc)
		_, seconds := t.Zone()
		begin, end := t.ZoneBounds()
		z.from, z.until, z.minutes = math.MinInt64, math.MaxInt64, seconds/60
		if !begin.IsZero() {
			z.from = begin.Unix()
		}
		if !end.IsZero() {
			z.until = end.Unix()
		}
	}
	return z.minutes
}
