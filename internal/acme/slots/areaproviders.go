package slots

import (
	"cmp"
	"net/http"
	"slices"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
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
func (h *Handlers) availabilityProviders(q *wire.Request) wire.Answer {
	var body areaBody
	if err := q.Read(&body); err != nil {
		return badAreaSearch(err)
	}
	s, err := body.terms().resolve(h, q.Now)
	if err != nil {
		return badAreaSearch(err)
	}
	hits := h.find(s)
	list := []*availableProvider{}
	var last *world.Offer
	for _, o := range hits.offers { // grouped by department, then by clinician
		if last == nil || last.Clinician != o.Clinician || last.Department != o.Department {
			list = append(list, describeAvailable(o, hits.distances[o.Department]))
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
	a := wire.JSON(http.StatusOK, map[string]any{"results": list})
	a.Empty = len(list) == 0
	return a
}

func describeAvailable(o *world.Offer, miles float64) *availableProvider {
	who, at := o.Clinician, o.Department
	p := &availableProvider{
		NPI: who.NPI, Name: who.Name, Gender: referredProvider(who).Gender, Specialties: []string{},
		DepartmentID: at.ID, DepartmentName: at.Name, EHRInstance: at.EHR.System, ClinicType: at.ClinicType,
		Address: postedAddressOf(at), Timezone: at.ZoneText, Distance: roundMiles(miles),
	}
	p.Specialties = append(p.Specialties, who.Specialties...)
	return p
}

// countSlots adds a visit type to the clinician; without slots it is left out.
func (h *Handlers) countSlots(q *wire.Request, o *world.Offer, p *availableProvider) {
	zone := o.Department.Zone
	today, days := zone.Today(q.Now), min(availabilityDays, o.VisitType.Lookahead)
	within := world.Span{From: zone.Midnight(today), Until: zone.Midnight(today + world.Day(days))}
	free := world.PerOffer(world.OpeningsOn(nil, h.Store.Calendars(o.Schedules, q.View()), within))
	if len(free) == 0 {
		return
	}
	if first := free[0].Start; p.slots == 0 || first < p.next {
		p.next = first
	}
	p.slots += len(free)
	p.VisitTypes = append(p.VisitTypes, availableVisit{o.VisitType.ID, o.VisitType.Name, availability{days, len(free)}})
}
