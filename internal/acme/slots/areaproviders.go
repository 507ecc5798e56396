package slots

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// availabilityDays is the window over which clinicians' slots are counted, from today on.
const availabilityDays = 40

// availableProvider is a clinician at a department, named by the first offer there.
type availableProvider struct {
	*world.Offer
	visits []json.RawMessage
	slots  int   // over all visit types
	next   int64 // the first start
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
	for _, o := range hits.offers { // grouped by department, then by clinician
		if n := len(list); n == 0 || list[n-1].Clinician != o.Clinician || list[n-1].Department != o.Department {
			list = append(list, &availableProvider{Offer: o})
		}
		h.countSlots(q, o, list[len(list)-1])
	}
	list = slices.DeleteFunc(list, func(p *availableProvider) bool { return p.slots == 0 })
	slices.SortStableFunc(list, func(a, b *availableProvider) int {
		if body.SortBy == "nextAvailable" {
			return cmp.Or(cmp.Compare(a.next, b.next), cmp.Compare(b.slots, a.slots))
		}
		return cmp.Or(cmp.Compare(b.slots, a.slots), cmp.Compare(a.next, b.next))
	})
	results := []json.RawMessage{}
	for _, p := range list {
		results = append(results, p.describe(hits.distances[p.Department]))
	}
	a := wire.JSON(http.StatusOK, wire.Object("results", results))
	a.Empty = len(list) == 0
	return a
}

// describe is a clinician at a department (docs/dexcare.md §6.3).
func (p *availableProvider) describe(miles float64) json.RawMessage {
	who, at := p.Clinician, p.Department
	return wire.Object("npi", who.NPI, "name", who.Name, "gender", genderOf(who), "specialties", append([]string{}, who.Specialties...),
		"departmentId", at.ID, "departmentName", at.Name, "ehrInstance", at.EHR.System, "clinicType", at.ClinicType,
		"address", addressOf(at), "timezone", at.ZoneText, "distanceFrom", roundMiles(miles), "visitTypes", p.visits)
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
	p.visits = append(p.visits, wire.Object("visitTypeId", o.VisitType.ID, "visitTypeName", o.VisitType.Name,
		"availability", wire.Object("windowDays", days, "slotCount", len(free))))
}
