package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// expand adds what the directory's answers make known: the departments of an area for Care Direct, and for v4 the
// visit types of clinicians when the query names none. Nil fragments are answers that are missing.
func (p *plan) expand(directory []*timeslot.Fragment) []ask {
	var asks []ask
	for _, f := range directory {
		switch {
		case f == nil:
		case f.Key.Operation == timeslot.OpDepartments && p.query.OnlyLocation():
			asks = append(asks, p.nearbyDepartments(f.Departments)...)
		case f.Key.Operation == timeslot.OpProviderInfo && len(p.query.VisitTypes) == 0 && p.engine.opt.Sources[timeslot.ProviderDirect].Enabled:
			for _, visitType := range visitTypeNames(f.Providers) {
				asks = append(asks, p.providerV4(f.Key.NPI, visitType)...)
			}
		}
	}
	return asks
}

func visitTypeNames(providers []timeslot.Provider) []string {
	var names []string
	for _, provider := range providers {
		for _, v := range provider.VisitTypes {
			if v.Name != "" {
				names = append(names, v.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nearbyDepartments asks Care Direct for the directory's departments inside the radius that offer a wanted visit
// type, nearest first. Those beyond search.maxDepartments are reported as skipped.
func (p *plan) nearbyDepartments(departments []timeslot.Department) []ask {
	return p.clinics(departments, p.distance)
}

// namedDepartments asks Care Direct for the departments that Care Options named around a postal code that nobody can
// place, as far as their address did not say so already (docs/interface.md §3.1).
func (p *plan) namedDepartments(directory, slots []*piece) []ask {
	if p.query.PostalCode == "" || !p.query.OnlyLocation() {
		return nil
	}
	named := map[string]float64{}
	for _, pc := range slots {
		switch {
		case pc.fragment == nil || pc.key.Operation != timeslot.OpAvailabilitySlots:
		case !byPoint(pc.key):
			maps.Copy(named, pc.fragment.Distances)
		case p.code != nil:
			for i := range pc.fragment.Departments {
				d := &pc.fragment.Departments[i]
				if miles, ok := p.code.milesTo(clinicOf(d)); ok {
					named[d.Key()] = miles
				}
			}
		}
	}
	var more []ask
	for _, pc := range directory {
		more = append(more, p.clinics(pc.departments(), func(d *timeslot.Department) (float64, bool) {
			miles, ok := named[d.Key()]
			return miles, ok && miles <= float64(p.query.Radius)
		})...)
	}
	return more
}

// clinics asks Care Direct for the wanted visit types of departments that inside accepts, except those that were asked
// or passed over before. search.maxDepartments bounds all calls of it together.
func (p *plan) clinics(departments []timeslot.Department, inside func(*timeslot.Department) (miles float64, ok bool)) []ask {
	type candidate struct {
		ask
		miles      float64
		department *timeslot.Department
	}
	var near []candidate
	for i := range departments {
		d := &departments[i]
		miles, ok := inside(d)
		if !ok || d.Inactive || d.URLName == "" {
			continue
		}
		for _, visitType := range offered(d, p.query.VisitTypes) {
			t := thing{timeslot.CareDirect, d.URLName + "/" + visitType}
			near = append(near, candidate{p.engine.careDirect(d.URLName, visitType, t), miles, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.miles, b.miles), strings.Compare(a.thing.name, b.thing.name))
	})
	var asks []ask
	for _, c := range near {
		if p.clinicsSeen[c.thing] {
			continue
		}
		p.clinicsSeen[c.thing] = true
		if !p.enabled(c.thing) {
			continue
		}
		if len(p.clinicsSeen) > p.engine.opt.Limits.MaxDepartments {
			p.passedOver[c.thing] = c.department.Key()
			p.skipped = append(p.skipped, timeslot.SourceReport{
				Source: c.thing.source, Key: c.thing.name, Status: timeslot.StatusSkipped, Reason: timeslot.KindLimited,
			})
			continue
		}
		asks = append(asks, c.ask)
	}
	return asks
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

// offered are the wanted visit types that the department allows, in its own spelling; all of them when it does not
// say what it allows.
func offered(d *timeslot.Department, wanted []string) []string {
	if len(d.VisitTypes) == 0 {
		return wanted
	}
	var names []string
	for _, v := range d.VisitTypes {
		for _, w := range wanted {
			if strings.EqualFold(v.Name, w) {
				names = append(names, v.Name)
			}
		}
	}
	return names
}
