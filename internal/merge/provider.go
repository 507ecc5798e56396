package merge

import "timeslots/internal/timeslot"

// Provider information knows names and visit types best, Care Options gender and specialties (docs/dexcare.md §5.2, §6.1).
// Among equals the freshest counts first.
var (
	nameRanks    = [...]timeslot.Operation{timeslot.OpProviderInfo, timeslot.OpAvailabilitySlots, ""}
	profileRanks = [...]timeslot.Operation{timeslot.OpAvailabilitySlots, timeslot.OpProviderInfo, ""}
)

// joinProviders fills in all that is known of the clinicians in wanted, and drops those that nobody knows.
func (m *merger) joinProviders(wanted map[string]*timeslot.Provider) {
	m.eachProvider(wanted, nameRanks[:], func(to, p *timeslot.Provider) {
		setDefault(&to.Name, p.Name)
		if len(to.VisitTypes) == 0 {
			to.VisitTypes = p.VisitTypes
		}
	})
	m.eachProvider(wanted, profileRanks[:], func(to, p *timeslot.Provider) {
		to.NPI = p.NPI
		setDefault(&to.Gender, p.Gender)
		if len(to.Specialties) == 0 {
			to.Specialties = p.Specialties
		}
	})
	for npi, p := range wanted {
		if p.NPI == "" {
			delete(wanted, npi)
		}
	}
}

func (m *merger) eachProvider(
	wanted map[string]*timeslot.Provider, ranks []timeslot.Operation, join func(to, p *timeslot.Provider),
) {
	inOrder(m.answers, ranks, func(a *answer) {
		for i := range a.Providers {
			if to := wanted[a.Providers[i].NPI]; to != nil {
				join(to, &a.Providers[i])
			}
		}
	})
}
