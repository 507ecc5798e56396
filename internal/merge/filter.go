package merge

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// filter decides which groups a query leaves out. A filter on something that nobody knows leaves out, except
// that a slot which does not say whether it is for new or established patients stays (docs/architecture.md §7).
type filter struct {
	query      *timeslot.Query
	union      *union
	visitTypes []string        // short names in lower case
	npis       map[string]bool // whom the query names; nil where it names nobody
	attending  map[string]bool // whom the query wants, as far as they were asked for
}

func (q *question) newFilter() *filter {
	f := &filter{query: q.Query, union: q.union}
	for _, name := range q.Query.VisitTypes {
		f.visitTypes = append(f.visitTypes, strings.ToLower(name))
	}
	if len(q.Query.NPIs) > 0 {
		f.npis = make(map[string]bool, len(q.Query.NPIs))
		for _, npi := range q.Query.NPIs {
			f.npis[npi] = true
		}
	}
	if len(q.Query.Specialties) > 0 || len(q.Query.Genders) > 0 {
		f.attending = map[string]bool{}
	}
	return f
}

// located reports whether the query wants slots of this department.
func located(q *timeslot.Query, p *spot) bool {
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

// wants reports whether the query wants slots of a group. Of a mixed group only some may be wanted.
func (f *filter) wants(g *group) bool {
	q, s := f.query, &g.schedule
	if f.npis != nil && !f.npis[s.NPI] {
		return false
	}
	if !g.mixed && (!suits(q, s) || !allows(q.Modalities, string(s.Modality))) {
		return false
	}
	if len(f.visitTypes) > 0 && !slices.ContainsFunc(g.names, func(name string) bool { return slices.Contains(f.visitTypes, name) }) {
		return false
	}
	return f.attending == nil || f.attends(s.NPI)
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

// attends reports whether the query wants this clinician.
func (f *filter) attends(npi string) bool {
	wanted, known := f.attending[npi]
	if !known {
		p := f.union.describe(npi)
		wanted = p != nil && attended(f.query, p)
		f.attending[npi] = wanted
	}
	return wanted
}

func attended(q *timeslot.Query, p *timeslot.Provider) bool {
	if !allows(q.Genders, p.Gender) {
		return false
	}
	return len(q.Specialties) == 0 || slices.ContainsFunc(p.Specialties, func(specialty string) bool {
		return allows(q.Specialties, specialty)
	})
}

// allows reports whether value passes a filter in lower case; an empty filter lets everything pass.
func allows(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, strings.ToLower(value))
}
