package visits

import (
	"encoding/json"
	"net/http"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// sessions are those of the video vendor, whose key is for staff.
func (v *virtualVisit) sessions(key any) json.RawMessage {
	return wire.Object("apiKey", key, "waitingRoomSession", wire.Object("sessionId", "wr-"+v.id[:8]),
		"videoConferenceSession", wire.Object("sessionId", "vc-"+v.id[:8]))
}

// visitSummary is what the waiting room needs (docs/dexcare.md §7.9, staff only). It knows every visit of every patient.
func (h *Handlers) visitSummary(q *wire.Request) wire.Answer {
	v, ok := h.virtual.find(q.Args[0])
	if !ok {
		return wire.BareStatus(http.StatusNotFound, "")
	}
	user := world.UUID(world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(v.patient)))
	return wire.JSON(http.StatusOK, wire.Object("visitId", v.id, "userId", user, "patientGuid", v.patient,
		"status", v.status(q.Now), "type", "virtual", "modality", v.modality, "assignmentQualifiers", append([]string{}, v.qualifiers...),
		"isHighPriority", v.priority, "stateLicensure", v.region, "practiceId", v.practice, "homeMarket", v.region,
		"integrations", wire.Object("tytoCare", wire.Object("enabled", false)), "tokBoxVisit", v.sessions("simulated"),
		"acceptTerms", v.accepted, "timestamps", v.timestamps(q.Now), "brand", v.brand, "deviceModel", "unknown"))
}
