package door

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// problem is a refusal (RFC 9457, docs/interface.md §3).
type problem struct {
	Type          string `json:"type"`
	Title         string `json:"title"`
	Status        int    `json:"status"`
	Detail        string `json:"detail"`
	CorrelationID string `json:"correlationId"`

	retryAfter time.Duration
	hangUp     bool // no further request is read from the connection
}

// refused is for requests that somebody else may read differently.
func refused(status int, detail string) *problem {
	return &problem{Status: status, Detail: detail, hangUp: true}
}

func (p *problem) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if p.CorrelationID = h.Get(CorrelationHeader); p.CorrelationID == "" {
		p.CorrelationID = CorrelationID(r.Header)
		h.Set(CorrelationHeader, p.CorrelationID)
	}
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers always marshal
		body = []byte("{}")
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.hangUp {
		h.Set("Connection", "close")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client may be gone
}
