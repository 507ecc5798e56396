package acme

import "strings"

const defaultVisitType = "Illness" // what the SDK asks for when the app names none (docs/dexcare.md §4.3)

// departmentTimeslots is Care Direct: a walk-in clinic's slots of one visit type, today and tomorrow.
func (h *slotHandlers) departmentTimeslots(q *request) answer {
	d := h.byURLName[q.args[0]]
	if d == nil {
		return noSuchDepartment()
	}
	name := q.get("visitTypeName")
	if name == "" {
		name = defaultVisitType
	}
	days := h.walkInDays
	if d.kind == fluShots {
		days++
	}
	first := d.zone.today(q.now)
	until := d.zone.midnight(first + day(days))
	cals := h.store.calendars(walkIn(d, name), q.view())
	w := h.spelled("care-direct", 16<<10)
	w.object()
	w.text("departmentId", d.id)
	w.time("startDate", d.zone, d.zone.midnight(first))
	w.time("endDate", d.zone, until-1)
	w.text("timezone", d.zone.name)
	all := window{first: first, last: first + day(days) - 1, within: span{from: d.zone.midnight(first), until: until}}
	h.writeScheduleDays(w, cals, zoned{d.zone, all}, true)
	w.endObject()
	return w.ok()
}

// walkIn are the schedules that Care Direct lists for a visit type, spelled exactly or else in any case.
func walkIn(d *department, name string) []*schedule {
	if !d.retail() {
		return nil
	}
	exact := schedulesFor(d.offers, func(o *offer) bool { return o.bookable && o.visit.name == name })
	if len(exact) > 0 {
		return exact
	}
	return schedulesFor(d.offers, func(o *offer) bool { return o.bookable && strings.EqualFold(o.visit.name, name) })
}

// zoned is a window in the days of a zone.
type zoned struct {
	*zone
	window
}

// clip is the part of the day d that lies inside the window.
func (z zoned) clip(d day) span {
	return z.dayWithin(d, z.within)
}

// writeScheduleDays writes the scheduleDays that Care Direct and v4 share, apart from durations: strings there, numbers
// here (docs/dexcare.md §4.3). Days without slots are left out.
func (h *slotHandlers) writeScheduleDays(w *doc, cals []calendar, days zoned, textDuration bool) {
	w.key("scheduleDays")
	w.list()
	var list []opening
	for d := days.first; d <= days.last; d++ {
		list = openingsOn(list[:0], cals, days.clip(d))
		if len(list) == 0 {
			continue
		}
		w.object()
		w.time("date", days.zone, days.midnight(d))
		w.key("timeSlots")
		w.list()
		for _, o := range list {
			h.writeSlot(w, o, textDuration)
		}
		w.endList()
		w.endObject()
	}
	w.endList()
}

func (h *slotHandlers) writeSlot(w *doc, o opening, textDuration bool) {
	s := o.in
	at, visit := s.offer.at, s.offer.visit
	slotType := "Provider"
	if at.retail() {
		slotType = "Retail"
	}
	w.object()
	w.key("id")
	w.b = append(w.b, '"')
	w.b = h.ids.append(w.b, s, o.start)
	w.b = append(w.b, '"')
	w.text("providerNationalId", s.who.npi)
	w.text("providerId", s.who.providerID)
	w.text("departmentId", at.id)
	w.text("departmentIdentifier", at.key)
	w.text("slotType", slotType)
	w.text("visitTypeId", visit.id)
	start := startOf(o)
	w.duration(visit.minutes, textDuration, start)
	w.start("slotDateTime", start)
	w.endObject()
}
