package world

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

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

// free reports whether the start is offered.
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
