package merge_test

import (
	"math"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// This part of the reference knows what is the same.

func (r *reference) pool(s timeslot.Schedule) bool {
	return slices.ContainsFunc(r.rows, func(o refRow) bool {
		return o.Pool && o.NPI == s.NPI && o.DepartmentKey() == s.DepartmentKey()
	})
}

func (r *reference) group(s timeslot.Schedule) refGroup {
	g, ok := r.groups[s]
	if !ok {
		g = refGroup{s.EHRInstance, s.DepartmentID, s.NPI, "", r.visit(s)}
		if r.pool(s) {
			g.member = s.ProviderID
		}
		r.groups[s] = g
	}
	return g
}

// visit is the id that is shown for the visit type of s.
func (r *reference) visit(s timeslot.Schedule) string {
	same := map[string]bool{s.VisitTypeID: true}
	for grown := true; grown; {
		grown = false
		for _, a := range r.rows {
			for _, b := range r.rows {
				if here(a, s) && here(b, s) && same[a.VisitTypeID] && !same[b.VisitTypeID] &&
					a.VisitTypeName != "" && strings.EqualFold(a.VisitTypeName, b.VisitTypeName) {
					same[b.VisitTypeID], grown = true, true
				}
			}
		}
	}
	best, rank := s.VisitTypeID, math.MaxInt
	for _, a := range r.rows {
		for _, b := range r.rows {
			if here(a, s) && here(b, s) && same[a.VisitTypeID] && same[b.VisitTypeID] &&
				a.VisitTypeID != b.VisitTypeID && refSurface(a.from) == refSurface(b.from) {
				return s.VisitTypeID // one surface tells two of them apart
			}
		}
		if here(a, s) && same[a.VisitTypeID] {
			n := refSurface(a.from)
			if a.VisitTypeID == "" {
				n += 10
			}
			if n < rank || n == rank && a.VisitTypeID < best {
				best, rank = a.VisitTypeID, n
			}
		}
	}
	return best
}

func here(a refRow, s timeslot.Schedule) bool {
	return a.NPI == s.NPI && a.EHRInstance == s.EHRInstance && a.DepartmentID == s.DepartmentID
}

func refSurface(f *timeslot.Fragment) int {
	switch {
	case f.Key.Source() == timeslot.ProviderDirect && f.Key.Version == 5:
		return 0
	case f.Key.Source() == timeslot.CareOptions:
		return 1
	case f.Key.Source() == timeslot.CareDirect:
		return 2
	default:
		return 3
	}
}
