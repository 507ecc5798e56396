package evil

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

const goodBody = `{"slots":[{"scheduleDays":[{"slotTimes":[{"slotDateTime":"2030-03-08T09:00:00-08:00"}]}]}]}`

// silence is how long a client waits for more once an upstream hangs. It is not waited for by the others: a slow machine
// is no silence.
const silence = 300 * time.Millisecond

// ask sends one request to an upstream with a fault, and gives what a client sees of it. Of one that is to hang it is
// what is seen until silence has lasted: before the headers, or in the body.
func ask(t *testing.T, fault Fault, hangs string) (status int, body []byte, err error) {
	t.Helper()
	u := New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodBody) }))
	u.Break(fault, ProviderDirect)
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	ctx, leave := context.WithTimeout(t.Context(), time.Minute)
	defer leave()
	if hangs == inHeaders {
		time.AfterFunc(silence, leave)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v5/providers/9000000017/timeslots", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if hangs == inBody {
		time.AfterFunc(silence, leave)
	}
	if u.Calls(ProviderDirect) == 0 && hangs != inHeaders || u.Calls(CareDirect) != 0 {
		t.Errorf("%d calls were counted", u.Calls(ProviderDirect))
	}
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

func TestFaultsAreOnTheWireWhatTheySay(t *testing.T) {
	left := func(err error) bool { return errors.Is(err, context.Canceled) }
	tests := map[string]struct {
		fault  Fault
		hangs  string
		status int
		fails  func(error) bool
	}{
		"hang":              {Hang, inHeaders, 0, left},
		"hang after header": {HangAfterHeaders, inBody, 200, left},
		"drip":              {Drip(time.Minute), inBody, 200, left},
		"reset":             {Reset, "", 0, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"reset in the body": {ResetInBody, "", 200, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"hang up":           {Hangup, "", 0, func(err error) bool { return errors.Is(err, io.EOF) }},
		"truncate":          {Truncate, "", 200, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"cut chunks":        {CutChunks, "", 200, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"bad checksum":      {BadChecksum, "", 200, func(err error) bool { return strings.Contains(err.Error(), "checksum") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, _, err := ask(t, tt.fault, tt.hangs)
			if status != tt.status || err == nil || !tt.fails(err) {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
}

// Where a fault hangs.
const (
	inHeaders = "before its headers"
	inBody    = "in its body"
)

func TestBombsUnfoldAndListsSwell(t *testing.T) {
	if _, body, err := ask(t, Bomb(1<<20), ""); err != nil || len(body) != 1<<20 {
		t.Errorf("a bomb of a mebibyte: %d bytes, %v", len(body), err)
	}
	if _, body, err := ask(t, Repeat(1000), ""); err != nil || bytes.Count(body, []byte("slotDateTime")) != 1000 {
		t.Errorf("a thousand slots: %d, %v", bytes.Count(body, []byte("slotDateTime")), err)
	}
	if _, body, err := ask(t, Deep(9999), ""); err != nil || bytes.Count(body, []byte("[")) != 9999 {
		t.Errorf("depth %d, %v", bytes.Count(body, []byte("[")), err)
	}
}

func TestHealingTakesFaultsAway(t *testing.T) {
	u := New(http.NotFoundHandler())
	u.Break(Status(500))
	u.Heal()
	w := httptest.NewRecorder()
	u.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v4/departments", nil))
	if w.Code != http.StatusNotFound || u.Calls(Directory) != 1 || u.Most(Directory) != 1 {
		t.Errorf("%d after healing, %d calls", w.Code, u.Calls(Directory))
	}
}
