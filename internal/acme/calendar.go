package acme

import (
	"fmt"
	"time"
)

// day is a calendar day without a zone, counted from 1970-01-01.
type day int32

const secondsPerDay = 86400

func dayOf(t time.Time) day {
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	d := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		d--
	}
	return day(d)
}

func parseDay(s string) (day, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, time.UTC)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date", s)
	}
	return dayOf(t), nil
}

func (d day) weekday() time.Weekday { return time.Weekday((int(d)%7 + 7 + 4) % 7) } // 1970-01-01 was a Thursday

func (d day) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

func (d day) String() string { return d.utc().Format(time.DateOnly) }

// earliestToday and latestToday are the days that it is, at t, where the day begins last and first on Earth.
func earliestToday(t time.Time) day { return dayOf(t.UTC().Add(-12 * time.Hour)) }
func latestToday(t time.Time) day   { return dayOf(t.UTC().Add(14 * time.Hour)) }

// zone is an IANA zone with the midnights of the days that are asked for most, so that rendering does not look up
// transitions slot by slot. It is never written to after it was made.
type zone struct {
	name      string
	loc       *time.Location
	base      day
	midnights []int64
}

// newZone loads the zone and, with days > 0, its midnights from first on.
func newZone(name string, first day, days int) (*zone, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not an IANA time zone", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not an IANA time zone", name)
	}
	return newZoneIn(name, loc, first, days), nil
}

func newZoneIn(name string, loc *time.Location, first day, days int) *zone {
	z := &zone{name: name, loc: loc, base: first}
	for d := range day(days) {
		z.midnights = append(z.midnights, z.findMidnight(first+d))
	}
	return z
}

// midnight is the instant at which d begins.
func (z *zone) midnight(d day) int64 {
	if i := int(d - z.base); i >= 0 && i < len(z.midnights) {
		return z.midnights[i]
	}
	return z.findMidnight(d)
}

func (z *zone) findMidnight(d day) int64 {
	year, month, dom := d.utc().Date()
	t := time.Date(year, month, dom, 0, 0, 0, 0, z.loc)
	if dayOf(t) < d { // the clock jumps over midnight: the day begins with the jump
		_, t = t.ZoneBounds()
	}
	return t.Unix()
}

// wall is the instant at which clocks show the given minute of the day d; 1440 is the next midnight.
func (z *zone) wall(d day, minute int) int64 {
	from, until := z.midnight(d), z.midnight(d+1)
	if until-from == secondsPerDay {
		return from + int64(minute)*60
	}
	if minute == minutesPerDay {
		return until
	}
	year, month, dom := d.utc().Date()
	return time.Date(year, month, dom, 0, minute, 0, 0, z.loc).Unix()
}

func (z *zone) time(unix int64) time.Time { return time.Unix(unix, 0).In(z.loc) }

func (z *zone) dayAt(unix int64) day { return dayOf(z.time(unix)) }

// text is the instant as Care Direct and the others write it: local, with offset, without fraction (docs/dexcare.md §3).
func (z *zone) text(unix int64) string { return z.time(unix).Format(time.RFC3339) }

func (z *zone) today(now time.Time) day { return dayOf(now.In(z.loc)) }

// utc is the zone of a list that has no zone.
var utc = &zone{name: "UTC", loc: time.UTC}

// allOf is the whole day.
func (z *zone) allOf(d day) span { return span{z.midnight(d), z.midnight(d + 1)} }

// dayWithin is the part of the day that lies inside the interval.
func (z *zone) dayWithin(d day, within span) span {
	all := z.allOf(d)
	return span{max(all.from, within.from), min(all.until, within.until)}
}

// span is a half-open interval of instants (Unix seconds).
type span struct{ from, until int64 }

func (a span) overlaps(b span) bool { return a.from < b.until && b.from < a.until }
