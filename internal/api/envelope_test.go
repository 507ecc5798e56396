package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

func TestOnRoutesOfDexCareNothingThatWeRefuseIsAProblemDocument(t *testing.T) {
	s := newStand(t, nil)
	token := []string{"Authorization", "Bearer x"}
	for _, tt := range []struct {
		method, target string
		err            error
		headers        []string
		status         int
		member         string
	}{
		{"POST", "/dexcare/api/6/visits/retail", nil, nil, 401, "error"},
		{"POST", "/dexcare/api/6/visits/retail", nil, token, 502, "error"}, // nobody listens
		{"POST", "/dexcare/api/6/visits/retail", nil, append(token, "Content-Encoding", "gzip"), 415, "error"},
		{"GET", "/dexcare/api/v2/coupon/A%2FB/verify", nil, nil, 400, "error"},
		{"GET", "/dexcare/v4/departments", &timeslot.Error{Kind: timeslot.KindTimeout}, nil, 504, "error"},
		{"GET", "/dexcare/v4/departments", errors.New("disk on fire"), nil, 500, "error"},
		{"POST", "/dexcare/v5/slots/search", &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}, nil, 502, "message"},
		{"POST", "/dexcare/v1/availability/slots", &timeslot.Error{Kind: timeslot.KindOpen, RetryAfter: 3 * time.Second}, nil, 503, "message"},
	} {
		s.engine.err = tt.err
		w := s.do(tt.method, tt.target, append(tt.headers, "correlation-id", "find-me")...)
		if w.Code != tt.status || w.Header().Get("Content-Type") != "application/json" || !strings.Contains(w.Body.String(), `"`+tt.member+`":"`) ||
			strings.Contains(w.Body.String(), "about:blank") || !strings.Contains(w.Header().Get("Cache-Control"), "no-store") ||
			w.Header().Get("correlation-id") != "find-me" || strings.Contains(w.Body.String(), "fire") {
			t.Errorf("%s %s: %d %v %s", tt.method, tt.target, w.Code, w.Header(), w.Body)
		}
		if w.Code == 503 && w.Header().Get("Retry-After") != "3" {
			t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
	}
}

func TestABodyThatIsTooLargeForAReadIsRefusedInTheSurfacesWords(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/dexcare/v1/availability/slots", strings.NewReader(strings.Repeat("x", 64<<10+1)))
	w := httptest.NewRecorder()
	newStand(t, nil).ServeHTTP(w, r)
	if want := `{"errorCode":41301,"message":"the body is larger than this route takes"}`; w.Code != 413 || w.Body.String() != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
}
