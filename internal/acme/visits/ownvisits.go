package visits

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// ownVisit is an element of a patient's own visits (docs/dexcare.md §7.7).
type ownVisit struct {
	ID              string        `json:"id"`
	Type            string        `json:"type"`
	Status          string        `json:"status"`
	Address         world.Address `json:"address"`
	Appointment     appointment   `json:"appointment"`
	DepartmentID    string        `json:"departmentId"`
	EHRSystemName   string        `json:"ehrSystemName"`
	IsNewPatient    bool          `json:"isNewPatient"`
	IsReadyForVisit bool          `json:"isReadyForVisit"`
	PatientEmail    string        `json:"patientEmail"`
	PatientGUID     string        `json:"patientGuid"`
	PatientPhone    *string       `json:"patientPhone"`
	Timestamps      timestamps    `json:"timestamps"`
}

type appointment struct {
	AppointmentID string `json:"appointmentId"`
	SlotID        string `json:"slotId"`
	Start         string `json:"start"`
	End           string `json:"end"`
	Timezone      string `json:"timezone"`
}

type timestamps struct {
	Requested     string  `json:"requested"`
	Cancelled     *string `json:"cancelled"`
	Done          *string `json:"done"`
	StaffDeclined *string `json:"staffDeclined"`
}

// ownVisits lists what the same token booked.
func (h *Handlers) ownVisits(q *wire.Request) wire.Answer {
	out, owner := []ownVisit{}, q.Owner()
	for _, v := range h.Store.Visits() {
		doc := describeVisit(&v, q.Now)
		if v.Owner == owner && (!q.Has("status") || q.Get("status") == doc.Status) {
			out = append(out, doc)
		}
	}
	return wire.JSON(http.StatusOK, out)
}

func describeVisit(v *world.Visit, now time.Time) ownVisit {
	at := v.Schedule.Offer.Department
	doc := ownVisit{
		ID: v.ID, Type: "retail", Status: "requested", Address: at.Address,
		Appointment: appointment{
			AppointmentID: appointmentID(v.ID), SlotID: v.SlotID, Start: at.Zone.Text(v.Start),
			End: at.Zone.Text(v.Start + v.Schedule.Seconds()), Timezone: at.Zone.Name,
		},
		DepartmentID: at.ID, EHRSystemName: at.EHR.System, PatientEmail: v.Email, PatientGUID: v.Patient,
		Timestamps: timestamps{Requested: milliseconds(v.Requested)},
	}
	switch ended := time.Unix(v.Start+v.Schedule.Seconds(), 0); {
	case v.Cancelled != nil:
		text := milliseconds(*v.Cancelled)
		doc.Status, doc.Timestamps.Cancelled = "cancelled", &text
	case now.After(ended):
		text := milliseconds(ended)
		doc.Status, doc.Timestamps.Done = "done", &text
	}
	return doc
}

func appointmentID(visitID string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(visitID)) // never fails
	return fmt.Sprintf("A-%04d", h.Sum32()%10_000)
}

// milliseconds is the form of timestamps: UTC, with milliseconds (docs/dexcare.md §3).
func milliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// cancelVisit gives the slot back. Only the token that booked can.
func (h *Handlers) cancelVisit(q *wire.Request) wire.Answer {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(q.Payload, &body); err != nil || body.Reason == "" {
		return wire.ErrorOnly(http.StatusBadRequest, "reason is required")
	}
	if !h.Store.Cancel(q.Args[0], q.Owner(), q.Now) {
		return wire.ErrorOnly(http.StatusNotFound, "Visit not found")
	}
	return wire.JSON(http.StatusOK, struct{}{})
}

// cancelReason is one that a patient can choose (docs/dexcare.md §7.7).
type cancelReason struct {
	ClientText string `json:"clientText"`
	StringCode string `json:"stringCode"`
}

// cancelReasons are a brand's; another brand has none.
func (h *Handlers) cancelReasons(q *wire.Request) wire.Answer {
	if !strings.EqualFold(q.Args[0], h.Options.Brand()) {
		return wire.JSON(http.StatusOK, []cancelReason{})
	}
	return wire.JSON(http.StatusOK, []cancelReason{
		{"I feel better", "feeling_better"}, {"Schedule conflict", "schedule_conflict"},
		{"I found care elsewhere", "found_other_care"}, {"Other", "other"},
	})
}
