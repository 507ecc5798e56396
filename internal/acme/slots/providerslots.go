package slots

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// slotQuery is what a v5 call asks of one clinician.
type slotQuery struct {
	*wire.Request
	clinician *world.Clinician
	window    window
	days      int // daysOfSlots; 0: no paging
	want      func(*world.Offer) bool
}

// providerTimeslotsV5 is one clinician's slots by department and visit type (docs/dexcare.md §5.3). It carries no slot ids.
func (h *Handlers) providerTimeslotsV5(q *wire.Request) wire.Answer {
	c := h.ByNPI[q.Args[0]]
	if c == nil {
		return singleProviderError(http.StatusNotFound, "Provider not found")
	}
	sq, err := h.slotQuery(q, c)
	if err != nil {
		return singleProviderError(http.StatusBadRequest, err.Error())
	}
	w := h.newDocument("v5", 32<<10)
	w.object()
	w.list("slots")
	for _, d := range c.Departments() {
		if pages := h.pages(sq, d); len(pages) > 0 {
			writeDepartmentSlots(w, pages, sq.days > 0)
		}
	}
	w.endList()
	w.endObject()
	return w.ok()
}

func (h *Handlers) slotQuery(q *wire.Request, c *world.Clinician) (sq slotQuery, err error) {
	sq = slotQuery{Request: q, clinician: c}
	if sq.days, err = q.Count("daysOfSlots"); err != nil {
		return sq, err
	}
	if err := q.RequireFilled("newOrEstablishedPatient"); err != nil {
		return sq, err
	}
	kind, err := patientKind(q.Get("newOrEstablishedPatient"))
	if err != nil {
		return sq, err
	}
	place, err := departmentFilter(q)
	if err != nil {
		return sq, err
	}
	names, ids := q.List("visitTypeName"), q.List("visitTypeEmrId")
	sq.want = func(o *world.Offer) bool {
		return kind(o.VisitType) && place(o.Department) &&
			(len(names) == 0 || slices.Contains(names, o.VisitType.Name)) &&
			(len(ids) == 0 || slices.Contains(ids, o.VisitType.ID))
	}
	sq.window, err = readWindow(q, h.providerWindow(q.Now, c, sq.want))
	return sq, err
}

// providerWindow is v5's rule for dates: in the provider's zone, yesterday tolerated, as far as the lookahead of any
// visit type wanted goes. Those with a shorter one end earlier.
func (h *Handlers) providerWindow(now time.Time, c *world.Clinician, want func(*world.Offer) bool) windowRule {
	today := c.Home.Zone.Today(now)
	days := cmp.Or(c.LongestLookahead(want), h.Options.Lookahead)
	return windowRule{form: dateTimeForm, today: today, limit: today + world.Day(days), past: 1, zone: c.Home.Zone}
}

// departmentFilter reads v5's three department parameters, which hang together.
func departmentFilter(q *wire.Request) (func(*world.Department) bool, error) {
	id, system, slug := q.Get("departmentEmrId"), q.Get("departmentEmrSystemId"), q.Get("departmentUrlName")
	switch {
	case id != "" && system == "":
		return nil, errors.New("departmentEmrId requires departmentEmrSystemId")
	case slug != "" && (id != "" || system != ""):
		return nil, errors.New("departmentUrlName cannot be used with departmentEmrId or departmentEmrSystemId")
	}
	return func(d *world.Department) bool {
		return (id == "" || d.ID == id) && (system == "" || d.EHR.System == system) && (slug == "" || d.URLName == slug)
	}, nil
}

type offerPage struct {
	*world.Offer
	page
}

