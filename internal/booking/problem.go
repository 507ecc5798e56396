package booking

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"timeslots/internal/timeslot"
)

// problem is an answer of our own (RFC 9457, docs/interface.md §3): a call that was not let through, or not answered.
type problem struct {
	Type          string               `json:"type"`
	Title         string               `json:"title"`
	Status        int                  `json:"status"`
	Detail        string               `json:"detail"`
	CorrelationID string               `json:"correlationId,omitempty"`
	Outcome       string               `json:"outcome,omitempty"`     // what became of the call: not-sent, unknown, booking-in-progress, already-submitted
	FirstStatus   int                  `json:"firstStatus,omitempty"` // with outcome already-submitted
	Errors        []timeslot.Violation `json:"errors,omitempty"`

	challenge string // WWW-Authenticate, which every 401 needs (RFC 9110 §15.5.2)
	noRoute   bool   // answered in the gateway's own words
}

// noRoute is for what is not there: DexCare's gateway would not know it either (docs/dexcare.md §1.6).
func noRoute() *problem { return &problem{Status: http.StatusNotFound, noRoute: true} }

func tokenRequired() *problem {
	return &problem{
		Status: http.StatusUnauthorized, challenge: "Bearer",
		Detail: "nothing was sent: the call needs a token, as one header Authorization: Bearer <token>",
	}
}

func authorizationRequired() *problem {
	return &problem{
		Status: http.StatusUnauthorized, challenge: "dc-token",
		Detail: "nothing was sent: the call needs one header Authorization",
	}
}

func partnerKeyRequired() *problem {
	return &problem{
		Status: http.StatusUnauthorized, challenge: "ApiKey",
		Detail: "nothing was sent: the call is for partners and needs a partner's key, as one header x-api-key",
	}
}

func inProgress() *problem {
	return &problem{
		Status: http.StatusConflict, Outcome: "booking-in-progress",
		Detail: "this call was not sent: one with the same Idempotency-Key is under way; its answer is the one that counts",
	}
}

func alreadySubmitted(status int) *problem {
	return &problem{
		Status: http.StatusConflict, Outcome: "already-submitted", FirstStatus: status,
		Detail: "this call was not sent: one with the same Idempotency-Key was answered with the status in firstStatus",
	}
}

func badRequest(v timeslot.Violation) *problem {
	return &problem{
		Status: http.StatusBadRequest, Detail: "nothing was sent: the request is malformed",
		Errors: []timeslot.Violation{v},
	}
}

func bodyTooLarge() *problem {
	return &problem{Status: http.StatusRequestEntityTooLarge, Detail: "nothing was sent: the body is too large"}
}

func encodedBody() *problem {
	return &problem{
		Status: http.StatusUnsupportedMediaType, Detail: "nothing was sent: the body must come without Content-Encoding",
	}
}

func notSent() *problem {
	return &problem{
		Status: http.StatusBadGateway, Outcome: "not-sent",
		Detail: "DexCare could not be reached; nothing was sent, and it is safe to try again",
	}
}

func outcomeUnknown(p *passage) *problem {
	answer := &problem{Status: http.StatusGatewayTimeout, Outcome: "unknown"}
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

func (p *problem) write(w http.ResponseWriter, call Call) {
	h, kind := w.Header(), "application/problem+json"
	// Of type about:blank, whose title is the status in words (RFC 9457 §4.2.1); outcome tells the rest.
	p.Type, p.Title, p.CorrelationID = "about:blank", http.StatusText(p.Status), call.CorrelationID
	var document any = p
	if p.noRoute {
		document, kind = newGatewayError(), "application/json; charset=utf-8"
	}
	body, err := json.Marshal(document)
	if err != nil { // strings and numbers always marshal
		body = []byte("{}")
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", neverShared)
	if p.challenge != "" {
		h.Set("WWW-Authenticate", p.challenge)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that left misses its answer
}

// gatewayError is what DexCare's gateway says about a path that it does not route (docs/dexcare.md §1.6).
type gatewayError struct {
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
}

func newGatewayError() gatewayError {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return gatewayError{"no Route matched with those values", hex.EncodeToString(id[:])}
}
