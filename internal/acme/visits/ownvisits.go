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

// ownVisits lists what the same token booked.
func (h *Handlers) ownVisits(q *wire.Request) wire.Answer {
	out, owner := []json.RawMessage{}, q.Owner()
	for _, v := range h.Store.Visits() {
		status, ended := statusOf(&v, q.Now)
		if v.Owner == owner && (!q.Has("status") || q.Get("status") == status) {
			out = append(out, describeVisit(&v, status, ended))
		}
	}
	return wire.JSON(http.StatusOK, out)
}

// statusOf is a booking's status, with when it ended; a requested one has not.
func statusOf(v *world.Visit, now time.Time) (status string, ended time.Time) {
	switch end := time.Unix(v.Start+v.Schedule.Seconds(), 0); {
	case v.Cancelled != nil:
		return "cancelled", *v.Cancelled
	case now.After(end):
		return "done", end
	}
	return "requested", time.Time{}
}

// describeVisit is an element of a patient's own visits (docs/dexcare.md §7.7).
func describeVisit(v *world.Visit, status string, ended time.Time) json.RawMessage {
	at := v.Schedule.Offer.Department
	endedAs := func(word string) any {
		if status != word {
			return nil
		}
		return milliseconds(ended)
	}
	appointment := wire.Object("appointmentId", appointmentID(v.ID), "slotId", v.SlotID, "start", at.Zone.Text(v.Start),
		"end", at.Zone.Text(v.Start+v.Schedule.Seconds()), "timezone", at.Zone.Name)
	return wire.Object("id", v.ID, "type", "retail", "status", status, "address", at.Address, "appointment", appointment,
		"departmentId", at.ID, "ehrSystemName", at.EHR.System, "isNewPatient", false, "isReadyForVisit", false,
		"patientEmail", v.Email, "patientGuid", v.Patient, "patientPhone", nil,
		"timestamps", wire.Object("requested", milliseconds(v.Requested), "cancelled", endedAs("cancelled"), "done", endedAs("done"), "staffDeclined", nil))
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

// cancelReasons are what a patient can choose from (docs/dexcare.md §7.7); another brand has none.
func (h *Handlers) cancelReasons(q *wire.Request) wire.Answer {
	out := []json.RawMessage{}
	if strings.EqualFold(q.Args[0], h.Options.Brand()) {
		for _, reason := range [][2]string{
			{"I feel better", "feeling_better"}, {"Schedule conflict", "schedule_conflict"},
			{"I found care elsewhere", "found_other_care"}, {"Other", "other"},
		} {
			out = append(out, wire.Object("clientText", reason[0], "stringCode", reason[1]))
		}
	}
	return wire.JSON(http.StatusOK, out)
}
