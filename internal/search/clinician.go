package search

import (
	"slices"

	"timeslots/internal/timeslot"
)

// clinician asks the surfaces for a clinician's times, and the directory for her name.
func (p *plan) clinician(npi string) {
	p.directory = append(p.directory, ask{
		key:     timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: npi},
		subject: subject{timeslot.Directory, npi},
	})
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksClinician) {
		t := subject{f.Source, npi}
		if !p.enabled(f, t) {
			continue
		}
		for _, l := range p.engine.wanted[f.Source] {
			if l.AllTypes {
				p.slots = p.read(p.slots, l, t, timeslot.FragmentKey{NPI: npi})
			}
		}
		for _, visitType := range p.visitTypes {
			p.slots = p.ofVisitType(p.slots, t, visitType.asked)
		}
	}
}

// ofVisitType asks for a clinician's times of one visit type: some listings alone carry slot ids, and are asked per visit type.
func (p *plan) ofVisitType(asks []ask, t subject, visitType string) []ask {
	for _, l := range p.engine.wanted[t.source] {
		if !l.AllTypes {
			asks = p.read(asks, l, t, timeslot.FragmentKey{NPI: t.name, VisitType: visitType})
		}
	}
	return asks
}

// ownVisitTypes asks for the visit types of a clinician that the directory names, where the query names none and a listing wants
// one.
func (p *plan) ownVisitTypes(info *timeslot.Fragment) (asks []ask) {
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksClinician) {
		if !p.engine.opt.Sources[f.Source].Enabled {
			continue
		}
		for _, name := range visitTypeNames(info.Providers) {
			asks = p.ofVisitType(asks, subject{f.Source, info.Key.NPI}, name)
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
