package acme

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// slotQuery is what a v5 call asks of one clinician.
type slotQuery struct {
	*request
	who    *clinician
	window window
	days   int // daysOfSlots; 0: no paging
	want   func(*offer) bool
}

// providerTimeslotsV5 is one clinician's slots by department and visit type (docs/dexcare.md §5.3). It carries no slot ids.
func (h *slotHandlers) providerTimeslotsV5(q *request) answer {
	c := h.byNPI[q.args[0]]
	if c == nil {
		return singleProviderError(http.StatusNotFound, "Provider not found")
	}
	sq, err := h.slotQuery(q, c)
	if err != nil {
		return singleProviderError(http.StatusBadRequest, err.Error())
	}
	w := h.spelled("v5", 32<<10)
	w.object()
	w.key("slots")
	w.list()
	for _, d := range c.departments() {
		if pages := h.pages(sq, d); len(pages) > 0 {
			writeDepartmentSlots(w, pages, sq.days > 0)
		}
	}
	w.endList()
	w.endObject()
	return w.ok()
}

func (h *slotHandlers) slotQuery(q *request, c *clinician) (sq slotQuery, err error) {
	sq = slotQuery{request: q, who: c}
	if sq.days, err = q.count("daysOfSlots"); err != nil {
		return sq, err
	}
	if err := q.unfilled("newOrEstablishedPatient"); err != nil {
		return sq, err
	}
	kind, err := patientKind(q.get("newOrEstablishedPatient"))
	if err != nil {
		return sq, err
	}
	place, err := departmentFilter(q)
	if err != nil {
		return sq, err
	}
	names, ids := q.query["visitTypeName"], q.query["visitTypeEmrId"]
	sq.want = func(o *offer) bool {
		return kind(o.visit) && place(o.at) &&
			(len(names) == 0 || slices.Contains(names, o.visit.name)) &&
			(len(ids) == 0 || slices.Contains(ids, o.visit.id))
	}
	sq.window, err = readWindow(q, h.providerWindow(q.now, c, sq.want))
	return sq, err
}

// providerWindow is v5's rule for dates: in the provider's zone, yesterday tolerated, as far as the lookahead of any
// visit type wanted goes. Those with a shorter one end earlier.
func (h *slotHandlers) providerWindow(now time.Time, c *clinician, want func(*offer) bool) windowRule {
	today := c.home.zone.today(now)
	days := cmp.Or(c.lookaheadOf(want), h.options.Lookahead)
	return windowRule{form: dateTimeForm, today: today, limit: today + day(days), past: 1, zone: c.home.zone}
}

// departmentFilter reads v5's three department parameters, which hang together.
func departmentFilter(q *request) (func(*department) bool, error) {
	id, system, slug := q.get("departmentEmrId"), q.get("departmentEmrSystemId"), q.get("departmentUrlName")
	switch {
	case id != "" && system == "":
		return nil, errors.New("departmentEmrId requires departmentEmrSystemId")
	case slug != "" && (id != "" || system != ""):
		return nil, errors.New("departmentUrlName cannot be used with departmentEmrId or departmentEmrSystemId")
	}
	return func(d *department) bool {
		return (id == "" || d.id == id) && (system == "" || d.ehr.system == system) && (slug == "" || d.urlName == slug)
	}, nil
}

// offerPage is a page of one offer's days.
type offerPage struct {
	*offer
	page
}

// pages are the pages of what the clinician offers at the department; offers without slots are left out.
func (h *slotHandlers) pages(sq slotQuery, d *department) (out []offerPage) {
	for _, o := range sq.who.offers {
		if o.at != d || !sq.want(o) {
			continue
		}
		if p := h.offerPage(sq, o); len(p.days) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (h *slotHandlers) offerPage(sq slotQuery, o *offer) offerPage {
	zone := o.at.zone
	today := zone.today(sq.now)
	cals := h.store.calendars(o.schedules, sq.view())
	days := zoned{zone, sq.window}
	p := newPager(sq.window, sq.days, today, today+day(o.visit.lookahead))
	p.on = func(d day) []opening {
		within := zone.allOf(d)
		if d >= sq.window.first && d <= sq.window.last {
			within = days.clip(d)
		}
		return perOffer(openingsOn(nil, cals, within))
	}
	return offerPage{o, p.page()}
}

// writeDepartmentSlots writes one clinician–department pair.
func writeDepartmentSlots(w *doc, pages []offerPage, paging bool) {
	d := pages[0].at
	w.object()
	w.text("npi", pages[0].who.npi)
	w.text("timezone", d.zone.name)
	w.text("departmentId", d.id)
	w.text("departmentIdentifier", d.key)
	w.text("ehrSystemName", d.ehr.system)
	w.key("slotsByVisitType")
	w.list()
	for _, p := range pages {
		writeVisitSlots(w, p, paging)
	}
	w.endList()
	w.endObject()
}

func writeVisitSlots(w *doc, p offerPage, paging bool) {
	v := p.visit
	w.object()
	w.text("visitTypeId", v.id)
	w.text("visitTypeName", v.name)
	w.text("visitTypeGuid", v.guid)
	w.text("visitTypeTitle", v.title)
	w.flag("forNewPatient", v.forNew)
	w.flag("forEstablishedPatient", v.forKnown)
	w.flag("isBookable", p.bookable)
	w.key("scheduleDays")
	w.list()
	for _, d := range p.days {
		w.object()
		w.text("date", d.day.String())
		w.key("slotTimes")
		w.list()
		for _, slot := range d.openings {
			w.object()
			start := startOf(slot)
			w.duration(v.minutes, false, start)
			w.start("slotDateTime", start)
			w.endObject()
		}
		w.endList()
		w.endObject()
	}
	w.endList()
	if paging {
		w.dayOrNull("previousEndDate", p.previousEndDate)
		w.dayOrNull("nextStartDate", p.nextStart)
	}
	w.endObject()
}

const v4Days = 7 // after the start, when no end is given

// providerTimeslotsV4 is the older form (docs/dexcare.md §5.5): all visit types in one list, with slot ids.
func (h *slotHandlers) providerTimeslotsV4(q *request) answer {
	c := h.byNPI[q.args[0]]
	if c == nil {
		return messageAndStatus(http.StatusNotFound, "Provider not found")
	}
	visit, id, system := q.get("visitType"), q.get("departmentId"), q.get("ehrSystemName")
	want := func(o *offer) bool {
		return o.bookable && (visit == "" || strings.EqualFold(visit, o.visit.name)) &&
			(id == "" || o.at.id == id) && (system == "" || o.at.ehr.system == system)
	}
	rule := h.providerWindow(q.now, c, want)
	rule.form, rule.days = dateForm, v4Days
	win, err := readWindow(q, rule)
	if err != nil {
		return messageAndStatus(http.StatusBadRequest, err.Error())
	}
	schedules := schedulesFor(c.offers, want)
	w := h.spelled("v4", 64<<10)
	w.object()
	w.text("providerNationalId", c.npi)
	w.text("startDate", win.first.String())
	w.text("endDate", win.last.String())
	w.text("timezone", c.home.zone.name)
	h.writeScheduleDays(w, h.store.calendars(schedules, q.view()), zoned{c.home.zone, win}, false)
	w.endObject()
	return w.ok()
}
