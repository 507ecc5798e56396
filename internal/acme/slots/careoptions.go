package slots

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// searchResult is what an area search matched.
type searchResult struct {
	offers    []*world.Offer
	distances map[*world.Department]float64 // miles from the searched point, 0 without one
	groups    []visitGroup                  // of a search for slots
}

// visitGroup is one element of slotsByVisitType: the offers of one visit type id. A name under two modalities has two
// ids and gives two elements.
type visitGroup struct {
	visit *world.VisitType
	cals  []world.Calendar
	page  page
}

// availabilitySlots is Care Options' GET: slots of all clinicians in an area, by visit type (docs/dexcare.md §6.1).
func (h *Handlers) availabilitySlots(q *wire.Request) wire.Answer {
	terms, err := areaQuery(q)
	if err != nil {
		return badAreaSearch(err)
	}
	return h.answerSearch(q, terms, "care-options", func(w *document, s areaSearch, found searchResult) {
		if zone := answerZone(s, found.groups); zone != nil {
			w.text("timezone", zone.Name)
		}
		w.list("slotsByVisitType")
		for _, g := range found.groups {
			writeGroup(w, g, s.zone)
		}
		w.endList()
		writeReferred(w, found, h.referredProvider, referredDepartment)
	})
}

// answerSearch runs a search for slots. Either method writes what it found in its own way; the search context is last.
func (h *Handlers) answerSearch(
	q *wire.Request, terms areaTerms, surface string, write func(*document, areaSearch, searchResult),
) wire.Answer {
	s, err := terms.resolve(h, q.Now)
	if err != nil {
		return badAreaSearch(err)
	}
	found := h.find(s)
	found.groups = h.groups(q, s, found.offers)
	w := h.newDocument(surface, 32<<10+optionBytes*len(found.openings()))
	w.object()
	write(w, s, found)
	w.text("searchContext", h.searchContext(q, s))
	w.endObject()
	return w.ok()
}

// optionBytes is about what one provider option takes.
const optionBytes = 112

// openings are those of all visit types, one visit type after the other.
func (r searchResult) openings() (all []world.Opening) {
	for _, g := range r.groups {
		for _, d := range g.page.days {
			all = append(all, d.openings...)
		}
	}
	return all
}

func (h *Handlers) find(s areaSearch) searchResult {
	out := searchResult{distances: map[*world.Department]float64{}}
	for _, d := range h.Departments {
		miles, ok := s.reaches(d)
		if !ok {
			continue
		}
		out.distances[d] = miles
		for _, o := range d.Offers {
			if o.Bookable && s.wants(o) {
				out.offers = append(out.offers, o)
			}
		}
	}
	return out
}

