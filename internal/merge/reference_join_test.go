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
	zones := []string{d.Timezone}
	for _, row := range r.rows {
		if row.EHRInstance != ehr || row.DepartmentID != id {
			continue
		}
		zones = append(zones, row.Timezone)
		if sourceOf(row.from.Key) == timeslot.CareDirect {
			slugs = append(slugs, row.from.Key.Department)
			d.URLName = first(d.URLName, row.from.Key.Department)
		}
	}
	d.Timezone = firstZone(zones)
	return d, slices.DeleteFunc(slugs, func(s string) bool { return s == "" })
}

// firstZone is the first name that means a zone.
func firstZone(names []string) string {
	for _, name := range names {
		if _, err := time.LoadLocation(name); err == nil && name != "" && name != "localtime" {
			return name
		}
	}
	return ""
}

func (r *reference) location(s timeslot.Schedule, slot timeslot.SlotWithID) *time.Location {
	written := time.FixedZone("", int(slot.Offset)*60)
	if d, _ := r.department(s.EHRInstance, s.DepartmentID); d.Timezone != "" {
		loc, err := time.LoadLocation(d.Timezone)
		if err != nil {
			panic(err)
		}
		if _, offset := time.Unix(slot.Start, 0).In(loc).Zone(); slot.Offset == 0 || offset == int(slot.Offset)*60 {
			return loc
		}
	}
	return written
}

// clock is where a slot's time is read: as its freshest listing has it that says an offset.
func (r *reference) clock(s refSlot) *time.Location {
	for _, l := range s.rows {
		if l.slot.Offset != 0 {
			return r.location(l.Schedule, l.slot)
		}
	}
	return r.location(s.rows[0].Schedule, s.rows[0].slot)
}

func (r *reference) inWindow(row refRow, slot timeslot.SlotWithID) bool {
	loc := r.location(row.Schedule, slot)
	today := timeslot.DateOf(r.Now.In(loc))
	from := max(today, r.Query.StartDate)
	until := r.Query.EndDate
	if until == 0 {
		until = from + timeslot.Date(r.DefaultWindow)
	}
	day := timeslot.DateOf(time.Unix(slot.Start, 0).In(loc))
	past := r.saw("past", slot.Start <= r.Now.Unix())
	return day >= from && !r.saw("behind the window", day > until) && !past
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

// rowsAbout is the rows of a group, and behind those of a member the rows of the pool without one.
func (r *reference) rowsAbout(g refGroup) []refRow {
	rows := r.rowsOf(g)
	if anybody := g; r.pool(rows[0].Schedule) && g.member != "" {
		anybody.member = ""
		rows = append(rows, r.rowsOf(anybody)...)
	}
	return rows
}

// schedule is what is shown of a slot of g that nobody says anything about: where rows differ, nothing.
func (r *reference) schedule(g refGroup) timeslot.Schedule {
	rows := r.rowsAbout(g)
	s := timeslot.Schedule{EHRInstance: g.ehr, DepartmentID: g.department, NPI: g.npi, VisitTypeID: g.visit.id}
	s.Pool = r.pool(rows[0].Schedule)
	for _, o := range rows {
		s.ProviderID, s.VisitTypeName = first(s.ProviderID, o.ProviderID), first(s.VisitTypeName, o.VisitTypeName)
	}
	s.VisitTypeTitle, s.Modality = only(sayings(rows, title)), only(sayings(rows, modality))
	s.ForNewPatient, s.ForEstablishedPatient = only(sayings(rows, forNew)), only(sayings(rows, forEstablished))
	s.Bookable = only(sayings(rows, bookable))
	d, _ := r.department(g.ehr, g.department)
	r.name(&s, g, d.VisitTypes)
	s.Timezone = d.Timezone
	return s
}

// shownOf is what is shown of a slot: what those say who list it, else what is said of its group.
func (r *reference) shownOf(slot refSlot) (s timeslot.Schedule, modalities []timeslot.Modality) {
	var rows []refRow
	for _, l := range append(slices.Clone(slot.rows), slot.covers...) {
		rows = append(rows, l.refRow)
	}
	ofGroup := r.schedule(slot.refGroup)
	s = ofGroup
	titles := append(sayings(rows, title), s.VisitTypeTitle)
	s.VisitTypeTitle = titles[0]
	for _, about := range []struct {
		to *timeslot.Tri
		of func(timeslot.Schedule) timeslot.Tri
	}{{&s.ForNewPatient, forNew}, {&s.ForEstablishedPatient, forEstablished}, {&s.Bookable, bookable}} {
		if said := sayings(rows, about.of); len(said) > 0 {
			*about.to = slices.Max(said)
		}
	}
	if modalities = sayings(rows, modality); len(modalities) == 0 {
		return s, []timeslot.Modality{s.Modality}
	}
	s.Modality = only(slices.DeleteFunc(slices.Clone(modalities), func(m timeslot.Modality) bool { return !anyOf(r.Query.Modalities, string(m)) }))
	r.saw("elements that differ", s != ofGroup)
	return s, modalities
}

func title(s timeslot.Schedule) string               { return s.VisitTypeTitle }
func modality(s timeslot.Schedule) timeslot.Modality { return s.Modality }
func forNew(s timeslot.Schedule) timeslot.Tri        { return s.ForNewPatient }
func forEstablished(s timeslot.Schedule) timeslot.Tri {
	return s.ForEstablishedPatient
}
func bookable(s timeslot.Schedule) timeslot.Tri { return s.Bookable }

// sayings is the different things that the first answer says which says anything.
func sayings[T comparable](rows []refRow, of func(timeslot.Schedule) T) (values []T) {
	var unknown T
	var from *timeslot.Fragment
	for _, o := range rows {
		if v := of(o.Schedule); v != unknown && (from == nil || from == o.from) && !slices.Contains(values, v) {
			values, from = append(values, v), o.from
		}
	}
	return values
}

// only is the one value, unknown where there are several.
func only[T comparable](values []T) (v T) {
	if len(values) == 1 {
		v = values[0]
	}
	return v
}

// name asks a directory's list for every id of a group, unless the answers have names for it and this is none of them.
func (r *reference) name(s *timeslot.Schedule, g refGroup, known []timeslot.VisitType) {
	rows := r.rowsOf(g)
	if g.visit.name == "" && slices.ContainsFunc(r.rows, func(o refRow) bool {
		return here(o, rows[0].Schedule) && g.visit.id != "" && o.VisitTypeID == g.visit.id && o.VisitTypeName != ""
	}) {
		return
	}
	for _, o := range rows {
		nameBy(s, o.VisitTypeID, known)
	}
}

// nameBy names a visit type as a directory's list does, where nobody else has, and where the list has one only that fits.
func nameBy(s *timeslot.Schedule, id string, known []timeslot.VisitType) {
	if s.VisitTypeName != "" && s.VisitTypeTitle != "" {
		return
	}
	fits := slices.DeleteFunc(slices.Clone(known), func(v timeslot.VisitType) bool {
		return v.ID == "" || v.ID != id || s.VisitTypeName != "" && v.Name != "" && !strings.EqualFold(v.Name, s.VisitTypeName)
	})
	if len(fits) == 1 {
		s.VisitTypeName, s.VisitTypeTitle = first(s.VisitTypeName, fits[0].Name), first(s.VisitTypeTitle, fits[0].Title)
	}
}
