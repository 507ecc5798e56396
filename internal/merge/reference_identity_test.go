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

// refVisit is a visit type: its EMR id, and its short name in lower case.
type refVisit struct{ id, name string }

func visitOf(s timeslot.Schedule) refVisit {
	return refVisit{s.VisitTypeID, strings.ToLower(s.VisitTypeName)}
}

// visit is the visit type that s is of, as it is shown.
func (r *reference) visit(s timeslot.Schedule) refVisit {
	mine := visitOf(s)
	if mine.name != "" {
		return r.named(s)
	}
	with := r.namedWithID(s)
	if mine.id == "" || len(with) != 1 {
		return mine
	}
	for only := range with {
		if !r.clear(s, only) {
			return mine
		}
		for _, a := range r.rows { // two nameless ids of one surface that could both be it are neither
			for _, b := range r.rows {
				if here(a, s) && here(b, s) && a.VisitTypeID != b.VisitTypeID && refSurface(a.from) == refSurface(b.from) &&
					r.joins(a.Schedule, only) && r.joins(b.Schedule, only) {
					return mine
				}
			}
		}
		return only
	}
	return mine
}

// namedWithID is the visit types that have the id of s, and a name.
func (r *reference) namedWithID(s timeslot.Schedule) map[refVisit]bool {
	with := map[refVisit]bool{}
	for _, a := range r.rows {
		if here(a, s) && a.VisitTypeID == s.VisitTypeID && a.VisitTypeName != "" {
			with[r.named(a.Schedule)] = true
		}
	}
	return with
}

// clear reports whether no surface lists both the nameless id of s, and the visit type.
func (r *reference) clear(s timeslot.Schedule, v refVisit) bool {
	for _, a := range r.rows {
		for _, b := range r.rows {
			if here(a, s) && here(b, s) && refSurface(a.from) == refSurface(b.from) &&
				a.VisitTypeName != "" && r.named(a.Schedule) == v && b.VisitTypeName == "" && b.VisitTypeID == s.VisitTypeID {
				return false
			}
		}
	}
	return true
}

// joins reports whether s has an id alone that could be that visit type.
func (r *reference) joins(s timeslot.Schedule, v refVisit) bool {
	with := r.namedWithID(s)
	return s.VisitTypeName == "" && s.VisitTypeID != "" && len(with) == 1 && with[v] && r.clear(s, v)
}

// named is the visit type that a named one is of, as it is shown.
func (r *reference) named(s timeslot.Schedule) refVisit {
	mine := visitOf(s)
	best, rank := mine, math.MaxInt
	for _, a := range r.rows {
		if !here(a, s) || visitOf(a.Schedule).name != mine.name {
			r.saw("names of one id", here(a, s) && a.VisitTypeName != "" && a.VisitTypeID == s.VisitTypeID)
			continue
		}
		r.saw("a name in another case", a.VisitTypeName != s.VisitTypeName)
		for _, b := range r.rows {
			if here(b, s) && visitOf(b.Schedule).name == mine.name && a.VisitTypeID != b.VisitTypeID && refSurface(a.from) == refSurface(b.from) {
				r.saw("ids that one surface tells apart", true)
				return mine
			}
		}
		n := refSurface(a.from)
		if a.VisitTypeID == "" {
			n += 10
		}
		if n < rank || n == rank && a.VisitTypeID < best.id {
			best, rank = visitOf(a.Schedule), n
		}
	}
	r.saw("ids of one visit type", best.id != mine.id)
	return best
}

func here(a refRow, s timeslot.Schedule) bool {
	return a.NPI == s.NPI && a.EHRInstance == s.EHRInstance && a.DepartmentID == s.DepartmentID
}

func refSurface(f *timeslot.Fragment) int {
	switch {
	case sourceOf(f.Key) == timeslot.ProviderDirect && f.Key.Version == 5:
		return 0
	case sourceOf(f.Key) == timeslot.CareOptions:
		return 1
	case sourceOf(f.Key) == timeslot.CareDirect:
		return 2
	default:
		return 3
	}
}
