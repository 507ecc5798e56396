package visits

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Patients for whom every booking ends the same way, whatever the slot (docs/dexcare.md §7.3). All others are known.
const (
	PatientNotLinked = "44444444-aaaa-4bbb-8ccc-000000000400" // 400 "Patient has no links"
	PatientUnknown   = "44444444-aaaa-4bbb-8ccc-000000000404" // 404 "Patient not found"
	PatientConflict  = "44444444-aaaa-4bbb-8ccc-000000000409" // 409 "UnknownAppointmentConflict"
	PatientNoPanel   = "44444444-aaaa-4bbb-8ccc-000000000412" // 412, provider bookings only
	PatientLocked    = "44444444-aaaa-4bbb-8ccc-000000000423" // 423
	PatientTrouble   = "44444444-aaaa-4bbb-8ccc-000000000500" // 500
)

// booking is what the tenant reads of a booking's body; retail and provider bookings differ in the names of ids.
type booking struct {
	Patient struct {
		Identifier  string `json:"identifier"`  // retail
		PatientGUID string `json:"patientGuid"` // provider
		Email       string `json:"email"`
	} `json:"patient"`
	Actor *struct {
		RelationshipToPatient string `json:"relationshipToPatient"`
	} `json:"actor"`
	VisitDetails struct {
		EHRSystemName      string `json:"ehrSystemName"`
		DepartmentID       string `json:"departmentId"`
		VisitReason        string `json:"visitReason"`
		Declaration        string `json:"declaration"`
		SlotID             string `json:"slotId"`
		ProviderID         string `json:"providerId"`         // retail
		NationalProviderID string `json:"nationalProviderId"` // provider
		VisitTypeID        string `json:"visitTypeId"`        // provider
	} `json:"visitDetails"`
}

// meeting is how to join a video visit, null for others. The conference id is a number or a string of digits
// (docs/dexcare.md §3).
func (h *Handlers) meeting(v *world.Visit) any {
	if v.Schedule.Offer.VisitType.Modality != "VIDEO" {
		return nil
	}
	number := world.Hash(h.Options.Seed, world.SaltVisit, uint64(v.Start))
	id := any(number % 1_000_000_000)
	if number%2 == 0 {
		id = fmt.Sprint(id)
	}
	return wire.Object("joinUrl", "https://meet.example.org/j/"+v.ID, "joinUrlShort", "https://meet.example.org/s/"+v.ID[:8],
		"conferenceId", id, "tollNumber", "800-555-0100", "password", fmt.Sprintf("%06d", world.Mix(number)%1_000_000), "vendor", "zoom")
}

// readBooking decodes the body and checks what both bookings require; the problem is empty when all is well.
func readBooking(q *wire.Request) (b booking, problem string) {
	if err := json.Unmarshal(q.Payload, &b); err != nil {
		return b, "Invalid request body"
	}
	v := b.VisitDetails
	problem = cmp.Or(required("visitDetails.ehrSystemName", v.EHRSystemName),
		required("visitDetails.departmentId", v.DepartmentID), required("visitDetails.visitReason", v.VisitReason),
		required("visitDetails.slotId", v.SlotID))
	switch {
	case problem != "":
	case v.Declaration != "self" && v.Declaration != "other":
		problem = "visitDetails.declaration must be self or other"
	case v.Declaration == "other" && b.Actor == nil:
		problem = "actor is required"
	}
	return b, problem
}

func required(name, value string) string {
	if value == "" {
		return name + " is required"
	}
	return ""
}

func (b *booking) isAbout(s *world.Schedule) bool {
	return b.VisitDetails.EHRSystemName == s.Offer.Department.EHR.System && b.VisitDetails.DepartmentID == s.Offer.Department.ID
}

// retailBooking sells a walk-in clinic's slot (docs/dexcare.md §7.1).
func (h *Handlers) retailBooking(q *wire.Request) wire.Answer {
	b, problem := readBooking(q)
	v := b.VisitDetails
	problem = cmp.Or(problem,
		required("patient.identifier", b.Patient.Identifier), required("visitDetails.providerId", v.ProviderID))
	return h.book(q, b, problem, purchase{
		patient: b.Patient.Identifier,
		fits: func(s *world.Schedule) bool {
			return s.Offer.Department.Retail() && v.ProviderID == s.Person.ProviderID
		},
		sold: func(v *world.Visit) json.RawMessage { return wire.Object("visitId", v.ID) },
	})
}

