package world

import (
	"fmt"
	"time"
)

// Day is a calendar day without a zone, counted from 1970-01-01.
type Day int32

const secondsPerDay = 86400

func dayOf(t time.Time) Day {
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	d := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		d--
	}
	return Day(d)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, time.UTC)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date", s)
	}
	return dayOf(t), nil
}

func (d Day) weekday() time.Weekday { return time.Weekday((int(d)%7 + 7 + 4) % 7) } // 1970-01-01 was a Thursday

func (d Day) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// EarliestToday is the day that it is, at t, where the day begins last on Earth.
func EarliestToday(t time.Time) Day { return dayOf(t.UTC().Add(-12 * time.Hour)) }

// LatestToday is the day that it is, at t, where the day begins first on Earth.
func LatestToday(t time.Time) Day { return dayOf(t.UTC().Add(14 * time.Hour)) }

// Zone is an IANA zone with the midnights of the days that are asked for most, so that rendering does not look up
// transitions slot by slot. It is never written to after it was made.
type Zone struct {
	Name      string
	loc       *time.Location
	base      Day
	midnights []int64
}

// NewZone loads the zone and, with days > 0, its midnights from first on.
func NewZone(name string, first Day, days int) (*Zone, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not an IANA time zone", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not an IANA time zone", name)
	}
	return newZoneIn(name, loc, first, days), nil
}

func newZoneIn(name string, loc *time.Location, first Day, days int) *Zone {
	z := &Zone{Name: name, loc: loc, base: first}
	for d := range Day(days) {
		z.midnights = append(z.midnights, z.findMidnight(first+d))
	}
	return z
}

// Midnight is the instant at which d begins.
func (z *Zone) Midnight(d Day) int64 {
	if i := int(d - z.base); i >= 0 && i < len(z.midnights) {
		return z.midnights[i]
	}
	return z.findMidnight(d)
}

func (z *Zone) findMidnight(d Day) int64 {
	year, month, dom := d.utc().Date()
	t := time.Date(year, month, dom, 0, 0, 0, 0, z.loc)
	if dayOf(t) < d { // the clock jumps over midnight: the day begins with the jump
		_, t = t.ZoneBounds()
	}
	return t.Unix()
}

// wall is the instant at which clocks show the given minute of the day d; 1440 is the next midnight.
func (z *Zone) wall(d Day, minute int) int64 {
	from, until := z.Midnight(d), z.Midnight(d+1)
	if until-from == secondsPerDay {
		return from + int64(minute)*60
	}
	if minute == MinutesPerDay {
		return until
	}
	year, month, dom := d.utc().Date()
	return time.Date(year, month, dom, 0, minute, 0, 0, z.loc).Unix()
}

// Time is the instant on the zone's clocks.
func (z *Zone) Time(unix int64) time.Time { return time.Unix(unix, 0).In(z.loc) }

// DayAt is the zone's day at the instant.
func (z *Zone) DayAt(unix int64) Day { return dayOf(z.Time(unix)) }

// Text is the instant as Care Direct and the others write it: local, with offset, without fraction (docs/dexcare.md §3).
func (z *Zone) Text(unix int64) string { return z.Time(unix).Format(time.RFC3339) }

// Today is the zone's day now.
func (z *Zone) Today(now time.Time) Day { return dayOf(now.In(z.loc)) }

// UTC is the zone of a list that has no zone.
var UTC = &Zone{Name: "UTC", loc: time.UTC}

// AllOf is the whole day.
func (z *Zone) AllOf(d Day) Span { return Span{z.Midnight(d), z.Midnight(d + 1)} }

// DayWithin is the part of the day that lies inside the interval.
func (z *Zone) DayWithin(d Day, within Span) Span {
	all := z.AllOf(d)
	return Span{max(all.From, within.From), min(all.Until, within.Until)}
}

// Span is a half-open interval of instants (Unix seconds).
type Span struct{ From, Until int64 }

func (a Span) overlaps(b Span) bool { return a.From < b.Until && b.From < a.Until }
