package visits

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Guests, by e-mail address, whose visits fail on the way (docs/dexcare.md §7.4). All others are welcome.
const (
	GuestNoAnonymousUser = "anonymous-user@example.org"
	GuestNoPatient       = "guest-patient@example.org"
	GuestNoVisit         = "visit-create@example.org"
)

// guestFailures are the codes of their 500.
var guestFailures = map[string]string{
	GuestNoAnonymousUser: "ANONYMOUS_USER_CREATE_FAILED", GuestNoPatient: "GUEST_PATIENT_CREATE_FAILED", GuestNoVisit: "VISIT_CREATE_FAILED",
}

// virtualBody is what the tenant reads of a request for a visit without a slot.
type virtualBody struct {
	Actor   *struct{} `json:"actor"`
	Patient struct {
		Email         string `json:"email"`
		PatientGUID   string `json:"patientGuid"`
		EHRIdentifier string `json:"ehrIdentifier"`
	} `json:"patient"`
	VisitDetails struct {
		AcceptedTerms       bool     `json:"acceptedTerms"`
		Qualifiers          []string `json:"assignmentQualifiers"`
		Brand               string   `json:"brand"`
		Declaration         string   `json:"declaration"`
		PracticeID          string   `json:"practiceId"`
		StateLicensure      string   `json:"stateLicensure"`
		Urgency             float64  `json:"urgency"`
		VisitTypeName       string   `json:"visitTypeName"`
		ScheduledDepartment struct {
			EHR string `json:"scheduledEhr"`
		} `json:"scheduledDepartment"`
	} `json:"visitDetails"`
}

// queuedGuestVisit lets somebody without an account into the queue (docs/dexcare.md §7.4).
func (h *Handlers) queuedGuestVisit(q *wire.Request) wire.Answer {
	var b virtualBody
	if product := q.Get("product"); product != "DCIntSched" && product != "Other" {
		return guestError(http.StatusBadRequest, "/query/product - must be equal to one of the allowed values")
	}
	if wrong := guestForm.Read(q.Payload, &b); wrong != nil {
		return guestError(http.StatusBadRequest, wrong.AtPath())
	}
	if b.VisitDetails.Declaration == "other" && b.Actor == nil {
		return guestError(http.StatusBadRequest, "/requestBody - must have required property 'actor'")
	}
	if system := b.VisitDetails.ScheduledDepartment.EHR; system != "" && !h.hasEHR(system) {
		return wire.CodeAndError(http.StatusBadRequest, "EHR_LOOKUP_FAILED", "Failed to lookup EHR system")
	}
	if code := guestFailures[b.Patient.Email]; code != "" {
		return wire.CodeAndError(http.StatusInternalServerError, code, "Internal Server Error")
	}
	v := h.addVirtual(q, b, world.UUID(h.patientHash(b.Patient.Email)))
	return wire.JSON(http.StatusOK, wire.Object("visitId", v.id, "visitRedirectUrl", redirectURL(v.id)))
}

func (h *Handlers) hasEHR(system string) bool {
	return slices.ContainsFunc(h.EHRs, func(e *world.EHR) bool { return e.System == system })
}

func redirectURL(visitID string) string { return "https://visits.example.org/visit/" + visitID }

