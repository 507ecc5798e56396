package merge

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// filterGroups marks the groups that the query leaves out. A filter on something that nobody knows leaves out, except
// that a slot which does not say whether it is for new or established patients stays (docs/architecture.md §7).
func (m *merger) filterGroups() {
	q := m.Query
	wanted := m.wantedVisitTypes()
	var known map[string]*timeslot.Provider
	if len(q.Specialties) > 0 || len(q.Genders) > 0 {
		known = map[string]*timeslot.Provider{}
		for i := range m.groups {
			known[m.groups[i].schedule.NPI] = &timeslot.Provider{}
		}
		m.joinProviders(known)
	}
	for i := range m.groups {
		g := &m.groups[i]
		g.out = !located(q, g.place) || !offered(q, g) || !m.hasVisitType(g, wanted)
		if known != nil && !g.out {
			g.out = !attended(q, known[g.schedule.NPI])
		}
	}
}

// located tells whether the query wants slots of this department.
func located(q *timeslot.Query, p *place) bool {
	if len(q.Departments) > 0 && !slices.ContainsFunc(p.urlNames, func(name string) bool {
		return slices.Contains(q.Departments, name)
	}) {
		return false
	}
	if q.FiltersByRadius() && (p.distance < 0 || p.distance > float64(q.Radius)) {
		return false
	}
	return allows(q.ClinicTypes, p.info.ClinicType) && allows(q.EHRInstances, p.ehr)
}

// offered reports whether the query wants slots of this clinician, for these patients, in this modality. Of a mixed group
// only some may be wanted.
func offered(q *timeslot.Query, g *group) bool {
	s := &g.schedule
	if len(q.NPIs) > 0 && !slices.Contains(q.NPIs, s.NPI) {
		return false
	}
	return g.mixed || suits(q, s) && allows(q.Modalities, string(s.Modality))
}

// suits reports whether the query wants slots for these patients.
func suits(q *timeslot.Query, s *timeslot.Schedule) bool {
	switch q.Patient {
	case timeslot.NewPatient:
		return s.ForNewPatient != timeslot.No
	case timeslot.EstablishedPatient:
		return s.ForEstablishedPatient != timeslot.No
	}
	return true
}

// attended tells whether the query wants this clinician; nil is one whom nobody describes.
func attended(q *timeslot.Query, p *timeslot.Provider) bool {
	if p == nil || !allows(q.Genders, p.Gender) {
		return false
	}
	return len(q.Specialties) == 0 || slices.ContainsFunc(p.Specialties, func(specialty string) bool {
		return allows(q.Specialties, specialty)
	})
}

// allows tells whether value passes a filter in lower case; an empty filter lets everything pass.
func allows(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, strings.ToLower(value))
}

// wantedVisitTypes is the numbers of the short names that the query asks for.
func (m *merger) wantedVisitTypes() []int32 {
	wanted := make([]int32, 0, len(m.Query.VisitTypes))
	for _, name := range m.Query.VisitTypes {
		wanted = append(wanted, m.nameOf(name))
	}
	return wanted
}

// hasVisitType tells whether any surface calls the group's visit type by a wanted name.
func (m *merger) hasVisitType(g *group, wanted []int32) bool {
	if len(wanted) == 0 || slices.Contains(wanted, m.nameOf(g.schedule.VisitTypeName)) {
		return true
	}
	return slices.ContainsFunc(g.rows, func(r int32) bool { return slices.Contains(wanted, m.rows[r].name) })
}
