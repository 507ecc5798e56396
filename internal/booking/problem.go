package booking

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// noRoute is for what is not there, which is answered in the words of DexCare's gateway.
var noRoute = &problem.Document{Status: http.StatusNotFound}

func tokenRequired() *problem.Document {
	return &problem.Document{
		Status: http.StatusUnauthorized, Challenge: "Bearer",
		Detail: "nothing was sent: the call needs a token, as one header Authorization: Bearer <token>",
	}
}

func authorizationRequired() *problem.Document {
	return &problem.Document{
		Status: http.StatusUnauthorized, Challenge: "dc-token",
		Detail: "nothing was sent: the call needs one header Authorization",
	}
}

func partnerKeyRequired() *problem.Document {
	return &problem.Document{
		Status: http.StatusUnauthorized, Challenge: "ApiKey",
		Detail: "nothing was sent: the call is for partners and needs a partner's key, as one header x-api-key",
	}
}

func inProgress() *problem.Document {
	return &problem.Document{
		Status: http.StatusConflict, Outcome: "booking-in-progress",
		Detail: "this call was not sent: one with the same Idempotency-Key is under way; its answer is the one that counts",
	}
}

func alreadySubmitted(status int) *problem.Document {
	return &problem.Document{
		Status: http.StatusConflict, Outcome: "already-submitted", FirstStatus: status,
		Detail: "this call was not sent: one with the same Idempotency-Key was answered with the status in firstStatus",
	}
}

func badRequest(v timeslot.Violation) *problem.Document {
	return &problem.Document{
		Status: http.StatusBadRequest, Detail: "nothing was sent: the request is malformed",
		Errors: []timeslot.Violation{v},
	}
}

func unreadable() *problem.Document {
	return &problem.Document{Status: http.StatusBadGateway, Detail: "DexCare's answer broke off, or is larger than 16 MiB"}
}

func ourKeyRefused() *problem.Document {
	return &problem.Document{Status: http.StatusBadGateway, Detail: "DexCare refused this service's own key"}
}

func bodyTooLarge() *problem.Document {
	return &problem.Document{Status: http.StatusRequestEntityTooLarge, Detail: "nothing was sent: the body is too large"}
}

func encodedBody() *problem.Document {
	return &problem.Document{
		Status: http.StatusUnsupportedMediaType, Detail: "nothing was sent: the body must come without Content-Encoding",
	}
}

func notSent() *problem.Document {
	return &problem.Document{
		Status: http.StatusBadGateway, Outcome: "not-sent",
		Detail: "DexCare could not be reached; nothing was sent, and it is safe to try again",
	}
}

func outcomeUnknown(p *passThrough) *problem.Document {
	answer := &problem.Document{Status: http.StatusGatewayTimeout, Outcome: "unknown"}
	switch {
	case p.route.Flow != "":
		answer.Detail = "the booking was sent, but no answer came; it may have been made: look at the patient's visits before trying again"
	case p.bypass || p.route.Method == http.MethodGet:
		answer.Detail = "the question was sent, but no answer came; it is safe to ask again"
	default:
		answer.Detail = "the call was sent, but no answer came; it may have taken effect"
	}
	return answer
}

// writeProblem writes a problem as the answer to a call, as the surface that the call is for writes its own.
func writeProblem(w http.ResponseWriter, d problem.Document, p *passThrough) {
	d.Personal, d.Envelope = true, problem.EnvelopeAt(cmp.Or(p.target, p.route.Path))
	d.Write(w)
}

// NoRoute answers as DexCare's gateway does what it does not route (docs/dexcare.md §1.6).
func NoRoute(w http.ResponseWriter) {
	var id [16]byte
	_, _ = rand.Read(id[:])          // never fails
	body, _ := json.Marshal(struct { // of texts: it cannot fail
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}{"no Route matched with those values", hex.EncodeToString(id[:])})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", neverShared)
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body) // the client may be gone
}
