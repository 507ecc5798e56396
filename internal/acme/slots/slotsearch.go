package slots

import (
	"errors"
	"net/http"
	"slices"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// searchBody is the body of POST /v5/slots/search (docs/dexcare.md §5.4).
type searchBody struct {
	StartDate      string         `json:"startDate"`
	EndDate        string         `json:"endDate"`
	VisitTypeNames []string       `json:"visitTypeNames"`
	CriteriaItems  []criteriaItem `json:"criteriaItems"`
}

type criteriaItem struct {
	NPI          string `json:"npi"`
	EHRInstance  string `json:"ehrInstance"`
	DepartmentID string `json:"departmentId"`
}

var searchForm = form.ClosedObject("criteriaItems", form.Members{
	"startDate": form.Text(0), "endDate": form.Text(0), "visitTypeNames": form.List(form.Text(0)),
	"criteriaItems": form.FilledList(form.ClosedObject("npi", form.Each("npi ehrInstance departmentId", form.Text(0)))),
})

const searchDays = 30 // after the start, when no end is given

// slotsSearch answers for several clinicians at once. Who has no slots is left out; unknown keys are refused.
func (h *Handlers) slotsSearch(q *wire.Request, body searchBody) wire.Answer {
	if err := body.check(); err != nil {
		return wire.SlotsError(http.StatusBadRequest, err.Error())
	}
	w := h.newDocument("search", 32<<10)
	w.object()
	w.list("results")
	for _, item := range body.CriteriaItems {
		if err := h.writeCriteria(w, q, body, item); err != nil {
			return wire.SlotsError(http.StatusBadRequest, err.Error())
		}
	}
	w.endList()
	w.endObject()
	return w.ok()
}

// check is what the form does not say.
func (b *searchBody) check() error {
	for _, item := range b.CriteriaItems {
		switch {
		case item.NPI == "":
			return errors.New("criteriaItems: npi is required")
		case item.DepartmentID != "" && item.EHRInstance == "":
			return errors.New("criteriaItems: departmentId requires ehrInstance")
		}
	}
	return nil
}

// writeCriteria writes an element for each department of one clinician.
func (h *Handlers) writeCriteria(w *document, q *wire.Request, body searchBody, item criteriaItem) error {
	c := h.ByNPI[item.NPI]
	if c == nil {
		return nil
	}
	sq := slotQuery{Request: q, clinician: c, want: func(o *world.Offer) bool {
		return o.Bookable &&
			(len(body.VisitTypeNames) == 0 || slices.Contains(body.VisitTypeNames, o.VisitType.Name)) &&
			(item.EHRInstance == "" || item.EHRInstance == o.Department.EHR.System) &&
			(item.DepartmentID == "" || item.DepartmentID == o.Department.ID)
	}}
	rule := h.providerWindow(q.Now, c, sq.want)
	rule.form, rule.days = dateForm, searchDays
	var err error
	if sq.window, err = windowOf(body.StartDate, body.EndDate, rule); err != nil {
		return err
	}
	for _, d := range c.Departments() {
		if pages := h.pages(sq, d); len(pages) > 0 {
			writeSearchResult(w, pages)
		}
	}
	return nil
}

func writeSearchResult(w *document, pages []offerPage) {
	d := pages[0].Department
	w.object()
	w.text("npi", pages[0].Clinician.NPI, "ehrInstance", d.EHR.System, "departmentId", d.ID,
		"timezone", d.Zone.Name)
	w.list("visitTypes")
	for _, p := range pages {
		w.object()
		w.text("visitTypeId", p.VisitType.ID, "visitTypeName", p.VisitType.Name)
		w.list("slots")
		for _, d := range p.days {
			for _, slot := range d.openings {
				w.object()
				start := startOf(slot)
				w.start("dateTime", start)
				w.duration(p.VisitType.Minutes, false, start)
				w.endObject()
			}
		}
		w.endList()
		w.endObject()
	}
	w.endList()
	w.endObject()
}
