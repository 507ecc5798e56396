package merge

import (
	"slices"

	"timeslots/internal/timeslot"
)

// Provider information knows names and visit types best, answers about times that describe clinicians know gender and specialties
// (docs/dexcare.md §5.2, §6.1).
// Among equals the freshest counts first.
var (
	nameRanks      = [...]knowledge{providerInfo, described, nothingMore}
	attributeRanks = [...]knowledge{described, providerInfo, nothingMore}
)

// noteProviders makes known whom an answer describes.
func (u *union) noteProviders(n int32) {
	a := &u.answers[n]
	if len(a.Providers) > manyProviders {
		u.lists = append(u.lists, n)
		return
	}
	for i := range a.Providers {
		npi := a.Providers[i].NPI
		if from := u.named[npi]; len(from) == 0 || from[len(from)-1] != n {
			u.named[npi] = append(from, n)
		}
	}
}

// describe is all that is known of a clinician, nil where that is nothing. Nobody writes to it.
func (u *union) describe(npi string) *timeslot.Provider {
	known, ok := u.described.Load(npi)
	if !ok {
		known, _ = u.described.LoadOrStore(npi, u.joinProvider(npi))
	}
	return known.(*timeslot.Provider)
}

func (u *union) joinProvider(npi string) *timeslot.Provider {
	from := u.named[npi]
	if len(u.lists) > 0 {
		from = slices.Clone(from)
		for _, n := range u.lists {
			if _, ok := u.answers[n].parts.providers[npi]; ok {
				from = append(from, n)
			}
		}
		slices.Sort(from)
	}
	p := &timeslot.Provider{}
	u.eachDescription(npi, from, nameRanks[:], func(by *timeslot.Provider) {
		setDefault(&p.Name, by.Name)
		if len(p.VisitTypes) == 0 {
			p.VisitTypes = by.VisitTypes
		}
	})
	u.eachDescription(npi, from, attributeRanks[:], func(by *timeslot.Provider) {
		p.NPI = by.NPI
		setDefault(&p.Gender, by.Gender)
		if len(p.Specialties) == 0 {
			p.Specialties = by.Specialties
		}
	})
	if p.NPI == "" {
		return nil
	}
	return p
}

// eachDescription visits what some answers, freshest first, say about a clinician, in the order of ranks.
func (u *union) eachDescription(npi string, from []int32, ranks []knowledge, visit func(*timeslot.Provider)) {
	for _, rank := range ranks {
		for _, n := range from {
			if a := &u.answers[n]; a.ranked(rank, ranks) {
				for _, i := range a.parts.providers[npi] {
					visit(&a.Providers[i])
				}
			}
		}
	}
}
