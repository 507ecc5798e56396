package booking

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// listing serves a read whose answer lists a taken slot.
func listing(t *testing.T, status int) string {
	base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"ETag": `"v1"`, "Last-Modified": "Mon, 04 Mar 2030 00:00:00 GMT", "Accept-Ranges": "bytes", "X-Custom": "kept", "Content-Length": "16",
		} {
			w.Header().Set(name, value)
		}
		if status == http.StatusPartialContent {
			w.Header().Set("Content-Range", "bytes 0-15/16")
		}
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, `["taken","free"]`)
		}
	})
	to := slotsTarget()
	to.Edit = func(_ context.Context, body []byte) ([]byte, bool) {
		return []byte(strings.Replace(string(body), `"taken",`, "", 1)), true
	}
	_, url := bypassing(t, base, to)
	return url
}

func wantNothingOfTheOldBody(t *testing.T, what string, got answer) {
	t.Helper()
	for _, name := range []string{"ETag", "Last-Modified", "Accept-Ranges", "Content-Range"} {
		if value := got.header.Get(name); value != "" {
			t.Errorf("%s: %s %s is of the body as it was", what, name, value)
		}
	}
	if got.header.Get("X-Custom") != "kept" || got.header.Get("Cache-Status") == "" || got.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s: %v", what, got.header)
	}
}

func TestTakenSlotsAreLeftOutOfEverySuccess(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 206, 226} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, listing(t, status), nil)
		got := do(t, r)
		if got.status != status || got.body != `["free"]` || got.header.Get("Timeslots-Consistency") != "strict" {
			t.Errorf("%d: %d %s %v", status, got.status, got.body, got.header)
		}
		wantNothingOfTheOldBody(t, http.StatusText(status), got)
	}
}

func TestARefusalOfAReadThatListsSlotsIsNotTouched(t *testing.T) {
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, listing(t, 409), nil)
	if got := do(t, r); got.status != 409 || got.body != `["taken","free"]` || got.header.Get("ETag") != `"v1"` {
		t.Errorf("%d %s %v", got.status, got.body, got.header)
	}
}

// A client that compares HEAD with the GET it has must not find another body (RFC 9110 §9.3.2).
func TestHeadSaysNothingOfTheBodyThatNobodyIsShown(t *testing.T) {
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodHead, listing(t, 200), nil)
	got := do(t, r)
	if got.status != 200 || got.header.Get("Content-Length") != "" {
		t.Errorf("%d %v", got.status, got.header)
	}
	wantNothingOfTheOldBody(t, "HEAD", got)
}
