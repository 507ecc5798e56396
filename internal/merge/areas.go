package merge

import "timeslots/internal/timeslot"

// A question about an area may be answered by several areas that overlap (package search). Each answer lists the clinics
// inside it whole, so of a clinic that lies in several the freshest counts alone: what an older one lists beside it is gone.

// stretch is days of a clinic's calendar, both ends inclusive.
type stretch struct{ first, last timeslot.Date }

// overlap tells whose older listings count no longer.
type overlap struct {
	m     *merger
	areas []int32 // answers for areas around points, freshest first; empty where all are for one area
}

func (m *merger) overlaps() *overlap {
	o := &overlap{m: m}
	first, unlike := timeslot.Area{}, false
	for i := range m.answers {
		a := &m.answers[i]
		if !a.around() {
			continue
		}
		if first == (timeslot.Area{}) {
			first = a.Key.Area
		}
		unlike = unlike || a.Key.Area != first
		if !a.NotFound && a.Dropped == 0 {
			o.areas = append(o.areas, int32(i))
		}
	}
	if !unlike {
		o.areas = nil
	}
	return o
}

// around tells whether the answer is for an area around a point.
func (a *answer) around() bool { return a.surface == surfaceCareOptions && a.Key.Area.PostalCode == "" }

// passed are for each row of an answer the days for which a fresher answer lists its clinic as well; nil where there are
// none.
func (o *overlap) passed(answer int32, rows []row) [][]stretch {
	if len(o.areas) == 0 || !o.m.answers[answer].around() || answer <= o.areas[0] {
		return nil
	}
	passed, known := make([][]stretch, len(rows)), map[int32][]stretch{}
	for i, r := range rows {
		if r.site == nowhere {
			continue
		}
		at := o.m.sites[r.site].place
		days, ok := known[at]
		if !ok {
			days = o.look(answer, at)
			known[at] = days
		}
		passed[i] = days
	}
	return passed
}

func (o *overlap) look(answer, at int32) (days []stretch) {
	older, p := &o.m.answers[answer], &o.m.places[at]
	if p.info.Point == nil {
		return nil
	}
	for _, i := range o.areas {
		if i >= answer {
			break
		}
		a := &o.m.answers[i]
		if a.Key.Area == older.Key.Area || a.Key.VisitType != older.Key.VisitType {
			continue
		}
		if a.Key.Area.Point().MilesTo(*p.info.Point) <= a.Key.Area.SureMiles() {
			days = append(days, stretch{a.Key.FirstDay(), min(a.Key.LastDay(), a.Key.Block.Last())})
		}
	}
	return days
}

func within(days []stretch, day timeslot.Date) bool {
	for _, d := range days {
		if day >= d.first && day <= d.last {
			return true
		}
	}
	return false
}
