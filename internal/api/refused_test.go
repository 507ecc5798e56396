package api

import (
	"testing"

	"timeslots/internal/timeslot"
)

func TestARefusalOfACachedReadComesBackAsUpstreamWroteIt(t *testing.T) {
	s := newStand(t, nil)
	for _, tt := range []struct{ said, body, want string }{
		{"text/html; charset=utf-8", "<p>no</p>", "text/html; charset=utf-8"},
		{"application/problem+json", `{"a":1}`, "application/problem+json"},
		{"text/plain", `{"a":1}`, "text/plain"},
		{"", `{"a":1}`, "application/json"},
		{"", "no", "text/plain; charset=utf-8"},
	} {
		s.engine.err = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 400, Body: []byte(tt.body), ContentType: tt.said}
		w := s.get("/dexcare/v1/departments")
		if w.Code != 400 || w.Body.String() != tt.body || w.Header().Get("Content-Type") != tt.want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %s", tt.said, w.Code, w.Header(), w.Body)
		}
	}
}
