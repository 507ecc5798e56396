package search

import (
	"slices"

	"timeslots/internal/timeslot"
)

// clinician asks the surfaces for a clinician's times, and the directory for her name. Some of their listings alone carry slot
// ids, and are asked per visit type.
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
				continue
			}
			for _, visitType := range p.visitTypes {
				p.slots = p.read(p.slots, l, t, timeslot.FragmentKey{NPI: npi, VisitType: visitType.asked})
			}
		}
	}
}

// ownVisitTypes asks for the visit types of a clinician that the directory names, where the query names none and a listing wants
// one.
func (p *plan) ownVisitTypes(info *timeslot.Fragment) (asks []ask) {
	names := visitTypeNames(info.Providers)
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksClinician) {
		if !p.engine.opt.Sources[f.Source].Enabled {
			continue
		}
		for _, l := range p.engine.wanted[f.Source] {
			if l.AllTypes {
				continue
			}
			for _, name := range names {
				asks = p.read(asks, l, subject{f.Source, info.Key.NPI}, timeslot.FragmentKey{NPI: info.Key.NPI, VisitType: name})
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
