package acme

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// searchBody is the body of POST /v5/slots/search (CONTRACT §5.4).
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
func (t *Tenant) slotsSearch(q *request) answer {
	var body searchBody
	if err := decodeStrictly(q.body, &body); err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	if err := body.check(); err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	w := newDoc(32 << 10)
	w.object()
	w.key("results")
	w.list()
	for _, item := range body.CriteriaItems {
		if err := t.writeCriteria(w, q, body, item); err != nil {
			return slotsError(http.StatusBadRequest, err.Error())
		}
	}
	w.endList()
	w.endObject()
	return w.ok()
}

// decodeStrictly refuses unknown keys and anything after the document.
func decodeStrictly(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("request body: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("request body: more than one document")
	}
	return nil
}

func (b *searchBody) check() error {
	if len(b.CriteriaItems) == 0 {
		return errors.New("criteriaItems must have at least one item")
	}
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
func (t *Tenant) writeCriteria(w *doc, q *request, body searchBody, item criteriaItem) error {
	c := t.dir.byNPI[item.NPI]
	if c == nil {
		return nil
	}
	win, err := t.searchWindow(q, body, c)
	if err != nil {
		return err
	}
	sq := slotQuery{request: q, who: c, window: win, want: func(o *offer) bool {
		return o.bookable &&
			(len(body.VisitTypeNames) == 0 || slices.Contains(body.VisitTypeNames, o.visit.name)) &&
			(item.EHRInstance == "" || item.EHRInstance == o.at.ehr.system) &&
			(item.DepartmentID == "" || item.DepartmentID == o.at.id)
	}}
	for _, d := range c.departments() {
		if pages := t.pages(sq, d); len(pages) > 0 {
			writeSearchResult(w, pages)
		}
	}
	return nil
}

// searchWindow reads the body's dates by the same rules as those of a query.
func (t *Tenant) searchWindow(q *request, body searchBody, c *clinician) (window, error) {
	dates := url.Values{}
	for name, text := range map[string]string{"startDate": body.StartDate, "endDate": body.EndDate} {
		if text != "" {
			dates.Set(name, text)
		}
	}
	rule := t.providerWindow(q, c)
	rule.form, rule.days = dateForm, searchDays
	return (&request{query: dates}).window(rule)
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
				w.time("dateTime", p.at.zone, slot.start)
				w.number("duration", p.visit.minutes)
				w.endObject()
			}
		}
		w.endList()
		w.endObject()
	}
	w.endList()
	w.endObject()
}
