package merge_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// reference merges by the letter of the package's rules, slot by slot, with nothing prepared and nothing indexed: slow,
// and so plain that one can see that it is right.
type reference struct {
	merge.Input
	answers []*timeslot.Fragment           // freshest first
	rows    []refRow                       // every schedule of every answer
	groups  map[timeslot.Schedule]refGroup // what group gave before: it is asked for the same over and over
	cases   map[string]bool                // what has happened, see census_test.go
}

// saw notes a case, if it is one.
func (r *reference) saw(what string, happened bool) bool {
	if happened {
		r.cases[what] = true
	}
	return happened
}

// refRow is a schedule as one answer spells it, and the index of it there.
type refRow struct {
	timeslot.Schedule
	from  *timeslot.Fragment
	index int
}

// refGroup is what makes slots of equal start the same.
type refGroup struct {
	ehr, department, npi, member string
	visit                        refVisit
}

// refSlot is one slot with everybody who lists it, freshest first; covers are the rows that name no member.
type refSlot struct {
	refGroup
	start  int64
	rows   []refListing
	covers []refListing
}

type refListing struct {
	refRow
	slot timeslot.SlotWithID
}

func referenceMerge(in merge.Input) *merge.Output { return newReference(in).merge() }

func newReference(in merge.Input) *reference {
	r := &reference{Input: in, answers: slices.Clone(in.Fragments), groups: map[timeslot.Schedule]refGroup{}, cases: map[string]bool{}}
	slices.SortStableFunc(r.answers, func(a, b *timeslot.Fragment) int {
		order := []timeslot.Source{timeslot.CareDirect, timeslot.ProviderDirect, timeslot.CareOptions, timeslot.Directory}
		return cmp.Or(b.FetchedAt.Compare(a.FetchedAt),
			cmp.Compare(slices.Index(order, sourceOf(a.Key)), slices.Index(order, sourceOf(b.Key))),
			cmp.Compare(a.Key.String(), b.Key.String()))
	})
	for _, f := range r.answers {
		for i, s := range f.Schedules {
			if s.VisitTypeName == "" {
				s.VisitTypeName = f.Key.VisitType
			}
			r.rows = append(r.rows, refRow{s, f, i})
		}
	}
	r.rows = slices.DeleteFunc(r.rows, func(row refRow) bool {
		return sourceOf(row.from.Key) == timeslot.CareOptions && r.beyond(row) || r.around(row.from) && r.overtaken(row)
	})
	return r
}

// beyond reports whether a row is of a clinic outside of the caller's circle.
func (r *reference) beyond(row refRow) bool {
	away := r.distance(row.EHRInstance, row.DepartmentID)
	if away < 0 && r.Query.Point == nil && r.Query.PostalCode != "" {
		return !slices.ContainsFunc(r.answers, func(f *timeslot.Fragment) bool {
			return sourceOf(f.Key) == timeslot.CareOptions && f.Key.Area.PostalCode != "" && slices.ContainsFunc(f.Schedules, func(s timeslot.Schedule) bool {
				return s.EHRInstance == row.EHRInstance && s.DepartmentID == row.DepartmentID
			})
		})
	}
	return r.Query.HasLocation() && away > float64(r.Query.Radius)
}

// overtaken reports whether fresher answers list the row's clinic for all the days of its answer.
func (r *reference) overtaken(row refRow) bool {
	for day := row.from.Key.FirstDay(); day <= lastDay(row.from.Key); day++ {
		if !r.listedAfresh(row, day) {
			return false
		}
	}
	return true
}

// around reports whether the answer is for an area around a point.
func (r *reference) around(f *timeslot.Fragment) bool {
	return sourceOf(f.Key) == timeslot.CareOptions && f.Key.Area.PostalCode == ""
}

func lastDay(k timeslot.FragmentKey) timeslot.Date { return min(k.LastDay(), k.Block.Last()) }

// passed reports whether a fresher answer lists the clinic for the slot's day as well.
func (r *reference) passed(row refRow, slot timeslot.SlotWithID) bool {
	return r.listedAfresh(row, timeslot.DateOf(time.Unix(slot.Start, 0).In(r.location(row.Schedule, slot))))
}

// listedAfresh reports whether a fresher answer lists the clinic of a row for a day.
func (r *reference) listedAfresh(row refRow, day timeslot.Date) bool {
	d, _ := r.department(row.EHRInstance, row.DepartmentID)
	for _, f := range r.answers {
		switch {
		case f == row.from:
			return false
		case !r.around(f) || f.NotFound || f.Dropped > 0 || f.Key.VisitType != row.from.Key.VisitType ||
			f.Key.FirstDay() > lastDay(row.from.Key) || row.from.Key.FirstDay() > lastDay(f.Key):
		case (f.Key.Area == row.from.Key.Area || d.Point != nil && f.Key.Area.Point().MilesTo(*d.Point) <= f.Key.Area.SureMiles()) && day >= f.Key.FirstDay() && day <= lastDay(f.Key):
			return true
		}
	}
	return false
}

func (r *reference) merge() *merge.Output {
	out := &merge.Output{PerFragment: make([]int, len(r.Fragments))}
	slots := r.listed(out.PerFragment)
	slots = slices.DeleteFunc(slots, func(s refSlot) bool { return !r.nobody(s) && r.overruled(s) })
	slots = r.cover(slots)
	slots = slices.DeleteFunc(slots, func(s refSlot) bool { return !r.wanted(s) || r.taken(s) })
	slots = r.days(slots)
	r.sort(slots)
	out.Result = r.page(slots)
	return out
}

