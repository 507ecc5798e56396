package rig

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Reply is an answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration
	Err    error // the connection failed; Status is 0
}

// Client keeps connections, and waits as long as a test does.
var Client = &http.Client{
	Timeout:       Patience,
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Send makes one request; headers are pairs. A connection that fails is told in the reply.
func Send(t testing.TB, method, url, body string, headers ...string) Reply {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	begin := time.Now()
	resp, err := Client.Do(req)
	if err != nil {
		return Reply{Err: err, Took: time.Since(begin)}
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return Reply{Status: resp.StatusCode, Header: resp.Header, Body: read, Took: time.Since(begin), Err: err}
}

// Get asks for url.
func Get(t testing.TB, url string, headers ...string) Reply {
	t.Helper()
	return Send(t, http.MethodGet, url, "", headers...)
}

// Answer is what tests read of docs/interface.md §3.1's document.
type Answer struct {
	Complete  bool
	Total     int
	Timeslots []struct {
		ID, SlotDateTime, EHRInstance, DepartmentID, NPI string
		Booking                                          struct{ Flow, SlotID, ProviderID string }
	}
	Sources []struct {
		Source, Key, Status, Reason string
		FetchedAt                   time.Time
		Slots                       int
	}
}

// Answer reads a reply that must be a 200.
func (r Reply) Answer(t testing.TB) Answer {
	t.Helper()
	var a Answer
	if r.Status != 200 {
		t.Fatalf("status %d (%v): %s", r.Status, r.Err, r.Body)
	}
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatalf("%v in %s", err, r.Body)
	}
	return a
}

// Of is the status and reason of a source's first entry.
func (a Answer) Of(source string) (status, reason string) {
	for _, s := range a.Sources {
		if s.Source == source {
			return s.Status, s.Reason
		}
	}
	return "", ""
}
