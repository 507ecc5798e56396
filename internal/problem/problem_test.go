package problem

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestAProblemAsItIsSent(t *testing.T) {
	for name, tt := range map[string]struct {
		problem Document
		body    string
		header  map[string]string // beside those that all have
	}{
		"of a search": {
			Document{Status: 400, Detail: "d", CorrelationID: "c-1", Errors: []timeslot.Violation{{Parameter: "npi", Detail: "<x>", Fix: "f"}}},
			`{"type":"about:blank","title":"Bad Request","status":400,"detail":"d","correlationId":"c-1","errors":[{"parameter":"npi","detail":"\u003cx\u003e","fix":"f"}]}`,
			map[string]string{"Cache-Control": "no-store"},
		},
		"of a booking": {
			Document{Status: 409, Detail: "d", Outcome: "already-submitted", FirstStatus: 201, Personal: true},
			`{"type":"about:blank","title":"Conflict","status":409,"detail":"d","outcome":"already-submitted","firstStatus":201}`,
			map[string]string{"Cache-Control": "private, no-store"},
		},
		"that asks for a token": {
			Document{Status: 401, Detail: "d", Challenge: "Bearer"}, `{"type":"about:blank","title":"Unauthorized","status":401,"detail":"d"}`,
			map[string]string{"Cache-Control": "no-store", "Www-Authenticate": "Bearer"},
		},
		"that passes by itself": {
			Document{Status: 503, RetryAfter: 1001 * time.Millisecond}, `{"type":"about:blank","title":"Service Unavailable","status":503}`,
			map[string]string{"Cache-Control": "no-store", "Retry-After": "2"},
		},
		"that says nothing of when": {
			Document{Status: 429}, `{"type":"about:blank","title":"Too Many Requests","status":429}`,
			map[string]string{"Cache-Control": "no-store", "Retry-After": "1"},
		},
		"that no waiting helps": {
			Document{Status: 502, RetryAfter: time.Minute}, `{"type":"about:blank","title":"Bad Gateway","status":502}`,
			map[string]string{"Cache-Control": "no-store"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tt.problem.Write(w)
			if w.Code != tt.problem.Status || w.Body.String() != tt.body {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, tt.problem.Status, tt.body)
			}
			got := map[string]string{}
			for name := range w.Header() {
				got[name] = w.Header().Get(name)
			}
			for _, name := range []string{"Content-Type", "Content-Length", "X-Content-Type-Options"} {
				if got[name] == "" {
					t.Errorf("no %s", name)
				}
				delete(got, name)
			}
			if diff := cmp.Diff(tt.header, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}
