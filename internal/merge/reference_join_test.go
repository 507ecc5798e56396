package merge_test

import (
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// This part of the reference knows what things are called and where they are.

func (r *reference) department(ehr, id string) (d timeslot.Department, slugs []string) {
	ranks := []timeslot.Operation{
		timeslot.OpDepartments, timeslot.OpDepartmentInfo, timeslot.OpAvailabilitySlots, timeslot.OpProviderInfo,
	}
	d = timeslot.Department{EHRInstance: ehr, ID: id}
	for _, op := range ranks {
		for _, f := range r.answers {
			for _, e := range f.Departments {
				if f.Key.Operation != op || e.EHRInstance != ehr || e.ID != id {
					continue
				}
				slugs = append(slugs, e.URLName)
				d.URLName, d.Name = first(d.URLName, e.URLName), first(d.Name, e.Name)
				d.ClinicType, d.Timezone = first(d.ClinicType, e.ClinicType), first(d.Timezone, e.Timezone)
				d.Phone, d.Address = first(d.Phone, e.Phone), first(d.Address, e.Address)
				d.Point = first(d.Point, e.Point)
				if d.VisitTypes == nil {
					d.VisitTypes = e.VisitTypes
				}
			}
		}
	}
	for _, row := range r.rows {
		if row.EHRInstance == ehr && row.DepartmentID == id {
			if row.from.Key.Source() == timeslot.CareDirect {
				slugs = append(slugs, row.from.Key.Department)
				d.URLName = first(d.URLName, row.from.Key.Department)
			}
		}
	}
	d.Timezone = first(d.Timezone, r.zone(ehr, id))
	return d, slugs
}

func (r *reference) slugs(ehr, id string) []string {
	_, slugs := r.department(ehr, id)
	return slices.DeleteFunc(slugs, func(s string) bool { return s == "" })
}

// zone is the first name of the department's zone that means one: the directory's, else that of its slots.
func (r *reference) zone(ehr, id string) string {
	var names []string
	for _, op := range []timeslot.Operation{timeslot.OpDepartments, timeslot.OpDepartmentInfo, timeslot.OpAvailabilitySlots, timeslot.OpProviderInfo} {
		for _, f := range r.answers {
			for _, e := range f.Departments {
				if f.Key.Operation == op && e.EHRInstance == ehr && e.ID == id && len(names) == 0 && e.Timezone != "" {
					names = append(names, e.Timezone)
				}
			}
		}
	}
	for _, row := range r.rows {
		if row.EHRInstance == ehr && row.DepartmentID == id {
			names = append(names, row.Timezone)
		}
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err == nil && name != "" && name != "localtime" {
			return name
		}
	}
	return ""
}

func (r *reference) location(s timeslot.Schedule, slot timeslot.Slot) *time.Location {
	if name := r.zone(s.EHRInstance, s.DepartmentID); name != "" {
		loc, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		return loc
	}
	return time.FixedZone("", int(slot.Offset)*60)
}

func (r *reference) inWindow(row refRow, slot timeslot.Slot) bool {
	loc := r.location(row.Schedule, slot)
	today := timeslot.DateOf(r.Now.In(loc))
	from := max(today, r.Query.StartDate)
	until := r.Query.EndDate
	if until == 0 {
		until = from + timeslot.Date(r.DefaultWindow)
	}
	day := timeslot.DateOf(time.Unix(slot.Start, 0).In(loc))
	return day >= from && day <= until && time.Unix(slot.Start, 0).After(r.Now)
}

func (r *reference) distance(ehr, id string) float64 {
	d, _ := r.department(ehr, id)
	switch q := r.Query; {
	case q.Point != nil && d.Point != nil:
		return q.Point.MilesTo(*d.Point)
	case q.Point == nil && q.PostalCode != "":
		for _, f := range r.answers {
			if miles, ok := f.Distances[ehr+"|"+id]; ok && f.Key.Area.PostalCode != "" {
				return miles
			}
		}
	}
	return -1
}

func (r *reference) provider(npi string) *timeslot.Provider {
	var p timeslot.Provider
	join := func(op timeslot.Operation, take func(e timeslot.Provider)) {
		for _, f := range r.answers {
			for _, e := range f.Providers {
				if f.Key.Operation == op && e.NPI == npi {
					p.NPI = npi
					take(e)
				}
			}
		}
	}
	name := func(e timeslot.Provider) {
		p.Name = first(p.Name, e.Name)
		if p.VisitTypes == nil {
			p.VisitTypes = e.VisitTypes
		}
	}
	profile := func(e timeslot.Provider) {
		p.Gender = first(p.Gender, e.Gender)
		if p.Specialties == nil {
			p.Specialties = e.Specialties
		}
	}
	join(timeslot.OpProviderInfo, name)
	join(timeslot.OpAvailabilitySlots, name)
	join(timeslot.OpAvailabilitySlots, profile)
	join(timeslot.OpProviderInfo, profile)
	if p.NPI == "" {
		return nil
	}
	return &p
}

// schedule is what is shown of a group.
func (r *reference) schedule(g refGroup) timeslot.Schedule {
	rows := r.rowsOf(g)
	pool := r.pool(rows[0].Schedule)
	if anybody := g; pool && g.member != "" {
		anybody.member = ""
		rows = append(rows, r.rowsOf(anybody)...)
	}
	s := timeslot.Schedule{EHRInstance: g.ehr, DepartmentID: g.department, NPI: g.npi, VisitTypeID: g.visit}
	s.Pool = pool || rows[0].Pool
	d, _ := r.department(g.ehr, g.department)
	for _, o := range rows {
		s.ProviderID = first(s.ProviderID, o.ProviderID)
		s.VisitTypeName, s.VisitTypeTitle = first(s.VisitTypeName, o.VisitTypeName), first(s.VisitTypeTitle, o.VisitTypeTitle)
		s.Modality, s.Bookable = first(s.Modality, o.Modality), first(s.Bookable, o.Bookable)
		s.ForNewPatient = first(s.ForNewPatient, o.ForNewPatient)
		s.ForEstablishedPatient = first(s.ForEstablishedPatient, o.ForEstablishedPatient)
		s.Timezone = first(s.Timezone, o.Timezone)
	}
	for _, o := range r.rowsOf(g) {
		nameBy(&s, o.VisitTypeID, d.VisitTypes)
	}
	s.Timezone = first(r.zone(g.ehr, g.department), s.Timezone)
	return s
}

// nameBy names a visit type as a directory's list does, where nobody else has.
func nameBy(s *timeslot.Schedule, id string, known []timeslot.VisitType) {
	for _, v := range known {
		if v.ID != "" && v.ID == id {
			s.VisitTypeName, s.VisitTypeTitle = first(s.VisitTypeName, v.Name), first(s.VisitTypeTitle, v.Title)
		}
	}
}

func (r *reference) wanted(slot refSlot) bool {
	q, s := r.Query, r.schedule(slot.refGroup)
	d, _ := r.department(slot.ehr, slot.department)
	p := r.provider(slot.npi)
	if p == nil {
		p = &timeslot.Provider{}
	}
	names := []string{s.VisitTypeName}
	for _, o := range r.rowsOf(slot.refGroup) {
		names = append(names, o.VisitTypeName)
	}
	miles := r.distance(slot.ehr, slot.department)
	return (len(q.NPIs) == 0 || slices.Contains(q.NPIs, slot.npi)) &&
		anyOf(q.Departments, r.slugs(slot.ehr, slot.department)...) &&
		anyOf(q.VisitTypes, names...) && anyOf(q.ClinicTypes, d.ClinicType) && anyOf(q.EHRInstances, slot.ehr) &&
		anyOf(q.Genders, p.Gender) && anyOf(q.Specialties, p.Specialties...) && anyOf(q.Modalities, string(s.Modality)) &&
		(!q.FiltersByRadius() || miles >= 0 && miles <= float64(q.Radius)) &&
		(q.Patient != timeslot.NewPatient || s.ForNewPatient != timeslot.No) &&
		(q.Patient != timeslot.EstablishedPatient || s.ForEstablishedPatient != timeslot.No)
}

// anyOf tells whether a filter lets one of the values pass.
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
