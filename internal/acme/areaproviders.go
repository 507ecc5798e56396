package acme

import (
	"cmp"
	"net/http"
	"slices"
)

// availabilityDays is the window over which clinicians' slots are counted, from today on.
const availabilityDays = 40

// availableProvider is a clinician at a department (docs/dexcare.md §6.3).
type availableProvider struct {
	NPI            string           `json:"npi"`
	Name           string           `json:"name"`
	Gender         *string          `json:"gender"`
	Specialties    []string         `json:"specialties"`
	DepartmentID   string           `json:"departmentId"`
	DepartmentName string           `json:"departmentName"`
	EHRInstance    string           `json:"ehrInstance"`
	ClinicType     string           `json:"clinicType"`
	Address        postedAddress    `json:"address"`
	Timezone       *string          `json:"timezone"`
	Distance       float64          `json:"distanceFrom"`
	VisitTypes     []availableVisit `json:"visitTypes"`

	slots int   // over all visit types
	next  int64 // the first start
}

type availableVisit struct {
	VisitTypeID   string       `json:"visitTypeId"`
	VisitTypeName string       `json:"visitTypeName"`
	Availability  availability `json:"availability"`
}

type availability struct {
	WindowDays int `json:"windowDays"`
	SlotCount  int `json:"slotCount"`
}

// availabilityProviders ranks the clinicians of an area by how many slots they have, or by who is free first. Those
// without slots are left out.
func (h *slotHandlers) availabilityProviders(q *request) answer {
	body, err := readAreaBody(q)
	if err != nil {
		return badAreaSearch(err)
	}
	s, err := body.terms().at(h, q.now)
	if err != nil {
		return badAreaSearch(err)
	}
	hits := h.find(s)
	list := []*availableProvider{}
	var last *offer
	for _, o := range hits.offers { // grouped by department, then by clinician
		if last == nil || last.who != o.who || last.at != o.at {
			list = append(list, describeAvailable(o, hits.distances[o.at]))
		}
		last = o
		h.countSlots(q, o, list[len(list)-1])
	}
	list = slices.DeleteFunc(list, func(p *availableProvider) bool { return p.slots == 0 })
	slices.SortStableFunc(list, func(a, b *availableProvider) int {
		if body.SortBy == "nextAvailable" {
			return cmp.Or(cmp.Compare(a.next, b.next), cmp.Compare(b.slots, a.slots))
		}
		return cmp.Or(cmp.Compare(b.slots, a.slots), cmp.Compare(a.next, b.next))
	})
	a := jsonAnswer(http.StatusOK, struct {
		Results []*availableProvider `json:"results"`
	}{list})
	a.empty = len(list) == 0
	return a
}

func describeAvailable(o *offer, miles float64) *availableProvider {
	who, at := o.who, o.at
	p := &availableProvider{
		NPI: who.npi, Name: who.name, Gender: referredProvider(who).Gender, Specialties: []string{},
		DepartmentID: at.id, DepartmentName: at.name, EHRInstance: at.ehr.system, ClinicType: at.clinicType,
		Address: postedAddressOf(at), Timezone: at.zoneText, Distance: roundMiles(miles),
	}
	p.Specialties = append(p.Specialties, who.specialties...)
	return p
}

// countSlots adds a visit type to the clinician; without slots it is left out.
func (h *slotHandlers) countSlots(q *request, o *offer, p *availableProvider) {
	zone := o.at.zone
	today, days := zone.today(q.now), min(availabilityDays, o.visit.lookahead)
	within := span{from: zone.midnight(today), until: zone.midnight(today + day(days))}
	free := perOffer(openingsOn(nil, h.store.calendars(o.schedules, q.view()), within))
	if len(free) == 0 {
		return
	}
	if first := free[0].start; p.slots == 0 || first < p.next {
		p.next = first
	}
	p.slots += len(free)
	p.VisitTypes = append(p.VisitTypes, availableVisit{o.visit.id, o.visit.name, availability{days, len(free)}})
}
