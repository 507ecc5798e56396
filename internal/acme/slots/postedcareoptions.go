package slots

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// postedSlots is Care Options' POST: a flat list in UTC, without days and pages (docs/dexcare.md §6.2). A search context alone
// runs the search again that it was given for, by GET or by POST.
func (h *Handlers) postedSlots(q *wire.Request, body areaBody) wire.Answer {
	terms := body.terms()
	if body.SearchContext != nil {
		var known bool
		if terms, known = h.contexts.find(*body.SearchContext, q.Now); !known || q.Forget {
			return wire.MessageAndCode(http.StatusBadRequest, 40002, "Invalid Search Context UUID")
		}
		terms.days = 0
	}
	return h.answerSearch(q, terms, "posted-slots", func(w *document, _ areaSearch, found searchResult) {
		w.list("slots")
		h.writePostedSlots(w, inOrder(found.openings()), utcForm(q.MinusZero))
		w.endList()
		writeReferred(w, found, h.describePostedProvider, h.describePostedPlace)
	})
}

// utcForm is the layout of a time in UTC: the SDK reads only "Z", the published sample has "-00:00" (docs/dexcare.md §11.12).
func utcForm(minusZero bool) string {
	if minusZero {
		return "2006-01-02T15:04:05-00:00"
	}
	return "2006-01-02T15:04:05Z"
}

// inOrder sorts openings by time, then by visit type name, then by place in the directory.
func inOrder(all []world.Opening) []world.Opening {
	slices.SortFunc(all, func(a, b world.Opening) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(visitName(a), visitName(b)), cmp.Compare(a.Schedule.Index, b.Schedule.Index))
	})
	return all
}

func visitName(o world.Opening) string { return o.Schedule.Offer.VisitType.Name }

// writePostedSlots writes openings that start together, for visit types of one name, as one element.
func (h *Handlers) writePostedSlots(w *document, list []world.Opening, layout string) {
	for i := 0; i < len(list); {
		first := list[i]
		w.object()
		w.start("slotDateTime", written{unix: first.Start, zone: world.UTC, layout: layout})
		w.text("visitTypeName", visitName(first))
		w.list("providerOptions")
		for ; i < len(list) && list[i].Start == first.Start && visitName(list[i]) == visitName(first); i++ {
			o := list[i].Schedule.Offer
			w.object()
			w.text("npi", o.Clinician.NPI, "departmentEhrIdentifier", o.Department.Key,
				"visitTypeId", o.VisitType.ID)
			if !h.Options.LeavesOut("duration", o.Clinician.NPI) {
				w.duration(o.VisitType.Minutes, false, startOf(list[i]))
			}
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
}

// describePostedProvider and describePostedPlace are poorer than their counterparts of the GET, and name ids otherwise;
// specialties and clinicType are optional.
func (h *Handlers) describePostedProvider(c *world.Clinician) json.RawMessage {
	return wire.Object("name", c.Name, "gender", genderOf(c), "specialties", h.specialtiesOf(c))
}

func (h *Handlers) describePostedPlace(d *world.Department, miles float64) json.RawMessage {
	clinicType := wire.Optional(h.Options, "clinicType", d.Key, d.ClinicType)
	return wire.Object("departmentGuid", d.UUID, "departmentId", d.ID, "ehrInstance", d.EHR.System, "departmentName", d.Name,
		"distanceFrom", roundMiles(miles), "timezone", d.ZoneText, "clinicType", clinicType, "address", addressOf(d))
}

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
func (h *Handlers) availabilityProviders(q *wire.Request, body areaBody) wire.Answer {
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
