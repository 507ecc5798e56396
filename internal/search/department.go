package search

import (
	"cmp"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// department asks the surfaces for a department that the query names.
func (p *plan) department(urlName string, visitType visitName) {
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksDepartment) {
		if t := (subject{f.Source, urlName + "/" + visitType.shown}); p.enabled(f, t) {
			p.slots = p.readDepartment(p.slots, t, urlName, visitType.asked)
		}
	}
}

func (p *plan) readDepartment(asks []ask, t subject, urlName, visitType string) []ask {
	for _, l := range p.engine.wanted[t.source] {
		asks = p.read(asks, l, t, timeslot.FragmentKey{Department: urlName, VisitType: visitType})
	}
	return asks
}

// candidateClinic is a department of the area, with a visit type that is wanted there.
type candidateClinic struct {
	*timeslot.Department
	visitType string
	miles     float64
}

func (c *candidateClinic) name() string { return c.URLName + "/" + c.visitType }

// clinics asks for the wanted visit types of departments that inside accepts, except those that were asked or passed over
// before. search.maxDepartments bounds all that one surface is asked.
func (p *plan) clinics(departments []timeslot.Department, inside func(*timeslot.Department) (miles float64, ok bool)) (asks []ask) {
	var near []candidateClinic
	for i := range departments {
		d := &departments[i]
		miles, ok := inside(d)
		if !ok || d.Inactive || d.URLName == "" {
			continue
		}
		for _, visitType := range offered(d, p.query.VisitTypes) {
			near = append(near, candidateClinic{d, visitType, miles})
		}
	}
	slices.SortFunc(near, func(a, b candidateClinic) int {
		return cmp.Or(cmp.Compare(a.miles, b.miles), strings.Compare(a.name(), b.name()))
	})
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksDepartment) {
		asks = append(asks, p.clinicsOf(f, near)...)
	}
	return asks
}

// clinicsOf asks one surface for the clinics that it was not asked for yet.
func (p *plan) clinicsOf(f *timeslot.Surface, near []candidateClinic) (asks []ask) {
	seen := p.clinicsSeen[f.Source]
	if seen == nil {
		seen = map[string]bool{}
		p.clinicsSeen[f.Source] = seen
	}
	for i := range near {
		c := &near[i]
		t := subject{f.Source, c.name()}
		if seen[t.name] {
			continue
		}
		seen[t.name] = true
		if !p.enabled(f, t) {
			continue
		}
		if len(seen) > p.engine.opt.Limits.MaxDepartments {
			p.passedOver[t] = c.Key()
			p.skipped = append(p.skipped, timeslot.SourceReport{
				Source: t.source, Key: t.name, Status: timeslot.StatusSkipped, Reason: timeslot.KindLimited,
			})
			continue
		}
		asks = p.readDepartment(asks, t, c.URLName, c.visitType)
	}
	return asks
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
