package acme

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// report is one that was started. What it lists is collected when it is fetched.
type report struct {
	id          string
	kind        string // virtual, retail or provider_booking
	first, last string // days of the request, UTC; both empty: all
	ready       time.Time
}

// reports remembers the latest ones.
type reports struct {
	mu   sync.Mutex
	list []report
}

const (
	maxReports  = 100
	reportDelay = 2 * time.Second // until a report is ready
)

func newReports() *reports { return &reports{} }

func (rs *reports) add(r report) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.list = append(rs.list, r)
	if len(rs.list) > maxReports {
		rs.list = slices.Delete(rs.list, 0, 1)
	}
}

func (rs *reports) find(id string) (report, bool) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	i := slices.IndexFunc(rs.list, func(r report) bool { return r.id == id })
	if i < 0 {
		return report{}, false
	}
	return rs.list[i], true
}

// startReport begins a report of all visits (docs/dexcare.md §7.10).
func (h *visitHandlers) startReport(q *request) answer {
	var body struct {
		Type      string `json:"type"`
		StartDate string `json:"startDate"`
		EndDate   string `json:"endDate"`
	}
	if wrong := q.read(&body); wrong.found() {
		return messageOnly(http.StatusBadRequest, wrong.String())
	}
	if (body.StartDate == "") != (body.EndDate == "") {
		return messageOnly(http.StatusBadRequest, "startDate and endDate are required together")
	}
	r := report{
		id:   uuid(hash(h.options.Seed, saltReport, h.visits.Add(1))),
		kind: body.Type, first: body.StartDate, last: body.EndDate, ready: q.now.Add(reportDelay),
	}
	h.reports.add(r)
	return jsonAnswer(http.StatusOK, struct {
		ID string `json:"id"`
	}{r.id})
}

// reportStatus has an assumed path and an assumed body.
func (h *visitHandlers) reportStatus(q *request) answer {
	r, ok := h.reports.find(q.args[0])
	if !ok {
		return messageOnly(http.StatusNotFound, "report not found")
	}
	status := "inprogress"
	if !q.now.Before(r.ready) {
		status = "complete"
	}
	return jsonAnswer(http.StatusOK, struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}{r.id, status})
}

// downloadReport has an assumed path: the report as CSV, once it is complete.
func (h *visitHandlers) downloadReport(q *request) answer {
	r, ok := h.reports.find(q.args[0])
	if !ok || q.now.Before(r.ready) {
		return messageOnly(http.StatusNotFound, "report not found")
	}
	rows := [][]string{{"visitId", "type", "status", "patientGuid", "ehrSystemName", "departmentId", "npi", "start", "requested"}}
	if r.kind == "virtual" {
		for _, v := range h.virtual.all() {
			if r.covers(v.requested) {
				rows = append(rows, []string{v.id, r.kind, v.status(q.now), v.patient, "", "", "", "", milliseconds(v.requested)})
			}
		}
		return csvAnswer(rows)
	}
	for _, v := range h.store.allVisits() {
		if r.covers(v.requested) && v.in.offer.at.retail() == (r.kind == "retail") {
			at := v.in.offer.at
			rows = append(rows, []string{
				v.id, r.kind, describeVisit(&v, q.now).Status, v.patient, at.ehr.system, at.id, v.in.who.npi,
				at.zone.text(v.start), milliseconds(v.requested),
			})
		}
	}
	return csvAnswer(rows)
}

func (r *report) covers(t time.Time) bool {
	date := t.UTC().Format(time.DateOnly)
	return r.first == "" || r.first <= date && date <= r.last
}

// providerHistories is the providers' report: who works where, with an assumed answer.
func (h *visitHandlers) providerHistories(*request) answer {
	rows := [][]string{{"npi", "name", "ehrSystemName", "departmentId", "isActive"}}
	for _, c := range h.clinicians {
		for _, d := range c.departments() {
			rows = append(rows, []string{c.npi, c.name, d.ehr.system, d.id, fmt.Sprint(d.active)})
		}
	}
	return csvAnswer(rows)
}

func csvAnswer(rows [][]string) answer {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.WriteAll(rows) // a builder never fails
	return textAnswer(http.StatusOK, "text/csv; charset=utf-8", out.String())
}
