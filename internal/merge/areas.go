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
type overlaps [][]*answer

func overlapsOf(answers []answer) overlaps {
	fresher := make(overlaps, len(answers))
	for n := range answers {
		older := &answers[n]
		if !older.around() {
			continue
		}
		days := daysOf(older.Key)
		for i := range answers[:n] {
			a := &answers[i]
			if a.around() && !a.NotFound && a.Dropped == 0 && a.Key.VisitType == older.Key.VisitType &&
				days.overlaps(daysOf(a.Key)) {
				fresher[n] = append(fresher[n], a)
			}
		}
	}
	return fresher
}

// settle finds the days of a place for which parts count, and drops those that count for none.
func (o overlaps) settle(p *place) {
	for i := range p.parts {
		part := &p.parts[i]
		part.passed = p.passed(part, o[part.index])
	}
	p.parts = slices.DeleteFunc(p.parts, func(l listed) bool {
		return len(l.passed) > 0 && daysOf(l.answer.Key).coveredBy(l.passed)
	})
}

// passed are the days for which answers that are fresher than one list a place as well: what lies inside an area for certain,
// whatever Earth upstream measures on.
func (p *place) passed(l *listed, fresher []*answer) (days []stretch) {
	for _, a := range fresher {
		area, point := a.Key.Area, p.info.Point
		if area == l.answer.Key.Area || point != nil && area.Point().MilesTo(*point) <= area.SureMiles() {
			days = append(days, daysOf(a.Key))
		}
	}
	return days
}
