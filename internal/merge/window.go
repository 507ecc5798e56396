package merge

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// Zones loads IANA zones once for many merges; reading one from the system's files costs more than merging a page.
// The zero value is ready. It is safe for concurrent use, and bounded by the number of zones that exist.
type Zones struct{ known sync.Map } // name → *time.Location

// Load is the location of that name. Unlike [time.LoadLocation] it refuses what names no place: "", "Local", and names in
// small letters, such as "localtime", the machine's own zone in many zone databases, and "right/…", with leap seconds.
func (z *Zones) Load(name string) (*time.Location, bool) {
	if known, ok := z.known.Load(name); ok {
		return known.(*time.Location), true
	}
	if name == "" || name[0] < 'A' || name[0] > 'Z' || name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	known, _ := z.known.LoadOrStore(name, loc)
	return known.(*time.Location), true
}

// zone is a location, and the offset around the last instant that was asked for, since asking a location costs far more than
// remembering. Without a location it is UTC.
type zone struct {
	loc            *time.Location
	lo, hi, offset int64 // offset east of UTC in seconds, valid for lo ≤ instant < hi
}

func newZone(loc *time.Location) *zone { return &zone{loc: loc} }

// offsetAt is how many seconds the zone is east of UTC at an instant.
func (z *zone) offsetAt(unix int64) int64 {
	if z.loc == nil {
		return 0
	}
	if unix < z.lo || unix >= z.hi {
		t := time.Unix(unix, 0).In(z.loc)
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		z.lo, z.hi, z.offset = math.MinInt64, math.MaxInt64, int64(offset)
		if !start.IsZero() {
			z.lo = start.Unix()
		}
		if !end.IsZero() {
			z.hi = end.Unix()
		}
	}
	return z.offset
}

// day is the calendar day that an instant after 1970 falls on.
func (z *zone) day(unix int64) timeslot.Date {
	return timeslot.Date((unix + z.offsetAt(unix)) / secondsPerDay)
}

// horizon is how many seconds ahead a slot is served at most: 272 years.
const horizon = 1 << 33

// window is the instants that an answer's slots lie in, in Unix seconds, half open.
type window struct{ from, until int64 }

func (w window) holds(start int64) bool { return start >= w.from && start < w.until }

// part is the part of ascending units that lies inside.
func (w window) part(units []unit) []unit {
	if len(units) == 0 {
		return nil
	}
	if units[0].start < w.from {
		first, _ := slices.BinarySearchFunc(units, w.from, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
		units = units[first:]
	}
	if n := len(units); n > 0 && units[n-1].start >= w.until {
		end, _ := slices.BinarySearchFunc(units, w.until, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
		units = units[:end]
	}
	return units
}

// count is how many of the starts that an answer lists lie inside.
func (w window) count(listed *counted) int {
	n := len(listed.after)
	if n == 0 || w.holds(listed.start(0)) && w.holds(listed.start(n-1)) {
		return n
	}
	before := func(instant int64) int {
		return sort.Search(n, func(i int) bool { return listed.start(i) >= instant })
	}
	return max(before(w.until)-before(w.from), 0)
}

// slotsOf is the part of a listing's slots that lie inside.
func (w window) slotsOf(l *listed) []uint32 {
	search := func(slots []uint32, from int64) int {
		n, _ := slices.BinarySearchFunc(slots, from, func(i uint32, at int64) int { return cmp.Compare(l.answer.Slots[i].Start, at) })
		return n
	}
	rest := l.slots[search(l.slots, w.from):]
	return rest[:search(rest, w.until)]
}

// widest holds the query's window in any zone on Earth, at any time of the day.
func (in *Input) widest() window {
	start, last := in.Query.StartDate, in.Query.EndDate
	if last == 0 {
		last = max(start, timeslot.LatestToday(in.Now)) + timeslot.Date(in.DefaultWindow)
	}
	first := max(start, timeslot.EarliestToday(in.Now)) - 1
	return window{first.In(time.UTC).Unix(), (last + 2).In(time.UTC).Unix()}
}

// windowIn places the query's window in a location (docs/interface.md §3.1): days are calendar days, also those of 23 and 25
// hours. It begins after the present.
func (in *Input) windowIn(loc *time.Location) window {
	now := in.Now.Unix()
	first := max(in.Query.StartDate, timeslot.DateOf(in.Now.In(loc)))
	last := in.Query.EndDate
	if last == 0 {
		last = first + timeslot.Date(in.DefaultWindow)
	}
	return window{
		from:  max(first.In(loc).Unix(), now+1),
		until: min((last + 1).In(loc).Unix(), now+horizon),
	}
}
