package slots

import (
	"strings"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

const defaultVisitType = "Illness" // what the SDK asks for when the app names none (docs/dexcare.md §4.3)

// departmentTimeslots is Care Direct: a walk-in clinic's slots of one visit type, today and tomorrow.
func (h *Handlers) departmentTimeslots(q *wire.Request) wire.Answer {
	d := h.ByURLName[q.Args[0]]
	if d == nil {
		return noSuchDepartment()
	}
	name := q.Get("visitTypeName")
	if name == "" {
		name = defaultVisitType
	}
	days := h.walkInDays
	if d.Kind == world.FluShots {
		days++
	}
	first := d.Zone.Today(q.Now)
	until := d.Zone.Midnight(first + world.Day(days))
	cals := h.Store.Calendars(walkIn(d, name), q.View())
	w := h.newDocument("care-direct", 16<<10)
	w.object()
	w.text("departmentId", d.ID)
	w.time("startDate", d.Zone, d.Zone.Midnight(first))
	w.time("endDate", d.Zone, until-1)
	w.text("timezone", d.Zone.Name)
	all := window{first: first, last: first + world.Day(days) - 1, within: world.Span{From: d.Zone.Midnight(first), Until: until}}
	h.writeScheduleDays(w, cals, zoned{d.Zone, all}, true)
	w.endObject()
	return w.ok()
}

// walkIn are the schedules that Care Direct lists for a visit type, spelled exactly or else in any case.
func walkIn(d *world.Department, name string) []*world.Schedule {
	if !d.Retail() {
		return nil
	}
	exact := world.SchedulesFor(d.Offers, func(o *world.Offer) bool { return o.Bookable && o.VisitType.Name == name })
	if len(exact) > 0 {
		return exact
	}
	return world.SchedulesFor(d.Offers, func(o *world.Offer) bool { return o.Bookable && strings.EqualFold(o.VisitType.Name, name) })
}

type zoned struct {
	*world.Zone
	window
}

// writeScheduleDays writes the scheduleDays that Care Direct and v4 share, apart from durations: strings there, numbers
// here (docs/dexcare.md §4.3). Days without slots are left out.
func (h *Handlers) writeScheduleDays(w *document, cals []world.Calendar, days zoned, textDuration bool) {
	w.list("scheduleDays")
	var list []world.Opening
	for d := days.first; d <= days.last; d++ {
		list = world.OpeningsOn(list[:0], cals, days.DayWithin(d, days.within))
		if len(list) == 0 {
			continue
		}
		w.object()
		w.time("date", days.Zone, days.Midnight(d))
		w.list("timeSlots")
		for _, o := range list {
			h.writeSlot(w, o, textDuration)
		}
		w.endList()
		w.endObject()
	}
	w.endList()
}

func (h *Handlers) writeSlot(w *document, o world.Opening, textDuration bool) {
	s := o.Schedule
	at, visit := s.Offer.Department, s.Offer.VisitType
	slotType := "Provider"
	if at.Retail() {
		slotType = "Retail"
	}
	w.object()
	w.key("id")
	w.b = append(w.b, '"')
	w.b = h.SlotIDs.Append(w.b, s, o.Start)
	w.b = append(w.b, '"')
	w.text("providerNationalId", s.Person.NPI, "providerId", s.Person.ProviderID, "departmentId", at.ID,
		"departmentIdentifier", at.Key, "slotType", slotType, "visitTypeId", visit.ID)
	start := startOf(o)
	w.duration(visit.Minutes, textDuration, start)
	w.start("slotDateTime", start)
	w.endObject()
}
