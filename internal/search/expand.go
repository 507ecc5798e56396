package search

import (
	"maps"
	"strings"

	"timeslots/internal/timeslot"
)

// expand adds what the directory's answers make known: the departments of an area, and the visit types of clinicians when the
// query names none. Nil fragments are answers that are missing.
func (p *plan) expand(directory []*timeslot.Fragment) []ask {
	var asks []ask
	for _, f := range directory {
		switch {
		case f == nil:
		case f.Key.Operation == timeslot.OpDepartments && p.query.OnlyLocation():
			asks = append(asks, p.nearbyDepartments(f.Departments)...)
		case f.Key.Operation == timeslot.OpProviderInfo && len(p.query.VisitTypes) == 0:
			asks = append(asks, p.ownVisitTypes(f)...)
		}
	}
	return asks
}

// nearbyDepartments asks for the directory's departments inside the radius that offer a wanted visit
// type, nearest first. Those beyond search.maxDepartments are reported as skipped.
func (p *plan) nearbyDepartments(departments []timeslot.Department) []ask {
	return p.clinics(departments, p.distance)
}

// namedDepartments asks for the departments that the area's answers named around a postal code that nobody can place, as far
// as their address did not say so already (docs/interface.md §3.1).
func (p *plan) namedDepartments(directory, slots []*read) []ask {
	if p.query.PostalCode == "" || !p.query.OnlyLocation() {
		return nil
	}
	named := map[string]float64{}
	for _, rd := range slots {
		switch {
		case rd.fragment == nil || !ofArea(rd.key):
		case !byPoint(rd.key):
			maps.Copy(named, rd.fragment.Distances)
		case p.code != nil:
			for i := range rd.fragment.Departments {
				d := &rd.fragment.Departments[i]
				if miles, ok := p.code.milesTo(clinicOf(d)); ok {
					named[d.Key()] = miles
				}
			}
		}
	}
	var more []ask
	for _, rd := range directory {
		more = append(more, p.clinics(rd.departments(), func(d *timeslot.Department) (float64, bool) {
			miles, ok := named[d.Key()]
			return miles, ok && miles <= float64(p.query.Radius)
		})...)
	}
	return more
}

// distance tells how far a department is, and whether that is inside the query's area.
func (p *plan) distance(d *timeslot.Department) (miles float64, inside bool) {
	if p.query.Point == nil {
		return 0, d.Address.PostalCode != "" && strings.HasPrefix(p.query.PostalCode, d.Address.PostalCode[:min(5, len(d.Address.PostalCode))])
	}
	if d.Point == nil {
		return 0, false
	}
	miles = p.query.Point.MilesTo(*d.Point)
	return miles, miles <= float64(p.query.Radius)
}
