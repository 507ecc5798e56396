package acme

import (
	"errors"
	"net/http"
	"slices"
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

const searchDays = 30 // after the start, when no end is given

// slotsSearch answers for several clinicians at once. Who has no slots is left out; unknown keys are refused.
func (h *slotHandlers) slotsSearch(q *request) answer {
	var body searchBody
	if wrong := q.read(&body); wrong.found() {
		return slotsError(http.StatusBadRequest, wrong.String())
	}
	if err := body.check(); err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	w := h.spelled("search", 32<<10)
	w.object()
	w.key("results")
	w.list()
	for _, item := range body.CriteriaItems {
		if err := h.writeCriteria(w, q, body, item); err != nil {
			return slotsError(http.StatusBadRequest, err.Error())
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
func (h *slotHandlers) writeCriteria(w *doc, q *request, body searchBody, item criteriaItem) error {
	c := h.byNPI[item.NPI]
	if c == nil {
		return nil
	}
	sq := slotQuery{request: q, who: c, want: func(o *offer) bool {
		return o.bookable &&
			(len(body.VisitTypeNames) == 0 || slices.Contains(body.VisitTypeNames, o.visit.name)) &&
			(item.EHRInstance == "" || item.EHRInstance == o.at.ehr.system) &&
			(item.DepartmentID == "" || item.DepartmentID == o.at.id)
	}}
	rule := h.providerWindow(q.now, c, sq.want)
	rule.form, rule.days = dateForm, searchDays
	var err error
	if sq.window, err = windowOf(body.StartDate, body.EndDate, rule); err != nil {
		return err
	}
	for _, d := range c.departments() {
		if pages := h.pages(sq, d); len(pages) > 0 {
			writeSearchResult(w, pages)
		}
	}
	return nil
}

func writeSearchResult(w *doc, pages []offerPage) {
	d := pages[0].at
	w.object()
	w.text("npi", pages[0].who.npi)
	w.text("ehrInstance", d.ehr.system)
	w.text("departmentId", d.id)
	w.text("timezone", d.zone.name)
	w.key("visitTypes")
	w.list()
	for _, p := range pages {
		w.object()
		w.text("visitTypeId", p.visit.id)
		w.text("visitTypeName", p.visit.name)
		w.key("slots")
		w.list()
		for _, d := range p.days {
			for _, slot := range d.openings {
				w.object()
				start := startOf(slot)
				w.start("dateTime", start)
				w.duration(p.visit.minutes, false, start)
				w.endObject()
			}
		}
		w.endList()
		w.endObject()
	}
	w.endList()
	w.endObject()
}
