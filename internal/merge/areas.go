package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// A question about an area may be answered by several areas that overlap, and by parts of a block that do (package search).
// Each answer lists the clinics inside its area whole, for its days, so of a clinic and a day that several answers hold the
// freshest counts alone: what an older one lists beside it is gone. An answer of whose days none counts for a clinic says
// nothing about it: then it is the same whichever of two areas was read last.

// stretch is days of a clinic's calendar, both ends inclusive.
type stretch struct{ first, last timeslot.Date }

func daysOf(k timeslot.FragmentKey) stretch {
	return stretch{k.FirstDay(), min(k.LastDay(), k.Block.Last())}
}

func (s stretch) overlaps(o stretch) bool { return s.first <= o.last && o.first <= s.last }

// coveredBy reports whether every day is one of others.
func (s stretch) coveredBy(others []stretch) bool {
	for day := s.first; day <= s.last; {
		next := day
		for _, o := range others {
			if o.first <= day && o.last >= next {
				next = o.last + 1
			}
		}
		if next == day {
			return false
		}
		day = next
	}
	return true
}

func within(days []stretch, day timeslot.Date) bool {
	for _, d := range days {
		if day >= d.first && day <= d.last {
			return true
		}
	}
	return false
}

// overlaps are, for every answer for an area, the fresher ones that list some of the same days.
type overlaps struct {
	answers []answer
	fresher [][]int32
	sites   map[timeslot.Area]map[int32]bool // which places an area holds, as far as it was asked
}

func newOverlaps(answers []answer) *overlaps {
	o := &overlaps{answers: answers, fresher: make([][]int32, len(answers)), sites: map[timeslot.Area]map[int32]bool{}}
	for i := range answers {
		o.fresher[i] = o.fresherThan(int32(i))
	}
	return o
}

func (o *overlaps) fresherThan(n int32) (fresher []int32) {
	older := &o.answers[n]
	if !older.around() {
		return nil
	}
	days := daysOf(older.Key)
	for i := range n {
		a := &o.answers[i]
		if a.around() && !a.NotFound && a.Dropped == 0 && a.Key.VisitType == older.Key.VisitType && days.overlaps(daysOf(a.Key)) {
			fresher = append(fresher, i)
		}
	}
	return fresher
}

// settle finds the days of a place for which parts count, and drops those that count for none.
func (o *overlaps) settle(at int32, p *place) {
	for i := range p.parts {
		p.parts[i].passed = o.passed(p.parts[i].index, at, p)
	}
	p.parts = slices.DeleteFunc(p.parts, func(l listed) bool {
		return len(l.passed) > 0 && daysOf(l.answer.Key).coveredBy(l.passed)
	})
}

// passed are the days for which answers that are fresher than one list a place as well.
func (o *overlaps) passed(n int32, at int32, p *place) (days []stretch) {
	for _, i := range o.fresher[n] {
		if a := &o.answers[i]; a.Key.Area == o.answers[n].Key.Area || o.holds(a.Key.Area, at, p) {
			days = append(days, daysOf(a.Key))
		}
	}
	return days
}

// holds reports whether a place lies inside an area, whatever Earth upstream measures on.
func (o *overlaps) holds(area timeslot.Area, at int32, p *place) bool {
	if p.info.Point == nil {
		return false
	}
	known := o.sites[area]
	if known == nil {
		known = map[int32]bool{}
		o.sites[area] = known
	}
	inside, ok := known[at]
	if !ok {
		inside = area.Point().MilesTo(*p.info.Point) <= area.SureMiles()
		known[at] = inside
	}
	return inside
}
