package booking

import (
	"encoding/json"
	"net/http"

	"timeslots/internal/timeslot"
)

// problem is an answer of our own (RFC 9457, INTERFACE §3): a call that was not let through, or not answered.
type problem struct {
	Type          string               `json:"type"`
	Title         string               `json:"title"`
	Status        int                  `json:"status"`
	Detail        string               `json:"detail"`
	CorrelationID string               `json:"correlationId,omitempty"`
	Outcome       string               `json:"outcome,omitempty"` // what became of the booking: not-sent, unknown
	Errors        []timeslot.Violation `json:"errors,omitempty"`
}

func tokenRequired() *problem {
	return &problem{
		Status: http.StatusUnauthorized,
		Detail: "nothing was sent: the call needs the patient's token, as one header Authorization: Bearer <token>",
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
		Detail: "the booking system could not be reached; nothing was booked, and it is safe to try again",
	}
}

func outcomeUnknown() *problem {
	return &problem{
		Status: http.StatusGatewayTimeout, Outcome: "unknown",
		Detail: "the booking was sent, but no answer came; it may have been made: look at the patient's visits before trying again",
	}
}

func (p *problem) write(w http.ResponseWriter, call Call) {
	// Of type about:blank, whose title is the status in words (RFC 9457 §4.2.1); outcome tells the rest.
	p.Type, p.Title, p.CorrelationID = "about:blank", http.StatusText(p.Status), call.CorrelationID
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers always marshal
		body = []byte("{}")
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", neverShared)
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110 §15.5.2
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that left misses its answer
}