// createVisit lets a patient into the queue of a region (docs/dexcare.md §7.5). A region that its wait times call busy refuses
// with the words that the SDK looks for, one without clinicians with a bare 409.
func (h *Handlers) createVisit(q *wire.Request) wire.Answer {
	var b virtualBody
	switch wrong := visitForm.Read(q.Payload, &b); {
	case wrong == nil:
	case wrong.Missing == "visitReason":
		return wire.CodeAndError(http.StatusBadRequest, "MISSING_VISIT_REASON", wrong.Error())
	default:
		return visitError(http.StatusBadRequest, wrong.Error())
	}
	patient := b.Patient.PatientGUID
	if patient == "" {
		patient = world.UUID(h.patientHash(b.Patient.EHRIdentifier))
	}
	if patient == PatientUnknown || !form.IsUUID(patient) {
		return visitError(http.StatusBadRequest, "Patient record not found with supplied identifier")
	}
	switch h.regionTrouble(b.VisitDetails.StateLicensure) {
	case "":
	case regionBusy:
		return wire.CodeAndError(http.StatusBadRequest, "VISIT_CREATE_ERROR", regionBusy)
	default:
		return wire.BareStatus(http.StatusConflict, "")
	}
	v := h.addVirtual(q, b, patient)
	return wire.JSON(http.StatusOK, wire.Object("visitId", v.id, "patientGuid", v.patient,
		"visitRedirectUrl", redirectURL(v.id), "tokBoxVisit", v.sessions(wire.Absent)))
}

func (h *Handlers) addVirtual(q *wire.Request, b virtualBody, patient string) virtualVisit {
	d := b.VisitDetails
	v := virtualVisit{
		id: world.UUID(world.Hash(h.Options.Seed, world.SaltVisit, h.visits.Add(1))), patient: patient, region: d.StateLicensure,
		practice: cmp.Or(d.PracticeID, practiceID), brand: cmp.Or(d.Brand, h.Options.Brand()),
		modality: cmp.Or(d.VisitTypeName, "virtual"), priority: d.Urgency > 0,
		qualifiers: d.Qualifiers, requested: q.Now, accepted: d.AcceptedTerms,
	}
	if q.Token() != "" {
		owner := q.Owner()
		v.owner = &owner
	}
	h.virtual.add(v.id, v)
	return v
}

// guestError is a body of the queued guest visit.
func guestError(status int, message string) wire.Answer {
	switch status {
	case http.StatusUnauthorized:
		return wire.CodeAndError(status, "APIKEY_INVALID_OR_MISSING", "Unauthorized")
	case http.StatusBadRequest:
		return wire.CodeAndError(status, "OPENAPI_VALIDATION_ERROR", message)
	default:
		return wire.CodeAndError(status, "VISIT_CREATE_FAILED", message)
	}
}

// visitError is a body of the visit service, which only has one with 400. The code is the one that the published
// example gives for a missing member, except for the reason.
func visitError(status int, message string) wire.Answer {
	if status != http.StatusBadRequest {
		return wire.Answer{Status: status}
	}
	return wire.CodeAndError(status, "PATIENT_RECORD_NOT_FOUND", message)
}

// virtualVisit is a visit without a slot: of a patient (docs/dexcare.md §7.5) or of a guest (docs/dexcare.md §7.4).
type virtualVisit struct {
	id, patient, region, practice, brand string
	owner                                *[32]byte // digest of the token that asked for it; nil for a guest
	modality                             string
	priority                             bool
	qualifiers                           []string
	requested                            time.Time
	accepted                             bool // the terms
	cancelled                            bool
}

const maxVirtualVisits = 10_000

// steps are how long after the request a visit reaches each status; nobody has to do anything for it.
var steps = []struct {
	status string
	after  time.Duration
}{{"requested", 0}, {"waitingroom", 2 * time.Minute}, {"invisit", untilInVisit}, {"done", 25 * time.Minute}}

const untilInVisit = 10 * time.Minute

// status is the last step that the visit has reached.
func (v *virtualVisit) status(now time.Time) (status string) {
	if v.cancelled {
		return "cancelled"
	}
	for _, step := range steps {
		if now.Sub(v.requested) >= step.after {
			status = step.status
		}
	}
	return status
}

// timestamps are when the visit reached each status so far.
func (v *virtualVisit) timestamps(now time.Time) map[string]string {
	out := map[string]string{"created": milliseconds(v.requested)}
	for _, step := range steps {
		if at := v.requested.Add(step.after); !at.After(now) {
			out[step.status] = milliseconds(at)
		}
	}
	return out
}

