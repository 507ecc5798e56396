package merge

import (
	"cmp"
	"math"
	"slices"
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

// zone is a location during one merge: the instants of the window there, and the offset around the last instant that
// was asked for, since asking a location costs far more than remembering.
type zone struct {
	loc         *time.Location
	from, until int64 // the window in Unix seconds; from is never past

	lo, hi, offset int64 // offset east of UTC in seconds, valid for lo ≤ instant < hi
}

// offsetAt is how many seconds the zone is east of UTC at an instant.
func (z *zone) offsetAt(unix int64) int64 {
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
	const perDay = 86400
	return timeslot.Date((unix + z.offsetAt(unix)) / perDay)
}

// horizon is how many seconds ahead a slot is served at most: 272 years, so that a start and a group fit one sort key.
const horizon = 1 << 33

// newZone places the query's window in loc (docs/interface.md §3.1): days are calendar days, also those of 23 and 25 hours.
func (m *merger) newZone(loc *time.Location) *zone {
	now := m.Now.Unix()
	first := max(m.Query.StartDate, timeslot.DateOf(m.Now.In(loc)))
	last := m.Query.EndDate
	if last == 0 {
		last = first + timeslot.Date(m.DefaultWindow)
	}
	return &zone{
		loc:   loc,
		from:  max(first.In(loc).Unix(), now+1),
		until: min((last + 1).In(loc).Unix(), now+horizon),
	}
}

// firstZone is the zone of the first name that there is a zone of, and nil when there is none.
func (m *merger) firstZone(names ...string) (*zone, string) {
	for _, name := range names {
		z, ok := m.zones[name]
		if !ok {
			if loc, exists := m.Zones.Load(name); exists {
				z = m.newZone(loc)
			}
			m.zones[name] = z
		}
		if z != nil {
			return z, name
		}
	}
	return nil, ""
}

// fixedZone stands in for the zone of a department that nobody knows.
func (m *merger) fixedZone(minutes int16) *zone {
	z, ok := m.fixed[minutes]
	if !ok {
		z = m.newZone(time.FixedZone("", int(minutes)*60))
		if m.fixed == nil {
			m.fixed = map[int16]*zone{}
		}
		m.fixed[minutes] = z
	}
	return z
}

// mayBeInside is the range of slots, ascending by start, that may lie inside the window in any zone on Earth.
func (m *merger) mayBeInside(slots []timeslot.Slot) (first, end int) {
	start := m.Query.StartDate
	last := m.Query.EndDate
	if last == 0 {
		last = max(start, timeslot.LatestToday(m.Now)) + timeslot.Date(m.DefaultWindow)
	}
	from := max(m.Now.Unix(), (start - 1).In(time.UTC).Unix())
	until := (last + 2).In(time.UTC).Unix()
	first, _ = slices.BinarySearchFunc(slots, from, func(s timeslot.Slot, at int64) int { return cmp.Compare(s.Start, at) })
	n, _ := slices.BinarySearchFunc(slots[first:], until, func(s timeslot.Slot, at int64) int { return cmp.Compare(s.Start, at) })
	return first, first + n
}
