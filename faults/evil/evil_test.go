package evil

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

const goodBody = `{"slots":[{"scheduleDays":[{"slotTimes":[{"slotDateTime":"2030-03-08T09:00:00-08:00"}]}]}]}`

// ask sends one request to an upstream with a fault, and gives what a client sees of it.
func ask(t *testing.T, fault Fault) (status int, body []byte, err error) {
	t.Helper()
	u := New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodBody) }))
	u.Break(fault, ProviderDirect)
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	client := http.Client{Timeout: 300 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(server.URL + "/v5/providers/9000000017/timeslots")
	if u.Calls(ProviderDirect) == 0 || u.Calls(CareDirect) != 0 {
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
	timedOut := func(err error) bool {
		e, is := errors.AsType[net.Error](err)
		return is && e.Timeout()
	}
	tests := map[string]struct {
		fault  Fault
		status int
		fails  func(error) bool
	}{
		"hang":              {Hang, 0, timedOut},
		"hang after header": {HangAfterHeaders, 200, timedOut},
		"drip":              {Drip(time.Second), 200, timedOut},
		"reset":             {Reset, 0, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"reset in the body": {ResetInBody, 200, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"hang up":           {Hangup, 0, func(err error) bool { return errors.Is(err, io.EOF) }},
		"truncate":          {Truncate, 200, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"cut chunks":        {CutChunks, 200, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"bad checksum":      {BadChecksum, 200, func(err error) bool { return strings.Contains(err.Error(), "checksum") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, _, err := ask(t, tt.fault)
			if status != tt.status || err == nil || !tt.fails(err) {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
}

func TestBombsUnfoldAndListsSwell(t *testing.T) {
	if _, body, err := ask(t, Bomb(1<<20)); err != nil || len(body) != 1<<20 {
		t.Errorf("a bomb of a mebibyte: %d bytes, %v", len(body), err)
	}
	if _, body, err := ask(t, Repeat(1000)); err != nil || bytes.Count(body, []byte("slotDateTime")) != 1000 {
		t.Errorf("a thousand slots: %d, %v", bytes.Count(body, []byte("slotDateTime")), err)
	}
	if _, body, err := ask(t, Deep(9999)); err != nil || bytes.Count(body, []byte("[")) != 9999 {
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
