package acme

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// schedule is one person at one department for one visit type.
type schedule struct {
	index       int
	offer       *offer
	who         *person
	days        weekdays
	from, until int // minutes of the day
	salt        uint64
}

const (
	lunchMinutes = 60
	busyPercent  = 35 // of all starts are taken from the beginning
)

func (s *schedule) seconds() int64 { return int64(s.offer.visit.minutes) * 60 }

// horizon is the instant at which the days end that may be asked for.
func (s *schedule) horizon(now time.Time) int64 {
	z := s.offer.at.zone
	return z.midnight(z.today(now) + day(s.offer.visit.lookahead) + 1)
}

// starts are all starts of the day d, busy or not, ascending: a grid from opening to closing with a break. The grid
// counts in real time, so a day on which clocks change has as many starts as it has hours.
func (s *schedule) starts(d day) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		weekday := d.weekday()
		at := s.offer.at
		open, until := max(at.week[weekday].open, s.from), min(at.week[weekday].close, s.until)
		if open >= until || !s.days.has(weekday) {
			return
		}
		end, step := at.zone.wall(d, until), s.seconds()
		lunch := at.zone.wall(d, s.who.lunch)
		for start := at.zone.wall(d, open); start+step <= end; start += step {
			if start < lunch+lunchMinutes*60 && start+step > lunch {
				continue
			}
			if !yield(start) {
				return
			}
		}
	}
}

// lists tells whether start is on the grid.
func (s *schedule) lists(start int64) bool {
	for at := range s.starts(s.offer.at.zone.dayAt(start)) {
		if at == start {
			return true
		}
	}
	return false
}

// busy tells whether the start is one of those taken from the beginning.
func (s *schedule) busy(start int64) bool { return mix(s.salt^uint64(start))%100 < busyPercent }

// calendar is a schedule as a reader sees it at one moment.
type calendar struct {
	*schedule
	after    int64   // starts up to this instant are past
	until    int64   // starts from this instant on lie beyond the lookahead; 0: none does
	taken    []span  // the person's sold time
	released []int64 // busy starts that were given back
	veil     veil
}

// veil hides a share of all starts from one surface, always the same ones. The zero veil hides nothing.
type veil struct {
	share float64
	salt  uint64
}

func (v veil) hides(s *schedule, start int64) bool {
	return v.share > 0 && fraction(hash(v.salt, uint64(s.index), uint64(start))) < v.share
}

// free tells whether the start is offered.
func (c *calendar) free(start int64) bool {
	if start <= c.after || c.until > 0 && start >= c.until {
		return false
	}
	if c.busy(start) && !slices.Contains(c.released, start) || c.veil.hides(c.schedule, start) {
		return false
	}
	here := span{start, start + c.seconds()}
	for _, t := range c.taken {
		if t.overlaps(here) {
			return false
		}
	}
	return true
}

// opening is one free start.
type opening struct {
	start int64
	in    *schedule
}

// appendOpenings appends the free starts within the interval.
func (c *calendar) appendOpenings(dst []opening, within span) []opening {
	z := c.offer.at.zone
	for d := z.dayAt(within.from); z.midnight(d) < within.until; d++ {
		for start := range c.starts(d) {
			if start >= within.from && start < within.until && c.free(start) {
				dst = append(dst, opening{start, c.schedule})
			}
		}
	}
	return dst
}

// sortOpenings orders by time, then by place in the directory.
func sortOpenings(list []opening) {
	slices.SortFunc(list, func(a, b opening) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.in.index, b.in.index))
	})
}

// perOffer drops starts that a pool offers through several persons at once: surfaces that name nobody but the NPI
// list them once.
func perOffer(sorted []opening) []opening {
	return slices.CompactFunc(sorted, func(a, b opening) bool {
		return a.start == b.start && a.in.offer == b.in.offer
	})
}

// openingsOn are the free starts of all calendars within the interval, sorted.
func openingsOn(dst []opening, cals []calendar, within span) []opening {
	for i := range cals {
		dst = cals[i].appendOpenings(dst, within)
	}
	sortOpenings(dst)
	return dst
}

func schedulesFor(offers []*offer, want func(*offer) bool) (out []*schedule) {
	for _, o := range offers {
		if want(o) {
			out = append(out, o.schedules...)
		}
	}
	return out
}