// providerBooking sells a slot of a named clinician (docs/dexcare.md §7.2).
func (h *Handlers) providerBooking(q *wire.Request) wire.Answer {
	b, problem := readBooking(q)
	v := b.VisitDetails
	problem = cmp.Or(problem, required("patient.patientGuid", b.Patient.PatientGUID),
		required("visitDetails.nationalProviderId", v.NationalProviderID),
		required("visitDetails.visitTypeId", v.VisitTypeID))
	return h.book(q, b, problem, purchase{
		patient: b.Patient.PatientGUID, needsPanel: true,
		fits: func(s *world.Schedule) bool {
			return v.NationalProviderID == s.Person.NPI && v.VisitTypeID == s.Offer.VisitType.ID
		},
		sold: func(v *world.Visit) json.RawMessage {
			return wire.Object("visitId", v.ID, "isVirtual", v.Schedule.Offer.VisitType.Modality == "VIDEO", "virtualMeetingInfo", h.meeting(v))
		},
	})
}

// purchase is in what the two bookings differ.
type purchase struct {
	patient    string
	needsPanel bool // the patient must be on the clinician's
	fits       func(*world.Schedule) bool
	sold       func(*world.Visit) json.RawMessage
}

// refusedPatients are answered before anything is sold.
var refusedPatients = map[string]wire.Answer{
	PatientNotLinked: wire.ErrorOnly(http.StatusBadRequest, "Patient has no links"),
	PatientUnknown:   wire.ErrorOnly(http.StatusNotFound, "Patient not found"),
	PatientLocked:    wire.ErrorOnly(http.StatusLocked, "Patient account is locked"),
	PatientTrouble:   wire.ErrorOnly(http.StatusInternalServerError, "Internal Server Error"),
}

// book sells the slot to the patient, or says why not; the problem is what is wrong with the body.
func (h *Handlers) book(q *wire.Request, b booking, problem string, p purchase) wire.Answer {
	if problem != "" {
		return wire.ErrorOnly(http.StatusBadRequest, problem)
	}
	slot, ok := h.Slot(b.VisitDetails.SlotID)
	if !ok || !b.isAbout(slot.Schedule) || !p.fits(slot.Schedule) {
		return wire.ErrorOnly(http.StatusBadRequest, "Invalid slotId")
	}
	if p.needsPanel && p.patient == PatientNoPanel {
		return wire.ErrorOnly(http.StatusPreconditionFailed, "Patient is not on the panel of this provider")
	}
	if refusal, refused := refusedPatients[p.patient]; refused {
		return refusal
	}
	conflict := q.Conflict
	if p.patient == PatientConflict {
		conflict = world.UnknownConflict
	}
	if conflict != world.NoConflict {
		return h.refuse(conflict)
	}
	v := &world.Visit{
		ID: world.UUID(world.Hash(h.Options.Seed, world.SaltVisit, h.visits.Add(1))), Patient: p.patient, Email: b.Patient.Email,
		Owner: q.Owner(), Schedule: slot.Schedule, Start: slot.Start, SlotID: b.VisitDetails.SlotID, Requested: q.Now,
	}
	if conflict = h.Store.Book(v); conflict != world.NoConflict {
		return h.refuse(conflict)
	}
	return wire.JSON(http.StatusOK, p.sold(v))
}

// refuse is a 409. Clients look for the word in the text, whatever is around it, so the body takes turns: the word under
// "error", the word under "message", the bare word.
func (h *Handlers) refuse(c world.Conflict) wire.Answer {
	switch h.conflicts.Add(1) % 3 {
	case 1:
		return wire.ErrorOnly(http.StatusConflict, string(c))
	case 2:
		return wire.MessageOnly(http.StatusConflict, string(c))
	default:
		return wire.Text(http.StatusConflict, "text/plain; charset=utf-8", string(c))
	}
}

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
