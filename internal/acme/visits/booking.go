package visits

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

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

// retailBooking sells a walk-in clinic's slot (docs/dexcare.md §7.1).
func (h *Handlers) retailBooking(q *wire.Request) wire.Answer {
	b, problem := readBooking(q)
	v := b.VisitDetails
	problem = cmp.Or(problem,
		required("patient.identifier", b.Patient.Identifier), required("visitDetails.providerId", v.ProviderID))
	if problem != "" {
		return wire.ErrorOnly(http.StatusBadRequest, problem)
	}
	slot, ok := h.Slot(v.SlotID)
	s := slot.Schedule
	if !ok || !s.Offer.Department.Retail() || v.ProviderID != s.Person.ProviderID || !b.isAbout(s) {
		return wire.ErrorOnly(http.StatusBadRequest, "Invalid slotId")
	}
	visit, refusal := h.book(q, b, b.Patient.Identifier, slot)
	if visit == nil {
		return refusal
	}
	return wire.JSON(http.StatusOK, map[string]string{"visitId": visit.ID})
}

// providerBooking sells a slot of a named clinician (docs/dexcare.md §7.2).
func (h *Handlers) providerBooking(q *wire.Request) wire.Answer {
	b, problem := readBooking(q)
	v := b.VisitDetails
	problem = cmp.Or(problem, required("patient.patientGuid", b.Patient.PatientGUID),
		required("visitDetails.nationalProviderId", v.NationalProviderID),
		required("visitDetails.visitTypeId", v.VisitTypeID))
	if problem != "" {
		return wire.ErrorOnly(http.StatusBadRequest, problem)
	}
	slot, ok := h.Slot(v.SlotID)
	s := slot.Schedule
	if !ok || v.NationalProviderID != s.Person.NPI || v.VisitTypeID != s.Offer.VisitType.ID || !b.isAbout(s) {
		return wire.ErrorOnly(http.StatusBadRequest, "Invalid slotId")
	}
	if b.Patient.PatientGUID == PatientNoPanel {
		return wire.ErrorOnly(http.StatusPreconditionFailed, "Patient is not on the panel of this provider")
	}
	visit, refusal := h.book(q, b, b.Patient.PatientGUID, slot)
	if visit == nil {
		return refusal
	}
	return wire.JSON(http.StatusOK, providerBooked{
		VisitID: visit.ID, IsVirtual: s.Offer.VisitType.Modality == "VIDEO", VirtualMeetingInfo: h.meeting(visit),
	})
}

type providerBooked struct {
	VisitID            string       `json:"visitId"`
	IsVirtual          bool         `json:"isVirtual"`
	VirtualMeetingInfo *meetingInfo `json:"virtualMeetingInfo"`
}

type meetingInfo struct {
	JoinURL      string `json:"joinUrl"`
	JoinURLShort string `json:"joinUrlShort"`
	ConferenceID any    `json:"conferenceId"` // a number, or a string of digits
	TollNumber   string `json:"tollNumber"`
	Password     string `json:"password"`
	Vendor       string `json:"vendor"`
}

// meeting is how to join a video visit; the conference id is spelled either way (docs/dexcare.md §3).
func (h *Handlers) meeting(v *world.Visit) *meetingInfo {
	if v.Schedule.Offer.VisitType.Modality != "VIDEO" {
		return nil
	}
	number := world.Hash(h.Options.Seed, world.SaltVisit, uint64(v.Start))
	out := &meetingInfo{
		JoinURL: "https://meet.example.org/j/" + v.ID, JoinURLShort: "https://meet.example.org/s/" + v.ID[:8],
		TollNumber: "800-555-0100", Password: fmt.Sprintf("%06d", world.Mix(number)%1_000_000), Vendor: "zoom",
	}
	if out.ConferenceID = number % 1_000_000_000; number%2 == 0 {
		out.ConferenceID = fmt.Sprint(number % 1_000_000_000)
	}
	return out
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

// isAbout reports whether the booking's department is the slot's.
func (b *booking) isAbout(s *world.Schedule) bool {
	return b.VisitDetails.EHRSystemName == s.Offer.Department.EHR.System && b.VisitDetails.DepartmentID == s.Offer.Department.ID
}

// book sells the slot to the patient, or says with nil and an answer why not.
func (h *Handlers) book(q *wire.Request, b booking, patient string, slot world.Opening) (*world.Visit, wire.Answer) {
	switch patient {
	case PatientNotLinked:
		return nil, wire.ErrorOnly(http.StatusBadRequest, "Patient has no links")
	case PatientUnknown:
		return nil, wire.ErrorOnly(http.StatusNotFound, "Patient not found")
	case PatientConflict:
		return nil, h.refuse(world.UnknownConflict)
	case PatientLocked:
		return nil, wire.ErrorOnly(http.StatusLocked, "Patient account is locked")
	case PatientTrouble:
		return nil, wire.ErrorOnly(http.StatusInternalServerError, "Internal Server Error")
	}
	if q.Conflict != world.NoConflict {
		return nil, h.refuse(q.Conflict)
	}
	v := &world.Visit{
		ID: world.UUID(world.Hash(h.Options.Seed, world.SaltVisit, h.visits.Add(1))), Patient: patient, Email: b.Patient.Email,
		Owner: q.Owner(), Schedule: slot.Schedule, Start: slot.Start,
		SlotID: b.VisitDetails.SlotID, Requested: q.Now,
	}
	if c := h.Store.Book(v); c != world.NoConflict {
		return nil, h.refuse(c)
	}
	return v, wire.Answer{}
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
