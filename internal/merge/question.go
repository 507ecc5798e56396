package merge

import (
	"cmp"
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// question is one query on its way through a union. Its parts are filled by the steps of [Merge], in that order.
type question struct {
	Input
	*union
	profile     *Profile
	scratch     *scratch
	windows     map[clock]window
	perFragment []int
	spots       []spot             // in the order of distance, then identity
	room        int                // for how many calendars
	calendars   []calendar         // in the order of their spots, then identity
	siblings    map[string][]int32 // of calendars by NPI
	attributes  map[shownAs]*timeslot.Schedule
}

// spot is a place as the query has it: its distance, and the slots there as far as the window's days go.
type spot struct {
	*place
	clinics  []*clinic // of the place, of those that are written in several clocks what lies inside the window; nil: not looked at
	distance float64   // miles
	index    int32     // of the place in the union; −1 for one that is in none
	outside  bool      // of the caller's circle, as far as one knows
	wanted   bool      // the query asks for slots there
}

// calendar is the slots of one group in the answer.
type calendar struct {
	spot   int32 // of the question
	rank   int32 // among all calendars: by distance, then identity
	clinic *clinic
	group  *group
	units  []unit // ascending by start
	at     int    // where the answer's page goes on

	missing uint64 // of a profile with scores: what is missing to a full score, up to at; in millionths
}

func newQuestion(in Input) *question {
	if in.Zones == nil {
		in.Zones = &Zones{}
	}
	return &question{
		Input:       in,
		union:       in.Unions.unionOf(in.Fragments, in.widest(), world{in.Zones, in.Surfaces}, in.Now),
		profile:     profileOf(in.Query, in.Profiles),
		scratch:     scratches.Get().(*scratch),
		windows:     map[clock]window{},
		perFragment: make([]int, len(in.Fragments)),
	}
}

// visit finds the places, nearest first, and counts what answers list there inside the window.
func (q *question) visit() {
	q.spots = slices.Grow(q.scratch.spots[:0], len(q.places))
	counts := make([]int, len(q.answers))
	for i := range q.places {
		p := &q.places[i]
		s := spot{place: p, distance: q.distanceTo(p), index: int32(i)}
		s.outside = q.outside(&s)
		if s.wanted = located(q.Query, &s); s.wanted || !q.First {
			if s.outside {
				s.place = q.beyond(p, q.Zones)
			}
			s.clinics = q.clinicsAt(s.place)
			for j, c := range s.clinics {
				q.count(c, s.apart[j], s.outside, counts)
				q.room += len(c.groups)
			}
		}
		q.spots = append(q.spots, s)
	}
	for i, f := range q.Fragments {
		q.perFragment[i] = counts[q.indexOf[f]]
	}
	slices.SortFunc(q.spots, func(a, b spot) int {
		return cmp.Or(compareDistance(a.distance, b.distance), cmp.Compare(a.index, b.index))
	})
}

// outside reports whether a place lies outside of the caller's circle. Around a postal code that only upstream can place, so does
// one that none of its answers names.
func (q *question) outside(s *spot) bool {
	if s.distance < 0 && q.Query.Point == nil && q.Query.PostalCode != "" {
		return !slices.ContainsFunc(s.parts, func(l listed) bool { return l.answer.ofArea() && !l.answer.around() })
	}
	return q.Query.HasLocation() && s.distance > float64(q.Query.Radius)
}

// count adds up what each answer lists at a clinic inside the window.
func (q *question) count(c *clinic, parts []listed, outside bool, counts []int) {
	var wide bool
	var w window
	if c.even() {
		w, wide = c.windowIn(q.windowOf)
	} else {
		w = q.windowOf(c.clocks[0])
	}
	for i := range c.parts {
		part, listed := &parts[i], &c.parts[i]
		switch {
		case outside && part.answer.ofArea():
		case wide:
			counts[part.index] += len(listed.after)
		case listed.clocks == nil:
			counts[part.index] += w.count(listed)
		default:
			for j := range listed.after {
				if q.windowOf(c.clocks[listed.clocks[j]]).holds(listed.start(j)) {
					counts[part.index]++
				}
			}
		}
	}
}

// windowOf is the query's window in a clock.
func (q *question) windowOf(c clock) window {
	w, ok := q.windows[c]
	if !ok {
		loc, named := q.Zones.Load(c.zone)
		if !named {
			loc = time.FixedZone("", int(c.offset)*60)
		}
		w = q.windowIn(loc)
		q.windows[c] = w
	}
	return w
}

// choose finds the calendars that the query wants, with the slots inside the window that are not taken.
func (q *question) choose() {
	f := q.newFilter()
	q.calendars = slices.Grow(q.scratch.calendars[:0], q.room)
	rank := int32(0)
	for i := range q.spots {
		s := &q.spots[i]
		if s.wanted {
			s.clinics = q.evenly(s.clinics)
		}
		for _, c := range s.clinics {
			if s.wanted {
				q.chooseOf(c, int32(i), rank, f)
			}
			rank += int32(len(c.groups))
		}
	}
}

// evenly has in place of clinics that are written in several clocks what lies inside the window.
func (q *question) evenly(clinics []*clinic) []*clinic {
	for i, c := range clinics {
		if !c.even() {
			own := slices.Clone(clinics)
			for ; i < len(own); i++ {
				if !own[i].even() {
					own[i] = own[i].inside(q.windowOf)
				}
			}
			return own
		}
	}
	return clinics
}

// chooseOf finds the calendars of a clinic at a spot, whose first group has the rank.
func (q *question) chooseOf(c *clinic, at, rank int32, f *filter) {
	s := &q.spots[at]
	w, wide := c.windowIn(q.windowOf)
	var taken shade
	if q.Taken != nil {
		taken = c.shadeOf(q.Taken, q.Now)
	}
	for i := range c.groups {
		g := &c.groups[i]
		if s.outside && g.ofArea || !f.wants(g) {
			continue
		}
		units := g.units
		if !wide {
			units = w.part(units)
		}
		if g.mixed {
			units = q.shown(c, g, units)
		}
		if hidden := taken.starts[i]; len(hidden) > 0 {
			units = without(units, hidden)
		}
		if len(units) > 0 {
			q.calendars = append(q.calendars, calendar{spot: at, rank: rank + int32(i), clinic: c, group: g, units: units})
		}
	}
}

// shown are the units of a mixed group that the query wants.
func (q *question) shown(c *clinic, g *group, units []unit) []unit {
	if q.Query.Patient == "" && len(q.Query.Modalities) == 0 {
		return units
	}
	out := make([]bool, len(g.lists))
	for i := range g.lists {
		out[i] = c.attributesOf(g, int32(i), q.Query).out
	}
	return slices.DeleteFunc(slices.Clone(units), func(u unit) bool { return out[g.listAt(&u)] })
}

// without leaves out units that begin at some instants.
func without(units []unit, starts []int64) []unit {
	return slices.DeleteFunc(slices.Clone(units), func(u unit) bool {
		_, hidden := slices.BinarySearch(starts, u.start)
		return hidden
	})
}

// total is how many slots the answer has.
func (q *question) total() (n int) {
	for i := range q.calendars {
		n += len(q.calendars[i].units)
	}
	return n
}

// firstStart is the start of the earliest slot; 0 when there is none.
func (q *question) firstStart() (first int64) {
	for i := range q.calendars {
		if start := q.calendars[i].units[0].start; first == 0 || start < first {
			first = start
		}
	}
	return first
}

// anyDoubtful reports whether one of the slots may be a taken one that nobody could name. Whole groups are asked for.
func (q *question) anyDoubtful() bool {
	if q.Taken == nil || !q.Taken.Doubting() {
		return false
	}
	for i := range q.calendars {
		c := &q.calendars[i]
		for _, r := range c.group.rows {
			if q.Taken.Doubts(&c.clinic.rows[r].schedule, q.Now) {
				return true
			}
		}
	}
	return false
}

// firstDays keeps the slots of the first Query.DaysOfSlots dates that have any, over the whole answer. Dates are those
// of the zone that the answer is in: Query.Zone, else each slot's own.
func (q *question) firstDays() {
	if q.Query.DaysOfSlots <= 0 {
		return
	}
	day := q.dayIn()
	var dates []timeslot.Date
	for i := range q.calendars {
		for j := range q.calendars[i].units {
			d := day(&q.calendars[i].units[j])
			if at, seen := slices.BinarySearch(dates, d); !seen {
				if dates = slices.Insert(dates, at, d); len(dates) > q.Query.DaysOfSlots {
					dates = dates[:q.Query.DaysOfSlots]
				}
			}
		}
	}
	if len(dates) < q.Query.DaysOfSlots {
		return
	}
	last := dates[len(dates)-1]
	for i := range q.calendars {
		c := &q.calendars[i]
		if slices.ContainsFunc(c.units, func(u unit) bool { return day(&u) > last }) {
			c.units = slices.DeleteFunc(slices.Clone(c.units), func(u unit) bool { return day(&u) > last })
		}
	}
	q.calendars = slices.DeleteFunc(q.calendars, func(c calendar) bool { return len(c.units) == 0 })
}