// pages are the pages of what the clinician offers at the department; offers without slots are left out.
func (h *Handlers) pages(sq slotQuery, d *world.Department) (out []offerPage) {
	for _, o := range sq.clinician.Offers {
		if o.Department != d || !sq.want(o) {
			continue
		}
		if p := h.offerPage(sq, o); len(p.days) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (h *Handlers) offerPage(sq slotQuery, o *world.Offer) offerPage {
	zone := o.Department.Zone
	today := zone.Today(sq.Now)
	cals := h.Store.Calendars(o.Schedules, sq.View())
	p := newPager(sq.window, sq.days, today, today+world.Day(o.VisitType.Lookahead))
	p.openings = func(d world.Day) []world.Opening {
		within := zone.AllOf(d)
		if d >= sq.window.first && d <= sq.window.last {
			within = zone.DayWithin(d, sq.window.within)
		}
		return world.PerOffer(world.OpeningsOn(nil, cals, within))
	}
	return offerPage{o, p.page()}
}

// writeDepartmentSlots writes one clinician–department pair.
func writeDepartmentSlots(w *document, pages []offerPage, paging bool) {
	d := pages[0].Department
	w.object()
	w.text("npi", pages[0].Clinician.NPI, "timezone", d.Zone.Name, "departmentId", d.ID,
		"departmentIdentifier", d.Key, "ehrSystemName", d.EHR.System)
	w.list("slotsByVisitType")
	for _, p := range pages {
		writeVisitSlots(w, p, paging)
	}
	w.endList()
	w.endObject()
}

func writeVisitSlots(w *document, p offerPage, paging bool) {
	v := p.VisitType
	w.object()
	w.text("visitTypeId", v.ID, "visitTypeName", v.Name, "visitTypeGuid", v.GUID, "visitTypeTitle", v.Title)
	w.flag("forNewPatient", v.ForNew)
	w.flag("forEstablishedPatient", v.ForEstablished)
	w.flag("isBookable", p.Bookable)
	w.scheduleDays(p.days, func(openings []world.Opening) {
		for _, slot := range openings {
			w.object()
			start := startOf(slot)
			w.duration(v.Minutes, false, start)
			w.start("slotDateTime", start)
			w.endObject()
		}
	})
	if paging {
		w.dayOrNull("previousEndDate", p.previousEndDate)
		w.dayOrNull("nextStartDate", p.nextStart)
	}
	w.endObject()
}

const v4Days = 7 // after the start, when no end is given

// providerTimeslotsV4 is the older form (docs/dexcare.md §5.5): all visit types in one list, with slot ids.
func (h *Handlers) providerTimeslotsV4(q *wire.Request) wire.Answer {
	c := h.ByNPI[q.Args[0]]
	if c == nil {
		return wire.MessageAndStatus(http.StatusNotFound, "Provider not found")
	}
	visit, id, system := q.Get("visitType"), q.Get("departmentId"), q.Get("ehrSystemName")
	want := func(o *world.Offer) bool {
		return o.Bookable && (visit == "" || strings.EqualFold(visit, o.VisitType.Name)) &&
			(id == "" || o.Department.ID == id) && (system == "" || o.Department.EHR.System == system)
	}
	rule := h.providerWindow(q.Now, c, want)
	rule.form, rule.days = dateForm, v4Days
	win, err := readWindow(q, rule)
	if err != nil {
		return wire.MessageAndStatus(http.StatusBadRequest, err.Error())
	}
	schedules := world.SchedulesFor(c.Offers, want)
	w := h.newDocument("v4", 64<<10)
	w.object()
	w.text("providerNationalId", c.NPI, "startDate", win.first.String(), "endDate", win.last.String(),
		"timezone", c.Home.Zone.Name)
	h.writeScheduleDays(w, h.Store.Calendars(schedules, q.View()), zoned{c.Home.Zone, win}, false)
	w.endObject()
	return w.ok()
}

// singleProviderError is a body of the single provider's slots, whose 404 differs as well.
func singleProviderError(status int, message string) wire.Answer {
	if status == http.StatusNotFound {
		return wire.MessageAndStatus(status, message)
	}
	return wire.SlotsError(status, message)
}
