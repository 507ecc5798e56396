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
func (h *Handlers) postedSlots(q *wire.Request) wire.Answer {
	var body areaBody
	if err := q.Read(&body); err != nil {
		return badAreaSearch(err)
	}
	terms := body.terms()
	if body.SearchContext != nil {
		var known bool
		if terms, known = h.contexts.find(*body.SearchContext, q.Now); !known || q.Forget {
			return wire.MessageAndCode(http.StatusBadRequest, 40002, "Invalid Search Context UUID")
		}
		terms.days = 0
	}
	s, err := terms.resolve(h, q.Now)
	if err != nil {
		return badAreaSearch(err)
	}
	hits := h.find(s)
	groups := h.groups(q, s, hits)
	w := h.newDocument("posted-slots", 16<<10+optionBytes*countOpenings(groups))
	w.object()
	w.list("slots")
	writePostedSlots(w, inOrder(groups), utcForm(q.MinusZero))
	w.endList()
	writeReferred(w, groups, describePostedProvider,
		func(d *world.Department) json.RawMessage { return describePostedPlace(d, hits.distances[d]) })
	w.text("searchContext", h.searchContext(q, s))
	w.endObject()
	return w.ok()
}

// utcForm is the layout of a time in UTC: the SDK reads only "Z", the published sample has "-00:00" (docs/dexcare.md §11.12).
func utcForm(minusZero bool) string {
	if minusZero {
		return "2006-01-02T15:04:05-00:00"
	}
	return "2006-01-02T15:04:05Z"
}

// inOrder are the openings of all visit types by time, then by visit type name, then by place in the directory.
func inOrder(groups []visitGroup) []world.Opening {
	var all []world.Opening
	for _, g := range groups {
		for _, d := range g.page.days {
			all = append(all, d.openings...)
		}
	}
	slices.SortFunc(all, func(a, b world.Opening) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(visitName(a), visitName(b)), cmp.Compare(a.Schedule.Index, b.Schedule.Index))
	})
	return all
}

func visitName(o world.Opening) string { return o.Schedule.Offer.VisitType.Name }

// writePostedSlots writes openings that start together, for visit types of one name, as one element.
func writePostedSlots(w *document, list []world.Opening, layout string) {
	for i := 0; i < len(list); {
		first := list[i]
		w.object()
		w.start("slotDateTime", written{unix: first.Start, zone: world.UTC, layout: layout})
		w.text("visitTypeName", visitName(first))
		w.list("providerOptions")
		for ; i < len(list) && list[i].Start == first.Start && visitName(list[i]) == visitName(first); i++ {
			o := list[i].Schedule.Offer
			w.object()
			w.text("npi", o.Clinician.NPI)
			w.text("departmentEhrIdentifier", o.Department.Key)
			w.text("visitTypeId", o.VisitType.ID)
			if o.Clinician.Number%11 != 6 { // optional, and absent for some
				w.duration(o.VisitType.Minutes, false, startOf(list[i]))
			}
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
}

// describePostedProvider and describePostedPlace are poorer than their counterparts of the GET, and name ids otherwise.
func describePostedProvider(c *world.Clinician) json.RawMessage {
	return wire.Object("name", c.Name, "gender", genderOf(c), "specialties", specialtiesOf(c))
}

func describePostedPlace(d *world.Department, miles float64) json.RawMessage {
	return wire.Object("departmentGuid", d.UUID, "departmentId", d.ID, "ehrInstance", d.EHR.System, "departmentName", d.Name,
		"distanceFrom", roundMiles(miles), "timezone", d.ZoneText, "clinicType", d.ClinicType, "address", addressOf(d))
}
