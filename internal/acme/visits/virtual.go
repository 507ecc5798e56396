package visits

import (
	"net/http"
	"time"

	"timeslots/internal/acme/wire"
)

// virtualVisit is a visit without a slot: of a patient (docs/dexcare.md §7.5) or of a guest (docs/dexcare.md §7.4).
type virtualVisit struct {
	id, patient, region, practice, brand string
	owner                                *[32]byte // digest of the token that asked for it; nil for a guest
	modality                             string
	priority                             bool
	qualifiers                           []string
	requested                            time.Time
	accepted                             bool // the terms
}

// maxVirtualVisits bounds what is remembered.
const maxVirtualVisits = 10_000

// steps are how long after the request a visit reaches each status; nobody has to do anything for it.
var steps = []struct {
	status string
	after  time.Duration
}{{"requested", 0}, {"waitingroom", 2 * time.Minute}, {"invisit", untilInVisit}, {"done", 25 * time.Minute}}

const untilInVisit = 10 * time.Minute

// status is the last step that the visit has reached.
func (v *virtualVisit) status(now time.Time) (status string) {
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
func (h *Handlers) tokboxEvents(q *wire.Request) wire.Answer {
	var event struct{}
	if q.Read(&event) != nil {
		return wire.BareStatus(http.StatusBadRequest, "")
	}
	return wire.BareStatus(http.StatusAccepted, "")
}

// waitTimeError is a body of a visit's wait time: with 400 and 404 only.
func waitTimeError(status int, message string) wire.Answer {
	if status == http.StatusBadRequest || status == http.StatusNotFound {
		return wire.ErrorOnly(status, message)
	}
	return wire.Answer{Status: status}
}
