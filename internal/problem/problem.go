package problem

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"timeslots/internal/timeslot"
)

// Document is one problem, with the fields of docs/interface.md §3 and §3.3.
type Document struct {
	Type          string               `json:"type"`  // written by [Document.JSON]: about:blank
	Title         string               `json:"title"` // written by [Document.JSON]: the status in words
	Status        int                  `json:"status"`
	Detail        string               `json:"detail,omitempty"`
	CorrelationID string               `json:"correlationId,omitempty"`
	Outcome       string               `json:"outcome,omitempty"`     // what became of a call that is passed through
	FirstStatus   int                  `json:"firstStatus,omitempty"` // of the call that was answered before this one
	Errors        []timeslot.Violation `json:"errors,omitempty"`      // of a 400: what is wrong, and what would be right

	RetryAfter time.Duration `json:"-"` // of a 429 or 503: when another try may help; 0: at once
	Challenge  string        `json:"-"` // of a 401: what is asked for (RFC 9110 §11.6.1)
	Personal   bool          `json:"-"` // it answers a call that may carry somebody's token
	Envelope   Envelope      `json:"-"` // how it is written on routes of DexCare
}

// JSON is the document as it is sent.
func (d Document) JSON() []byte {
	if d.Envelope != NoEnvelope {
		body, _ := d.enveloped() // texts and numbers always marshal
		return body
	}
	// Of type about:blank, whose title is the status in words (RFC 9457 §4.2.1).
	d.Type, d.Title = "about:blank", http.StatusText(d.Status)
	body, err := json.Marshal(d)
	if err != nil { // plain strings and numbers always marshal
		body = fmt.Appendf(nil, `{"status":%d}`, d.Status)
	}
	return body
}

// RetrySeconds is what Retry-After says: whole seconds and at least one, of every 429 and 503; 0 for all others, which
// have none.
func (d Document) RetrySeconds() int {
	if d.Status != http.StatusServiceUnavailable && d.Status != http.StatusTooManyRequests {
		return 0
	}
	return max(1, int((d.RetryAfter+time.Second-1)/time.Second))
}

// CacheControl keeps every problem out of every cache. To a call that may carry a token it says so twice, as all answers to
// such calls do (RFC 9111 §3.5).
func (d Document) CacheControl() string {
	if d.Personal {
		return "private, no-store"
	}
	return "no-store"
}

func (d Document) contentType() string {
	if d.Envelope != NoEnvelope {
		return "application/json"
	}
	return "application/problem+json"
}

// Write answers with the document.
func (d Document) Write(w http.ResponseWriter) {
	body, h := d.JSON(), w.Header()
	h.Set("Content-Type", d.contentType())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", d.CacheControl())
	h.Set("X-Content-Type-Options", "nosniff")
	if seconds := d.RetrySeconds(); seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
	if d.Challenge != "" {
		h.Set("WWW-Authenticate", d.Challenge)
	}
	w.WriteHeader(d.Status)
	_, _ = w.Write(body) // the client may be gone
}
