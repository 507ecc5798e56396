package acme

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"
)

// ownVisit is an element of a patient's own visits (docs/dexcare.md §7.7).
type ownVisit struct {
	ID              string      `json:"id"`
	Type            string      `json:"type"`
	Status          string      `json:"status"`
	Address         address     `json:"address"`
	Appointment     appointment `json:"appointment"`
	DepartmentID    string      `json:"departmentId"`
	EHRSystemName   string      `json:"ehrSystemName"`
	IsNewPatient    bool        `json:"isNewPatient"`
	IsReadyForVisit bool        `json:"isReadyForVisit"`
	PatientEmail    string      `json:"patientEmail"`
	PatientGUID     string      `json:"patientGuid"`
	PatientPhone    *string     `json:"patientPhone"`
	Timestamps      timestamps  `json:"timestamps"`
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
func (h *visitHandlers) ownVisits(q *request) answer {
	out := []ownVisit{}
	for _, v := range h.store.visitsOf(q.owner()) {
		doc := describeVisit(&v, q.now)
		if !q.has("status") || q.get("status") == doc.Status {
			out = append(out, doc)
		}
	}
	return jsonAnswer(http.StatusOK, out)
}

func describeVisit(v *visit, now time.Time) ownVisit {
	at := v.in.offer.at
	doc := ownVisit{
		ID: v.id, Type: "retail", Status: "requested", Address: at.address,
		Appointment: appointment{
			AppointmentID: appointmentID(v.id), SlotID: v.slotID, Start: at.zone.text(v.start),
			End: at.zone.text(v.start + v.in.seconds()), Timezone: at.zone.name,
		},
		DepartmentID: at.id, EHRSystemName: at.ehr.system, PatientEmail: v.email, PatientGUID: v.patient,
		Timestamps: timestamps{Requested: milliseconds(v.requested)},
	}
	switch ended := time.Unix(v.start+v.in.seconds(), 0); {
	case v.cancelled != nil:
		text := milliseconds(*v.cancelled)
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
func (h *visitHandlers) cancelVisit(q *request) answer {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(q.body, &body); err != nil || body.Reason == "" {
		return plainError(http.StatusBadRequest, "reason is required")
	}
	if !h.store.cancel(q.args[0], q.owner(), q.now) {
		return plainError(http.StatusNotFound, "Visit not found")
	}
	return jsonAnswer(http.StatusOK, struct{}{})
}

// cancelReason is one that a patient can choose (docs/dexcare.md §7.7).
type cancelReason struct {
	ClientText string `json:"clientText"`
	StringCode string `json:"stringCode"`
}

// cancelReasons are a brand's; another brand has none.
func (h *visitHandlers) cancelReasons(q *request) answer {
	if !strings.EqualFold(q.args[0], h.options.brand()) {
		return jsonAnswer(http.StatusOK, []cancelReason{})
	}
	return jsonAnswer(http.StatusOK, []cancelReason{
		{"I feel better", "feeling_better"}, {"Schedule conflict", "schedule_conflict"},
		{"I found care elsewhere", "found_other_care"}, {"Other", "other"},
	})
}