// ownedBy reports whether the token may see the visit; a guest's is seen by all who know its id.
func (v *virtualVisit) ownedBy(owner [32]byte) bool { return v.owner == nil || *v.owner == owner }

// visitWaitTime counts down to the start of the visit (docs/dexcare.md §7.9); after that there is nothing to wait for.
func (h *Handlers) visitWaitTime(q *wire.Request) wire.Answer {
	v, ok := h.virtual.find(q.Args[0])
	if !ok || !v.ownedBy(q.Owner()) {
		return wire.ErrorOnly(http.StatusNotFound, "Visit not found")
	}
	left := untilInVisit - q.Now.Sub(v.requested)
	if left <= 0 {
		return wire.ErrorOnly(http.StatusBadRequest, "Visit is not active")
	}
	seconds := int(left / time.Second)
	minute := seconds / 60 * 60
	return wire.JSON(http.StatusOK, wire.Object("estimatedWaitTimeSeconds", seconds, "estimatedWaitTimeMessage", nil,
		"estimateGeneratedAt", milliseconds(q.Now), "waitTimeLocalizationInfo", wire.Object("waitTimeMapKey", "waittime.range",
			"modality", v.modality, "timeMinSeconds", minute, "timeMaxSeconds", minute+60)))
}

// acceptTerms is allowed until the visit is over.
func (h *Handlers) acceptTerms(q *wire.Request) wire.Answer {
	v, ok := h.virtual.find(q.Args[0])
	switch {
	case !ok || !v.ownedBy(q.Owner()):
		return wire.BareStatus(http.StatusNotFound, "")
	case v.status(q.Now) == "done":
		return wire.BareStatus(http.StatusConflict, "")
	}
	h.virtual.change(v.id, func(v *virtualVisit) { v.accepted = true })
	return wire.BareStatus(http.StatusOK, "")
}

// tokboxEvents are told by the video vendor. The schema's two alternatives exclude nothing, so that by the letter no
// event could pass; what is not a JSON object is refused.
func (h *Handlers) tokboxEvents(*wire.Request, struct{}) wire.Answer {
	return wire.BareStatus(http.StatusAccepted, "")
}

// waitTimeError is a body of a visit's wait time: with 400 and 404 only.
func waitTimeError(status int, message string) wire.Answer {
	if status == http.StatusBadRequest || status == http.StatusNotFound {
		return wire.ErrorOnly(status, message)
	}
	return wire.Answer{Status: status}
}

// sessions are those of the video vendor, whose key is for staff.
func (v *virtualVisit) sessions(key any) json.RawMessage {
	return wire.Object("apiKey", key, "waitingRoomSession", wire.Object("sessionId", "wr-"+v.id[:8]),
		"videoConferenceSession", wire.Object("sessionId", "vc-"+v.id[:8]))
}

// visitSummary is what the waiting room needs (docs/dexcare.md §7.9): for staff of every visit, for a patient, as the SDK asks, of
// her own.
func (h *Handlers) visitSummary(q *wire.Request) wire.Answer {
	v, ok := h.virtual.find(q.Args[0])
	if !ok || !strings.HasPrefix(q.Token(), wire.StaffPrefix) && !v.ownedBy(q.Owner()) {
		return wire.BareStatus(http.StatusNotFound, "")
	}
	user := world.UUID(world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(v.patient)))
	return wire.JSON(http.StatusOK, wire.Object("visitId", v.id, "userId", wire.Optional(h.Options, "userId", v.id, user), "patientGuid", v.patient,
		"status", v.status(q.Now), "type", "virtual", "modality", v.modality, "assignmentQualifiers", append([]string{}, v.qualifiers...),
		"isHighPriority", v.priority, "stateLicensure", v.region, "practiceId", v.practice, "homeMarket", v.region,
		"integrations", wire.Object("tytoCare", wire.Object("enabled", false)), "tokBoxVisit", v.sessions("simulated"),
		"acceptTerms", v.accepted, "timestamps", v.timestamps(q.Now), "brand", v.brand, "deviceModel", "unknown"))
}
