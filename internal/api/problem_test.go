package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

func TestErrorsBecomeProblemsByOneTable(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		retry  string
	}{
		"out of time":   {&search.FailedError{Kind: timeslot.KindTimeout}, 504, ""},
		"breaker open":  {&search.FailedError{Kind: timeslot.KindOpen, RetryAfter: 4500 * time.Millisecond}, 503, "5"},
		"limit":         {&search.FailedError{Kind: timeslot.KindLimited}, 503, "1"},
		"upstream":      {&search.FailedError{Kind: timeslot.KindUpstream}, 502, ""},
		"unknown":       {&search.UnknownError{Reports: []timeslot.SourceReport{{Key: "9999999999"}}}, 404, ""},
		"too wide":      {&timeslot.InvalidQueryError{Violations: []timeslot.Violation{{Parameter: "npi"}}}, 400, ""},
		"anything else": {errors.New("disk on fire"), 500, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, nil)
			d := s.document(t)
			s.engine.err = tt.err
			w := s.get(ask, "correlation-id", "c-1")
			d.check(t, searching, w)
			d.check(t, listing, s.get("/v1/next-available?npi=9000000017"))
			p := problemIn(t, w)
			if w.Code != tt.status || p.Status != tt.status || p.Title != http.StatusText(tt.status) || p.Detail == "" || p.CorrelationID != "c-1" {
				t.Errorf("%d, %+v", w.Code, p)
			}
			if got := w.Header().Get("Retry-After"); got != tt.retry {
				t.Errorf("Retry-After %q, want %q", got, tt.retry)
			}
			if w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "fire") {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
		})
	}
}

func TestRoutesThatAreNotThere(t *testing.T) {
	s := newStand(t, nil)
	if w := s.get("/metrics"); w.Code != 404 || problemIn(t, w).Detail == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w := s.do(http.MethodPost, ask)
	if w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), "GET") || !strings.Contains(w.Header().Get("Allow"), "HEAD") {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	for _, target := range []string{"/dexcare", "/dexcare/", "/dexcare/v9/nothing", "/dexcare/api/6/visits/retail"} { // the last is for POST
		w := s.get(target)
		if w.Code != 404 || !strings.Contains(w.Body.String(), `"message":"no Route matched with those values"`) {
			t.Errorf("%s: %d %s, want the gateway's words", target, w.Code, w.Body)
		}
	}
	want := []string{"unmatched", "/v1/timeslots", "/dexcare", "/dexcare/*", "/dexcare/*", "/dexcare/*"}
	for i, r := range s.notes.requests {
		if route := strings.Fields(r)[1]; route != want[i] {
			t.Errorf("request %d is labelled %s, want the pattern %s", i, route, want[i])
		}
	}
}
