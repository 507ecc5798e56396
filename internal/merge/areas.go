package merge

import "timeslots/internal/timeslot"

// A question about an area may be answered by several areas that overlap, and by parts of a block that do (package search).
// Each answer lists the clinics inside its area whole, for its days, so of a clinic and a day that several answers hold the
// freshest counts alone: what an older one lists beside it is gone.

// stretch is days of a clinic's calendar, both ends inclusive.
type stretch struct{ first, last timeslot.Date }

func daysOf(k timeslot.FragmentKey) stretch {
	return stretch{k.FirstDay(), min(k.LastDay(), k.Block.Last())}
}

func (s stretch) overlaps(o stretch) bool { return s.first <= o.last && o.first <= s.last }

func within(days []stretch, day timeslot.Date) bool {
	for _, d := range days {
		if day >= d.first && day <= d.last {
			return true
		}
	}
	return false
}

// around reports whether the answer is for an area around a point.
func (a *answer) around() bool { return a.surface == surfaceCareOptions && a.Key.Area.PostalCode == "" }

// passed are for each row of an answer the days for which a fresher answer lists its clinic as well; nil where there are
// none.
func (m *merger) passed(answer int32, rows []row) [][]stretch {
	fresher := m.fresherAreas(answer)
	if len(fresher) == 0 {
		return nil
	}
	passed, known := make([][]stretch, len(rows)), map[int32][]stretch{}
	for i, r := range rows {
		if r.site == nowhere {
			continue
		}
		at := m.sites[r.site].place
		days, ok := known[at]
		if !ok {
			days = m.passedAt(answer, fresher, at)
			known[at] = days
		}
		passed[i] = days
	}
	return passed
}

// fresherAreas are the answers that list some of the same days as an older one.
func (m *merger) fresherAreas(answer int32) (fresher []int32) {
	older := &m.answers[answer]
	if !older.around() {
		return nil
	}
	days := daysOf(older.Key)
	for i := range answer {
		a := &m.answers[i]
		if a.around() && !a.NotFound && a.Dropped == 0 && a.Key.VisitType == older.Key.VisitType && days.overlaps(daysOf(a.Key)) {
			fresher = append(fresher, i)
		}
	}
	return fresher
}

func (m *merger) passedAt(answer int32, fresher []int32, at int32) (days []stretch) {
	older, p := &m.answers[answer], &m.places[at]
	for _, i := range fresher {
		a := &m.answers[i]
		if a.Key.Area == older.Key.Area || p.info.Point != nil && a.Key.Area.Point().MilesTo(*p.info.Point) <= a.Key.Area.SureMiles() {
			days = append(days, daysOf(a.Key))
		}
	}
	return days
}
