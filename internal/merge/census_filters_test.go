package merge_test

import "timeslots/internal/timeslot"

// alone is the query with one of its filters. It names everybody, so that no radius filters unasked.
func (r *reference) alone(keep func(to, from *timeslot.Query)) *reference {
	one := *r
	q := &timeslot.Query{Point: r.Query.Point, PostalCode: r.Query.PostalCode, NPIs: []string{ann, bob, cyd}, Radius: r.Query.Radius}
	keep(q, r.Query)
	one.Query = q
	return &one
}

var loneFilters = map[string]func(to, from *timeslot.Query){
	"clinicType":        func(to, from *timeslot.Query) { to.ClinicTypes = from.ClinicTypes },
	"gender":            func(to, from *timeslot.Query) { to.Genders = from.Genders },
	"specialty":         func(to, from *timeslot.Query) { to.Specialties = from.Specialties },
	"modality":          func(to, from *timeslot.Query) { to.Modalities = from.Modalities },
	"visitTypeName":     func(to, from *timeslot.Query) { to.VisitTypes = from.VisitTypes },
	"ehrInstance":       func(to, from *timeslot.Query) { to.EHRInstances = from.EHRInstances },
	"departmentUrlName": func(to, from *timeslot.Query) { to.Departments = from.Departments },
	"npi": func(to, from *timeslot.Query) {
		if len(from.NPIs) > 0 {
			to.NPIs = from.NPIs
		}
	},
	"newOrEstablishedPatient": func(to, from *timeslot.Query) { to.Patient = from.Patient },
	"radius":                  func(to, from *timeslot.Query) { to.RadiusExplicit = from.FiltersByRadius() },
}

func (r *reference) countFilters(s refSlot, is happening) {
	filters := 0
	for name, keep := range loneFilters {
		one := r.alone(keep)
		is.so("dropped by "+name, !one.wanted(s))
		if narrows(one.Query) {
			filters++
		}
	}
	d, _ := r.department(s.ehr, s.department)
	p := r.provider(s.npi)
	if p == nil {
		p = &timeslot.Provider{}
	}
	shown := r.schedule(s.refGroup)
	unknown := func(what string, filtered, nobodyKnows bool) {
		is.so("unknown "+what, filtered && nobodyKnows)
	}
	q := r.Query
	unknown("clinicType", len(q.ClinicTypes) > 0, d.ClinicType == "")
	unknown("gender", len(q.Genders) > 0, p.Gender == "")
	unknown("specialty", len(q.Specialties) > 0, len(p.Specialties) == 0)
	unknown("modality", len(q.Modalities) > 0, shown.Modality == "")
	unknown("distance", q.HasLocation(), r.distance(s.ehr, s.department) < 0)
	is.so("kept though nobody says for whom it is", r.wanted(s) &&
		(q.Patient == timeslot.NewPatient && shown.ForNewPatient == timeslot.Unknown ||
			q.Patient == timeslot.EstablishedPatient && shown.ForEstablishedPatient == timeslot.Unknown))
	known := r.distance(s.ehr, s.department) >= 0
	is.so("distance from a point", known && q.Point != nil)
	is.so("distance of a postal code", known && q.Point == nil)
	is.so("passed every filter of two", filters > 1 && r.wanted(s))
}

func narrows(q *timeslot.Query) bool {
	return len(q.ClinicTypes)+len(q.Genders)+len(q.Specialties)+len(q.Modalities)+len(q.VisitTypes)+len(q.EHRInstances) > 0
}
