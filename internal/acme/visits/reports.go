package visits

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// report is one that was started. What it lists is collected when it is fetched.
type report struct {
	reportBody
	id    string
	ready time.Time
}

const (
	maxReports  = 100             // that are remembered
	reportDelay = 2 * time.Second // until a report is ready
)

// reportForm is the body that starts a report.
var reportForm = form.Object("type", form.Each("startDate endDate", birthForm), form.Members{"type": form.Word("virtual retail provider_booking")})

type reportBody struct {
	Type      string `json:"type"`      // virtual, retail or provider_booking
	StartDate string `json:"startDate"` // first and last day of the requests, UTC; both empty: all
	EndDate   string `json:"endDate"`
}

// startReport begins a report of all visits (docs/dexcare.md §7.10).
func (h *Handlers) startReport(q *wire.Request, body reportBody) wire.Answer {
	if (body.StartDate == "") != (body.EndDate == "") {
		return wire.MessageOnly(http.StatusBadRequest, "startDate and endDate are required together")
	}
	r := report{body, world.UUID(world.Hash(h.Options.Seed, world.SaltReport, h.visits.Add(1))), q.Now.Add(reportDelay)}
	h.reports.add(r.id, r)
	return wire.JSON(http.StatusOK, wire.Object("id", r.id))
}

// reportStatus has an assumed path and an assumed body.
func (h *Handlers) reportStatus(q *wire.Request) wire.Answer {
	r, ok := h.reports.find(q.Args[0])
	if !ok {
		return wire.MessageOnly(http.StatusNotFound, "report not found")
	}
	status := "inprogress"
	if !q.Now.Before(r.ready) {
		status = "complete"
	}
	return wire.JSON(http.StatusOK, wire.Object("id", r.id, "status", status))
}

// downloadReport has an assumed path: the report as CSV, once it is complete.
func (h *Handlers) downloadReport(q *wire.Request) wire.Answer {
	r, ok := h.reports.find(q.Args[0])
	if !ok || q.Now.Before(r.ready) {
		return wire.MessageOnly(http.StatusNotFound, "report not found")
	}
	rows := [][]string{{"visitId", "type", "status", "patientGuid", "ehrSystemName", "departmentId", "npi", "start", "requested"}}
	if r.Type == "virtual" {
		for _, v := range h.virtual.all() {
			if r.covers(v.requested) {
				rows = append(rows, []string{v.id, r.Type, v.status(q.Now), v.patient, "", "", "", "", milliseconds(v.requested)})
			}
		}
		return csvAnswer(rows)
	}
	for _, v := range h.Store.Visits() {
		if r.covers(v.Requested) && v.Schedule.Offer.Department.Retail() == (r.Type == "retail") {
			at := v.Schedule.Offer.Department
			status, _ := statusOf(&v, q.Now)
			rows = append(rows, []string{
				v.ID, r.Type, status, v.Patient, at.EHR.System, at.ID, v.Schedule.Person.NPI,
				at.Zone.Text(v.Start), milliseconds(v.Requested),
			})
		}
	}
	return csvAnswer(rows)
}

func (r *report) covers(t time.Time) bool {
	date := t.UTC().Format(time.DateOnly)
	return r.StartDate == "" || r.StartDate <= date && date <= r.EndDate
}

// providerHistories is the providers' report: who works where, with an assumed answer.
func (h *Handlers) providerHistories(*wire.Request) wire.Answer {
	rows := [][]string{{"npi", "name", "ehrSystemName", "departmentId", "isActive"}}
	for _, c := range h.Clinicians {
		for _, d := range c.Departments() {
			rows = append(rows, []string{c.NPI, c.Name, d.EHR.System, d.ID, fmt.Sprint(d.Active)})
		}
	}
	return csvAnswer(rows)
}

func csvAnswer(rows [][]string) wire.Answer {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.WriteAll(rows) // a builder never fails
	return wire.Text(http.StatusOK, "text/csv; charset=utf-8", out.String())
}