// listed is every slot that somebody lists inside the window, and how many each fragment lists.
func (r *reference) listed(perFragment []int) (slots []refSlot) {
	for _, row := range r.rows {
		for i := range row.from.Slots {
			slot := row.from.WithID(i)
			if int(slot.Schedule) != row.index || !r.inWindow(row, slot) || r.around(row.from) && r.passed(row, slot) {
				continue
			}
			perFragment[slices.Index(r.Fragments, row.from)]++
			g := r.group(row.Schedule)
			i := slices.IndexFunc(slots, func(s refSlot) bool { return s.refGroup == g && s.start == slot.Start })
			if i < 0 {
				i = len(slots)
				slots = append(slots, refSlot{refGroup: g, start: slot.Start})
			}
			slots[i].rows = append(slots[i].rows, refListing{row, slot})
		}
	}
	return slots
}

// rowsOf is every row of a group, with or without slots.
func (r *reference) rowsOf(g refGroup) []refRow {
	return slices.DeleteFunc(slices.Clone(r.rows), func(o refRow) bool { return r.group(o.Schedule) != g })
}

// nobody reports whether the slot is of a pool and names no member.
func (r *reference) nobody(s refSlot) bool { return s.member == "" && r.pool(s.rows[0].Schedule) }

// overruled reports whether answers that are fresher than all that list the slot speak for it.
func (r *reference) overruled(s refSlot) bool {
	g, rows := s.refGroup, r.rowsOf(s.refGroup)
	by := slices.DeleteFunc(slices.Clone(r.answers), func(f *timeslot.Fragment) bool {
		return f.NotFound || f.Dropped > 0 || !f.Covers.Contains(s.start) || f.FetchedAt.Sub(s.rows[0].from.FetchedAt) <= 5*time.Second ||
			!r.shown(f, s) || !r.speaksFor(f, g, rows)
	})
	for _, f := range by {
		r.saw(fmt.Sprintf("overruled by %s v%d", sourceOf(f.Key), f.Key.Version), true)
		r.saw("overruled by answers of different age", !f.FetchedAt.Equal(by[0].FetchedAt))
	}
	return len(by) > 0
}

// shown reports whether the surface of f speaks of the calendar of s, or of a member of its pool.
func (r *reference) shown(f *timeslot.Fragment, s refSlot) bool {
	return slices.ContainsFunc(r.rows, func(o refRow) bool {
		g := r.group(o.Schedule)
		if s.member == "" {
			g.member = ""
		}
		return g == s.refGroup && refSurface(o.from) == refSurface(f)
	})
}

func (r *reference) speaksFor(f *timeslot.Fragment, g refGroup, rows []refRow) bool {
	switch sourceOf(f.Key) {
	case timeslot.ProviderDirect:
		if f.Key.NPI != g.npi || r.pool(rows[0].Schedule) {
			return false
		}
		return f.Key.Version == 5 || r.askedFor(f, g, rows)
	case timeslot.CareDirect:
		return r.isCalled(g, f.Key.Department) && r.askedFor(f, g, rows)
	default:
		return false
	}
}

func (r *reference) isCalled(g refGroup, slug string) bool {
	_, slugs := r.department(g.ehr, g.department)
	return slices.Contains(slugs, slug)
}

// askedFor reports whether f was asked for the visit type of g, or lists it.
func (r *reference) askedFor(f *timeslot.Fragment, g refGroup, rows []refRow) bool {
	shown := r.schedule(g)
	return slices.ContainsFunc(rows, func(o refRow) bool {
		for _, name := range []string{o.VisitTypeName, shown.VisitTypeName} {
			if name != "" && strings.EqualFold(name, f.Key.VisitType) {
				return true
			}
		}
		return o.from == f
	})
}

func (r *reference) cover(slots []refSlot) []refSlot {
	var out []refSlot
	for _, s := range slots {
		anybody := s
		anybody.member = ""
		if r.saw("rows without a member", r.nobody(s)) {
			if !r.overruled(s) && !slices.ContainsFunc(slots, func(o refSlot) bool {
				m := o
				m.member = ""
				return o.member != "" && m.refGroup == s.refGroup && o.start == s.start
			}) {
				r.saw("rows without a member, alone", true)
				out = append(out, s)
			}
			continue
		}
		for _, o := range slots {
			if s.member != "" && o.member == "" && o.refGroup == anybody.refGroup && o.start == s.start {
				s.covers = o.rows
				r.saw("a gone row that covers", r.overruled(o))
			}
		}
		r.saw("a member of a pool", s.member != "")
		r.saw("rows without a member, covered", len(s.covers) > 0)
		out = append(out, s)
	}
	return out
}

// taken asks for every listing, and for every spelling of the group with the freshest slot.
func (r *reference) taken(s refSlot) bool {
	listed := func(l refListing) bool { return r.hides(l.Schedule, l.slot) }
	spelled := func(o refRow) bool {
		g := r.group(o.Schedule)
		if s.member == "" {
			g.member = ""
		}
		return g == s.refGroup && r.hides(o.Schedule, s.rows[0].slot)
	}
	taken := r.saw("taken as it is listed", slices.ContainsFunc(slices.Concat(s.rows, s.covers), listed)) ||
		r.saw("taken under another spelling only", slices.ContainsFunc(r.rows, spelled))
	r.saw("taken with the pool", taken && r.nobody(s))
	return taken
}

func (r *reference) hides(schedule timeslot.Schedule, slot timeslot.SlotWithID) bool {
	schedule.Pool = schedule.Pool || r.pool(schedule)
	if r.Taken == nil {
		return false
	}
	_, hidden := r.Taken.HidesUntil(&schedule, &slot, r.Now)
	return hidden
}
