package acme

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

// postedSlots is Care Options' POST: a flat list in UTC, without days and pages (docs/dexcare.md §6.2). A search context alone
// runs the search again that it was given for, whichever method that was asked with.
func (h *slotHandlers) postedSlots(q *request) answer {
	body, err := readAreaBody(q)
	if err != nil {
		return badAreaSearch(err)
	}
	terms := body.terms()
	if body.SearchContext != nil {
		var known bool
		if terms, known = h.contexts.find(*body.SearchContext, q.now); !known || q.forget {
			return messageAndCode(http.StatusBadRequest, 40002, "Invalid Search Context UUID")
		}
		terms.days = 0
	}
	s, err := terms.at(h, q.now)
	if err != nil {
		return badAreaSearch(err)
	}
	hits := h.find(s)
	groups := h.groups(q, s, hits)
	w := h.spelled("posted-slots", 16<<10+optionBytes*countOpenings(groups))
	w.object()
	w.key("slots")
	w.list()
	writePostedSlots(w, inOrder(groups), utcForm(q.minusZero))
	w.endList()
	writePostedReferred(w, groups, hits)
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
func inOrder(groups []visitGroup) []opening {
	var all []opening
	for _, g := range groups {
		for _, d := range g.page.days {
			all = append(all, d.openings...)
		}
	}
	slices.SortFunc(all, func(a, b opening) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(visitName(a), visitName(b)), cmp.Compare(a.in.index, b.in.index))
	})
	return all
}

func visitName(o opening) string { return o.in.offer.visit.name }

// writePostedSlots writes openings that start together, for visit types of one name, as one element.
func writePostedSlots(w *doc, list []opening, layout string) {
	for i := 0; i < len(list); {
		first := list[i]
		w.object()
		w.start("slotDateTime", written{unix: first.start, zone: utc, layout: layout})
		w.text("visitTypeName", visitName(first))
		w.key("providerOptions")
		w.list()
		for ; i < len(list) && list[i].start == first.start && visitName(list[i]) == visitName(first); i++ {
			o := list[i].in.offer
			w.object()
			w.text("npi", o.who.npi)
			w.text("departmentEhrIdentifier", o.at.key)
			w.text("visitTypeId", o.visit.id)
			if o.who.number%11 != 6 { // optional, and absent for some
				w.duration(o.visit.minutes, false, startOf(list[i]))
			}
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
}

// postedProvider and postedPlace are poorer than their counterparts of the GET, and name ids otherwise.
type postedProvider struct {
	Name        string    `json:"name"`
	Gender      *string   `json:"gender"`
	Specialties *[]string `json:"specialties,omitempty"`
}

type postedPlace struct {
	GUID        string        `json:"departmentGuid"`
	ID          string        `json:"departmentId"`
	EHRInstance string        `json:"ehrInstance"`
	Name        string        `json:"departmentName"`
	Distance    float64       `json:"distanceFrom"`
	Timezone    *string       `json:"timezone"`
	ClinicType  string        `json:"clinicType"`
	Address     postedAddress `json:"address"`
}

// postedAddress has no coordinates.
type postedAddress struct {
	Line1      string `json:"line1"`
	Line2      string `json:"line2"`
	City       string `json:"city"`
	State      string `json:"state"`
	ZipCode    string `json:"zipCode"`
	PostalCode string `json:"postalCode"`
}

func postedAddressOf(d *department) postedAddress {
	a := d.address
	return postedAddress{a.Line1, a.Line2, a.City, a.State, a.PostalCode, a.PostalCode}
}

func writePostedReferred(w *doc, groups []visitGroup, hits found) {
	clinicians, departments := referredIn(groups)
	w.key("providers")
	w.object()
	for _, npi := range slices.Sorted(maps.Keys(clinicians)) {
		full := referredProvider(clinicians[npi])
		w.any(npi, postedProvider{full.Name, full.Gender, full.Specialties})
	}
	w.endObject()
	w.key("departments")
	w.object()
	for _, key := range slices.Sorted(maps.Keys(departments)) {
		d := departments[key]
		w.any(key, postedPlace{
			GUID: d.uuid, ID: d.id, EHRInstance: d.ehr.system, Name: d.name, Distance: roundMiles(hits.distances[d]),
			Timezone: d.zoneText, ClinicType: d.clinicType, Address: postedAddressOf(d),
		})
	}
	w.endObject()
}