// groups sorts offers by visit type and takes each one's page of days; those without slots are left out.
func (h *Handlers) groups(q *wire.Request, s areaSearch, offers []*world.Offer) []visitGroup {
	var out []visitGroup
	for _, e := range h.EHRs {
		for _, v := range e.Visits {
			schedules := world.SchedulesFor(offers, func(o *world.Offer) bool { return o.VisitType == v })
			g := visitGroup{visit: v, cals: h.Store.Calendars(schedules, q.View())}
			p := newPager(s.window, s.days, world.EarliestToday(q.Now), world.LatestToday(q.Now)+world.Day(v.Lookahead))
			p.openings = g.dayLister(s)
			if g.page = p.page(); len(g.page.days) > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// dayLister lists a day's openings: the day of the given zone, or without one the day of each department's own.
func (g visitGroup) dayLister(s areaSearch) func(world.Day) []world.Opening {
	return func(d world.Day) []world.Opening {
		var list []world.Opening
		for i := range g.cals {
			z := cmp.Or(s.zone, g.cals[i].Offer.Department.Zone)
			list = g.cals[i].AppendOpenings(list, z.AllOf(d))
		}
		world.SortOpenings(list)
		return world.PerOffer(list)
	}
}

// answerZone is the zone that the answer as a whole is in: the one asked for, or that of all its departments.
func answerZone(s areaSearch, groups []visitGroup) *world.Zone {
	if s.zone != nil {
		return s.zone
	}
	var common *world.Zone
	for _, g := range groups {
		for _, c := range g.cals {
			if here := c.Offer.Department.Zone; cmp.Or(common, here) != here || !c.Offer.Department.ZonePlain {
				return nil
			}
			common = c.Offer.Department.Zone
		}
	}
	return common
}

func writeGroup(w *document, g visitGroup, asked *world.Zone) {
	v := g.visit
	w.object()
	w.text("visitTypeEmrId", v.ID, "visitTypeName", v.Name, "visitTypeDisplayName", v.Title)
	w.any("visitTypeUuids", []string{v.GUID})
	w.dayOrNull("previousEndDate", g.page.previousEndDate)
	w.dayOrNull("nextStartDate", g.page.nextStart)
	w.flag("forNewPatient", v.ForNew)
	w.flag("forEstablishedPatient", v.ForEstablished)
	w.text("modality", v.Modality)
	w.scheduleDays(g.page.days, func(openings []world.Opening) { writeSlotTimes(w, openings, asked) })
	w.endObject()
}

// writeSlotTimes writes openings that start together, in one zone, as one element with several options.
func writeSlotTimes(w *document, list []world.Opening, asked *world.Zone) {
	zoneOf := func(o world.Opening) *world.Zone { return cmp.Or(asked, o.Schedule.Offer.Department.Zone) }
	for i := 0; i < len(list); {
		first := list[i]
		end := i
		for end < len(list) && list[end].Start == first.Start && zoneOf(list[end]) == zoneOf(first) {
			end++
		}
		w.object()
		w.start("slotDateTime", together(list[i:end], zoneOf(first)))
		w.list("providerOptions")
		for ; i < end; i++ {
			o := list[i].Schedule.Offer
			w.object()
			w.text("npi", o.Clinician.NPI, "departmentEhrIdentifier", o.Department.Key)
			w.duration(o.VisitType.Minutes, false, startOf(list[i]))
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
}

// together is the one start of several openings, written for the clocks of a zone.
func together(list []world.Opening, z *world.Zone) written {
	at := written{unix: list[0].Start, zone: z, plain: true, layout: time.RFC3339}
	for _, o := range list {
		at.plain = at.plain && o.Schedule.Offer.Department.ZonePlain && o.Schedule.Offer.Department.Zone == z
	}
	return at
}

// writeReferred writes the providers and departments that the slots refer to, each once, sorted, as the two describe them.
func writeReferred(
	w *document, found searchResult,
	provider func(*world.Clinician) json.RawMessage, place func(*world.Department, float64) json.RawMessage,
) {
	clinicians, departments := found.referred()
	w.objectOf("providers")
	for _, npi := range slices.Sorted(maps.Keys(clinicians)) {
		w.any(npi, provider(clinicians[npi]))
	}
	w.endObject()
	w.objectOf("departments")
	for _, key := range slices.Sorted(maps.Keys(departments)) {
		w.any(key, place(departments[key], found.distances[departments[key]]))
	}
	w.endObject()
}

// referred are the clinicians and departments of all openings, by NPI and by composite identifier.
func (r searchResult) referred() (map[string]*world.Clinician, map[string]*world.Department) {
	clinicians, departments := map[string]*world.Clinician{}, map[string]*world.Department{}
	var last *world.Offer
	for _, slot := range r.openings() {
		if o := slot.Schedule.Offer; o != last {
			clinicians[o.Clinician.NPI], departments[o.Department.Key] = o.Clinician, o.Department
			last = o
		}
	}
	return clinicians, departments
}

func roundMiles(miles float64) float64 { return math.Round(miles*10) / 10 }

// referredProvider is a provider as Care Options describes it; emrId and specialties are optional.
func (h *Handlers) referredProvider(c *world.Clinician) json.RawMessage {
	id := wire.Optional(h.Options, "emrId", c.NPI, c.Offers[0].Schedules[0].Person.EMRID)
	return wire.Object("emrId", id, "name", c.Name, "gender", genderOf(c), "specialties", h.specialtiesOf(c))
}

func genderOf(c *world.Clinician) any {
	if c.Gender == "" {
		return nil
	}
	return c.Gender
}

// specialtiesOf are a provider's where they are optional; a pool has none.
func (h *Handlers) specialtiesOf(c *world.Clinician) any {
	return wire.Optional(h.Options, "specialties", c.NPI, append([]string{}, c.Specialties...))
}

// referredDepartment is a department as Care Options describes it.
func referredDepartment(d *world.Department, miles float64) json.RawMessage {
	at := addressOf(d, "latitude", d.Shown.Latitude, "longitude", d.Shown.Longitude)
	return wire.Object("departmentUuid", d.UUID, "departmentEmrId", d.ID, "ehrInstance", d.EHR.System, "departmentName", d.Name,
		"distanceFrom", roundMiles(miles), "timezone", d.ZoneText, "clinicType", d.ClinicType, "address", at)
}

// addressOf spells the postal code twice, as upstream does; the GET has coordinates, too.
func addressOf(d *world.Department, more ...any) json.RawMessage {
	a := d.Address
	return wire.Object(append([]any{"line1", a.Line1, "line2", a.Line2, "city", a.City, "state", a.State,
		"zipCode", a.PostalCode, "postalCode", a.PostalCode}, more...)...)
}
