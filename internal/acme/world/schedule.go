package world

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
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

// Schedule is one person at one department for one visit type.
type Schedule struct {
	Index       int
	Offer       *Offer
	Person      *Person
	days        weekdays
	from, until int // minutes of the day
	salt        uint64
}

const (
	lunchMinutes = 60
	busyPercent  = 35 // of all starts are taken from the beginning
)

// Seconds is how long an appointment takes.
func (s *Schedule) Seconds() int64 { return int64(s.Offer.VisitType.Minutes) * 60 }

// Horizon is the instant at which the days end that may be asked for.
func (s *Schedule) Horizon(now time.Time) int64 {
	z := s.Offer.Department.Zone
	return z.Midnight(z.Today(now) + Day(s.Offer.VisitType.Lookahead) + 1)
}

// starts are all starts of the day d, busy or not, ascending: a grid from opening to closing with a break. The grid
// counts in real time, so a day on which clocks change has as many starts as it has hours.
func (s *Schedule) starts(d Day) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		weekday := d.weekday()
		at := s.Offer.Department
		open, until := max(at.Week[weekday].Open, s.from), min(at.Week[weekday].Close, s.until)
		if open >= until || !s.days.has(weekday) {
			return
		}
		end, step := at.Zone.wall(d, until), s.Seconds()
		lunch := at.Zone.wall(d, s.Person.lunch)
		for start := at.Zone.wall(d, open); start+step <= end; start += step {
			if start < lunch+lunchMinutes*60 && start+step > lunch {
				continue
			}
			if !yield(start) {
				return
			}
		}
	}
}

// lists reports whether start is on the grid.
func (s *Schedule) lists(start int64) bool {
	for at := range s.starts(s.Offer.Department.Zone.DayAt(start)) {
		if at == start {
			return true
		}
	}
	return false
}

// busy reports whether the start is one of those taken from the beginning.
func (s *Schedule) busy(start int64) bool { return Mix(s.salt^uint64(start))%100 < busyPercent }

// Calendar is a schedule as a reader sees it at one moment.
type Calendar struct {
	*Schedule
	after    int64   // starts up to this instant are past
	until    int64   // starts from this instant on lie beyond the lookahead; 0: none does
	taken    []Span  // the person's sold time
	released []int64 // busy starts that were given back
	hiding   Hiding
}

// Hiding hides a share of all starts from one surface, always the same ones. The zero value hides nothing.
type Hiding struct {
	Share float64
	Salt  uint64
}

func (v Hiding) covers(s *Schedule, start int64) bool {
	return v.Share > 0 && Fraction(Hash(v.Salt, uint64(s.Index), uint64(start))) < v.Share
}

func (c *Calendar) free(start int64) bool {
	if start <= c.after || c.until > 0 && start >= c.until {
		return false
	}
	if c.busy(start) && !slices.Contains(c.released, start) || c.hiding.covers(c.Schedule, start) {
		return false
	}
	here := Span{start, start + c.Seconds()}
	for _, t := range c.taken {
		if t.overlaps(here) {
			return false
		}
	}
	return true
}

// Opening is one free start.
type Opening struct {
	Start    int64
	Schedule *Schedule
}

// AppendOpenings appends the free starts within the interval.
func (c *Calendar) AppendOpenings(dst []Opening, within Span) []Opening {
	z := c.Offer.Department.Zone
	for d := z.DayAt(within.From); z.Midnight(d) < within.Until; d++ {
		for start := range c.starts(d) {
			if start >= within.From && start < within.Until && c.free(start) {
				dst = append(dst, Opening{start, c.Schedule})
			}
		}
	}
	return dst
}

// SortOpenings orders by time, then by place in the directory.
func SortOpenings(list []Opening) {
	slices.SortFunc(list, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Schedule.Index, b.Schedule.Index))
	})
}

// PerOffer drops starts that a pool offers through several persons at once: surfaces that name nobody but the NPI
// list them once.
func PerOffer(sorted []Opening) []Opening {
	return slices.CompactFunc(sorted, func(a, b Opening) bool {
		return a.Start == b.Start && a.Schedule.Offer == b.Schedule.Offer
	})
}

// OpeningsOn are the free starts of all calendars within the interval, sorted.
func OpeningsOn(dst []Opening, cals []Calendar, within Span) []Opening {
	for i := range cals {
		dst = cals[i].AppendOpenings(dst, within)
	}
	SortOpenings(dst)
	return dst
}

// SchedulesFor are the schedules of the offers wanted.
func SchedulesFor(offers []*Offer, want func(*Offer) bool) (out []*Schedule) {
	for _, o := range offers {
		if want(o) {
			out = append(out, o.Schedules...)
		}
	}
	return out
}
