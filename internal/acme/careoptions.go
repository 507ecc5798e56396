package acme

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

// found is what an area search matched, ready to be rendered.
type found struct {
	offers    []*offer
	distances map[*department]float64 // miles from the searched point, 0 without one
}

// visitGroup is one element of slotsByVisitType: the offers of one visit type id. A name under two modalities has two
// ids and gives two elements.
type visitGroup struct {
	visit *visitType
	cals  []calendar
	page  page
}

// availabilitySlots is Care Options' GET: slots of all clinicians in an area, by visit type (docs/dexcare.md §6.1).
func (h *slotHandlers) availabilitySlots(q *request) answer {
	terms, err := areaQuery(q)
	if err != nil {
		return badAreaSearch(err)
	}
	s, err := terms.at(h, q.now)
	if err != nil {
		return badAreaSearch(err)
	}
	hits := h.find(s)
	groups := h.groups(q, s, hits)
	w := h.spelled("care-options", 64<<10+optionBytes*countOpenings(groups))
	w.object()
	if zone := answerZone(s, groups); zone != nil {
		w.text("timezone", zone.name)
	}
	w.key("slotsByVisitType")
	w.list()
	for _, g := range groups {
		writeGroup(w, g, s.zone)
	}
	w.endList()
	writeReferred(w, groups, hits)
	w.text("searchContext", h.searchContext(q, s))
	w.endObject()
	return w.ok()
}

// optionBytes is about what one provider option takes.
const optionBytes = 112

func countOpenings(groups []visitGroup) (n int) {
	for _, g := range groups {
		for _, d := range g.page.days {
			n += len(d.openings)
		}
	}
	return n
}

// find goes through the directory, department by department.
func (h *slotHandlers) find(s areaSearch) found {
	out := found{distances: map[*department]float64{}}
	for _, d := range h.departments {
		miles, ok := s.reaches(d)
		if !ok {
			continue
		}
		out.distances[d] = miles
		for _, o := range d.offers {
			if o.bookable && s.wants(o) {
				out.offers = append(out.offers, o)
			}
		}
	}
	return out
}

// groups sorts offers by visit type and takes each one's page of days; those without slots are left out.
func (h *slotHandlers) groups(q *request, s areaSearch, hits found) []visitGroup {
	var out []visitGroup
	for _, e := range h.ehrs {
		for _, v := range e.visits {
			schedules := schedulesFor(hits.offers, func(o *offer) bool { return o.visit == v })
			g := visitGroup{visit: v, cals: h.store.calendars(schedules, q.view())}
			p := newPager(s.window, s.days, earliestToday(q.now), latestToday(q.now)+day(v.lookahead))
			p.on = g.on(s)
			if g.page = p.page(); len(g.page.days) > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// on lists a day's openings: the day of the given zone, or without one the day of each department's own.
func (g visitGroup) on(s areaSearch) func(day) []opening {
	return func(d day) []opening {
		var list []opening
		for i := range g.cals {
			z := cmp.Or(s.zone, g.cals[i].offer.at.zone)
			list = g.cals[i].appendOpenings(list, z.dayWithin(d, s.within))
		}
		sortOpenings(list)
		return perOffer(list)
	}
}

// answerZone is the zone that the answer as a whole is in: the one asked for, or that of all its departments.
func answerZone(s areaSearch, groups []visitGroup) *zone {
	if s.zone != nil {
		return s.zone
	}
	var common *zone
	for _, g := range groups {
		for _, c := range g.cals {
			if here := c.offer.at.zone; cmp.Or(common, here) != here || !c.offer.at.zonePlain {
				return nil
			}
			common = c.offer.at.zone
		}
	}
	return common
}

func writeGroup(w *doc, g visitGroup, asked *zone) {
	v := g.visit
	w.object()
	w.text("visitTypeEmrId", v.id)
	w.text("visitTypeName", v.name)
	w.text("visitTypeDisplayName", v.title)
	w.any("visitTypeUuids", []string{v.guid})
	w.dayOrNull("previousEndDate", g.page.previousEndDate)
	w.dayOrNull("nextStartDate", g.page.nextStart)
	w.flag("forNewPatient", v.forNew)
	w.flag("forEstablishedPatient", v.forKnown)
	w.text("modality", v.modality)
	w.key("scheduleDays")
	w.list()
	for _, d := range g.page.days {
		w.object()
		w.text("date", d.day.String())
		w.key("slotTimes")
		w.list()
		writeSlotTimes(w, d.openings, asked)
		w.endList()
		w.endObject()
	}
	w.endList()
	w.endObject()
}

// writeSlotTimes writes openings that start together, in one zone, as one element with several options.
func writeSlotTimes(w *doc, list []opening, asked *zone) {
	zoneOf := func(o opening) *zone { return cmp.Or(asked, o.in.offer.at.zone) }
	for i := 0; i < len(list); {
		first := list[i]
		end := i
		for end < len(list) && list[end].start == first.start && zoneOf(list[end]) == zoneOf(first) {
			end++
		}
		w.object()
		w.start("slotDateTime", together(list[i:end], zoneOf(first)))
		w.key("providerOptions")
		w.list()
		for ; i < end; i++ {
			o := list[i].in.offer
			w.object()
			w.text("npi", o.who.npi)
			w.text("departmentEhrIdentifier", o.at.key)
			w.duration(o.visit.minutes, false, startOf(list[i]))
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
}

// together is the one start of several openings, written for the clocks of a zone.
func together(list []opening, z *zone) written {
	at := written{unix: list[0].start, zone: z, plain: true, layout: time.RFC3339}
	for _, o := range list {
		at.plain = at.plain && o.in.offer.at.zonePlain && o.in.offer.at.zone == z
	}
	return at
}

// writeReferred writes the providers and departments that the slots refer to, each once, sorted.
func writeReferred(w *doc, groups []visitGroup, hits found) {
	clinicians, departments := referredIn(groups)
	w.key("providers")
	w.object()
	for _, npi := range slices.Sorted(maps.Keys(clinicians)) {
		w.any(npi, referredProvider(clinicians[npi]))
	}
	w.endObject()
	w.key("departments")
	w.object()
	for _, key := range slices.Sorted(maps.Keys(departments)) {
		d := departments[key]
		w.any(key, referredDepartment(d, hits.distances[d]))
	}
	w.endObject()
}

// referredIn are the clinicians and departments of all openings, by NPI and by composite identifier.
func referredIn(groups []visitGroup) (map[string]*clinician, map[string]*department) {
	offers := map[*offer]bool{}
	for _, g := range groups {
		for _, d := range g.page.days {
			for _, slot := range d.openings {
				offers[slot.in.offer] = true
			}
		}
	}
	clinicians, departments := map[string]*clinician{}, map[string]*department{}
	for o := range offers {
		clinicians[o.who.npi], departments[o.at.key] = o.who, o.at
	}
	return clinicians, departments
}

func roundMiles(miles float64) float64 { return math.Round(miles*10) / 10 }
