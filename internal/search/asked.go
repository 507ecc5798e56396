package search

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// asked is whom and what a query by entries has asked for, each with what is to be said when it has no slots: none, or
// unknown where its source failed (docs/interface.md §3.2). Nil for a query by slots.
func (g *collection) asked(q *timeslot.Query) []timeslot.Entry {
	switch q.By {
	case timeslot.ByProvider:
		return g.askedProviders(q.NPIs)
	case timeslot.ByDepartment:
		return g.askedDepartments()
	default:
		return nil
	}
}

func (g *collection) askedProviders(npis []string) []timeslot.Entry {
	failed := g.failedThings()
	entries := make([]timeslot.Entry, 0, len(npis))
	for _, npi := range npis {
		bad := slices.ContainsFunc(g.plan.tellingOf(npi), func(t subject) bool { return failed[t] })
		entries = append(entries, timeslot.Entry{NPI: npi, Status: emptiness(bad)})
	}
	return entries
}

// tellingOf is what tells that a clinician has no slots: what was asked for her or, where nothing was, the area's answer.
func (p *plan) tellingOf(npi string) (telling []subject) {
	surfaces := p.engine.opt.Surfaces
	for _, f := range surfaces.Asking(timeslot.AsksClinician) {
		if p.engine.opt.Sources[f.Source].Enabled {
			telling = append(telling, subject{f.Source, npi})
		}
	}
	if telling == nil {
		for _, f := range surfaces.Asking(timeslot.AsksArea) {
			telling = append(telling, subject{f.Source, areaName})
		}
	}
	return telling
}

// askedDepartments are those that were asked for as such, as the directory identifies them. One that the directory
// does not know has no identifier to be listed under; its source report names it.
func (g *collection) askedDepartments() []timeslot.Entry {
	failed, desks := map[string]bool{}, g.plan.engine.opt.Surfaces.Asking(timeslot.AsksDepartment)
	for t, bad := range g.failedThings() {
		atDesk := func(f *timeslot.Surface) bool { return f.Source == t.source }
		if urlName, _, ok := strings.Cut(t.name, "/"); ok && slices.ContainsFunc(desks, atDesk) {
			failed[urlName] = failed[urlName] || bad
		}
	}
	var entries []timeslot.Entry
	for _, rd := range g.reads {
		for i := range rd.departments() {
			d := &rd.departments()[i]
			bad, wanted := failed[d.URLName]
			if wanted && d.URLName != "" && g.plan.lists(d) {
				entries = append(entries, timeslot.Entry{Department: d.Key(), Status: emptiness(bad)})
			}
		}
	}
	slices.SortFunc(entries, func(a, b timeslot.Entry) int { return strings.Compare(a.Department, b.Department) })
	return slices.CompactFunc(entries, func(a, b timeslot.Entry) bool { return a.Department == b.Department })
}

// lists reports whether a department belongs into a list of what was asked: it does when it was named, and when the
// filters on departments let it pass.
func (p *plan) lists(d *timeslot.Department) bool {
	pass := func(filter []string, value string) bool {
		return len(filter) == 0 || slices.Contains(filter, strings.ToLower(value))
	}
	return slices.Contains(p.query.Departments, d.URLName) ||
		pass(p.query.ClinicTypes, d.ClinicType) && pass(p.query.EHRInstances, d.EHRInstance)
}

// failedThings tells of everything that was asked whether a part of it is missing.
func (g *collection) failedThings() map[subject]bool {
	failed := make(map[subject]bool, len(g.reads))
	for _, rd := range g.reads {
		status, _ := rd.status()
		failed[rd.subject] = failed[rd.subject] || status == timeslot.StatusFailed
	}
	for _, r := range g.skipped() {
		failed[subject{r.Source, r.Key}] = r.Reason != ""
	}
	return failed
}

func emptiness(failed bool) timeslot.Availability {
	if failed {
		return timeslot.AvailabilityUnknown
	}
	return timeslot.AvailabilityNone
}
