package merge_test

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// This part of the reference knows what a query leaves out.

func (r *reference) wanted(slot refSlot) bool {
	q := r.Query
	s, modalities := r.shownOf(slot)
	d, slugs := r.department(slot.ehr, slot.department)
	p := r.provider(slot.npi)
	if p == nil {
		p = &timeslot.Provider{}
	}
	names := []string{s.VisitTypeName}
	for _, o := range r.rowsOf(slot.refGroup) {
		names = append(names, o.VisitTypeName)
	}
	miles := r.distance(slot.ehr, slot.department)
	r.saw("distance from a point", miles >= 0 && q.Point != nil)
	r.saw("distance of a postal code", miles >= 0 && q.Point == nil)
	wanted, narrow := true, 0
	for _, f := range []struct {
		name            string
		asked           bool
		unknown, passes bool
	}{
		{"npi", len(q.NPIs) > 0, false, len(q.NPIs) == 0 || slices.Contains(q.NPIs, slot.npi)},
		{"departmentUrlName", len(q.Departments) > 0, len(slugs) == 0, anyOf(q.Departments, slugs...)},
		{"visitTypeName", len(q.VisitTypes) > 0, len(names) == 0, anyOf(q.VisitTypes, names...)},
		{"clinicType", len(q.ClinicTypes) > 0, d.ClinicType == "", anyOf(q.ClinicTypes, d.ClinicType)},
		{"ehrInstance", len(q.EHRInstances) > 0, false, anyOf(q.EHRInstances, slot.ehr)},
		{"gender", len(q.Genders) > 0, p.Gender == "", anyOf(q.Genders, p.Gender)},
		{"specialty", len(q.Specialties) > 0, len(p.Specialties) == 0, anyOf(q.Specialties, p.Specialties...)},
		{"modality", len(q.Modalities) > 0, modalities[0] == "", slices.ContainsFunc(modalities, func(m timeslot.Modality) bool {
			return anyOf(q.Modalities, string(m))
		})},
		{"radius", q.FiltersByRadius(), miles < 0, !q.FiltersByRadius() || miles >= 0 && miles <= float64(q.Radius)},
		{"new", q.Patient == timeslot.NewPatient, s.ForNewPatient == timeslot.Unknown,
			q.Patient != timeslot.NewPatient || s.ForNewPatient != timeslot.No},
		{"established", q.Patient == timeslot.EstablishedPatient, s.ForEstablishedPatient == timeslot.Unknown,
			q.Patient != timeslot.EstablishedPatient || s.ForEstablishedPatient != timeslot.No},
	} {
		r.saw("dropped by "+f.name, !f.passes)
		r.saw("unknown "+f.name, f.asked && f.unknown)
		wanted = wanted && f.passes
		if f.asked {
			narrow++
		}
	}
	r.saw("passed every filter of two", wanted && narrow > 1)
	return wanted
}

// anyOf reports whether a filter lets one of the values pass.
func anyOf(filter []string, values ...string) bool {
	return len(filter) == 0 || slices.ContainsFunc(values, func(v string) bool {
		return v != "" && slices.ContainsFunc(filter, func(f string) bool { return strings.EqualFold(f, v) })
	})
}

func first[T comparable](a, b T) T {
	var unknown T
	if a == unknown {
		return b
	}
	return a
}
