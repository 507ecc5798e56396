package visits

import (
	"net/http"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// summaryDoc is what the waiting room needs of a visit (docs/dexcare.md §7.9, staff only).
type summaryDoc struct {
	VisitID        string            `json:"visitId"`
	UserID         string            `json:"userId"`
	PatientGUID    string            `json:"patientGuid"`
	Status         string            `json:"status"`
	Type           string            `json:"type"`
	Modality       string            `json:"modality"`
	Qualifiers     []string          `json:"assignmentQualifiers"`
	IsHighPriority bool              `json:"isHighPriority"`
	StateLicensure string            `json:"stateLicensure"`
	PracticeID     string            `json:"practiceId"`
	HomeMarket     string            `json:"homeMarket"`
	Integrations   integrations      `json:"integrations"`
	TokBoxVisit    tokBoxVisit       `json:"tokBoxVisit"`
	AcceptTerms    bool              `json:"acceptTerms"`
	Timestamps     map[string]string `json:"timestamps"`
	Brand          string            `json:"brand"`
	DeviceModel    string            `json:"deviceModel"`
}

type integrations struct {
	TytoCare struct {
		Enabled bool `json:"enabled"`
	} `json:"tytoCare"`
}

type tokBoxVisit struct {
	APIKey          string        `json:"apiKey,omitempty"`
	WaitingRoom     tokBoxSession `json:"waitingRoomSession"`
	VideoConference tokBoxSession `json:"videoConferenceSession"`
}

type tokBoxSession struct {
	SessionID string `json:"sessionId"`
}

func (v *virtualVisit) sessions() tokBoxVisit {
	return tokBoxVisit{WaitingRoom: tokBoxSession{"wr-" + v.id[:8]}, VideoConference: tokBoxSession{"vc-" + v.id[:8]}}
}

// visitSummary knows every visit of every patient.
func (h *Handlers) visitSummary(q *wire.Request) wire.Answer {
	v, ok := h.virtual.find(q.Args[0])
	if !ok {
		return wire.BareStatus(http.StatusNotFound, "")
	}
	doc := summaryDoc{
		VisitID: v.id, UserID: world.UUID(world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(v.patient))), PatientGUID: v.patient,
		Status: v.status(q.Now), Type: "virtual", Modality: v.modality, Qualifiers: append([]string{}, v.qualifiers...),
		IsHighPriority: v.priority, StateLicensure: v.region, PracticeID: v.practice, HomeMarket: v.region,
		TokBoxVisit: v.sessions(), AcceptTerms: v.accepted, Timestamps: v.timestamps(q.Now), Brand: v.brand,
		DeviceModel: "unknown",
	}
	doc.TokBoxVisit.APIKey = "simulated"
	return wire.JSON(http.StatusOK, doc)
}

// timestamps are when the visit reached each status so far.
func (v *virtualVisit) timestamps(now time.Time) map[string]string {
	out := map[string]string{"created": milliseconds(v.requested)}
	for _, step := range []struct {
		status string
		after  time.Duration
	}{{"requested", 0}, {"waitingroom", untilWaitingRoom}, {"invisit", untilInVisit}, {"done", untilDone}} {
		if at := v.requested.Add(step.after); !at.After(now) {
			out[step.status] = milliseconds(at)
		}
	}
	return out
}
