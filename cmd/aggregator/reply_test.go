package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// reply is an HTTP answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func call(t testing.TB, method, target, body string, headers ...string) reply {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	r, err := send(t, &client, method, target, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// send is a call whose connection may fail, by a client that may keep its connections.
func send(t testing.TB, client *http.Client, method, target, body string, headers ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(t.Context(), hanging)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	setHeaders(req, headers)
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: read}, err
}

// setHeaders takes pairs; Host is the host that is asked.
func setHeaders(req *http.Request, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
}

func get(t testing.TB, target string, headers ...string) reply {
	t.Helper()
	return call(t, http.MethodGet, target, "", headers...)
}

// keptFor is how many seconds a cache may keep the answer from now: max-age counts from the answer's age on, which nobody
// knows beforehand.
func (r reply) keptFor(t testing.TB) int {
	t.Helper()
	m := regexp.MustCompile(`^public, max-age=(\d+),`).FindStringSubmatch(r.header.Get("Cache-Control"))
	if m == nil {
		t.Fatalf("no public max-age: %v", r.header)
	}
	until, _ := strconv.Atoi(m[1])
	age, _ := strconv.Atoi(r.header.Get("Age"))
	return until - age
}

// answer is the document of docs/interface.md §3.1, as a client reads it.
type answer struct {
	AsOf        time.Time
	Complete    bool
	Total       int
	Timeslots   []slot
	Providers   map[string]struct{ Name string }
	Departments map[string]struct {
		Name, URLName, Timezone string
		Distance                *float64
	}
	Sources []struct {
		Source, Key, Status, Reason string
		Slots                       int
	}
	NextCursor    *string
	NextAvailable *struct {
		ID           string
		SlotDateTime time.Time
	}
}

type slot struct {
	ID                   string
	SlotDateTime         time.Time
	Duration             int
	EHRInstance          string `json:"ehrInstance"`
	DepartmentID         string `json:"departmentId"`
	DepartmentIdentifier string `json:"departmentIdentifier"`
	DepartmentURLName    string `json:"departmentUrlName"`
	NPI                  string `json:"npi"`
	VisitTypeID          string `json:"visitTypeId"`
	VisitTypeName        string `json:"visitTypeName"`
	Distance             *float64
	Sources              []string
	Booking              struct{ Flow, SlotID, ProviderID, URL string }
}

func (r reply) answer(t testing.TB) answer {
	t.Helper()
	return document[answer](t, r)
}

// document reads an answer whose status is 200.
func document[T any](t testing.TB, r reply) (document T) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.body, &document); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return document
}

// calls counts what the simulator was asked, by operation.
func calls(t *testing.T, simulator string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for name, c := range document[map[string]struct{ Calls int }](t, get(t, simulator+"/_acme/calls")) {
		out[name] = c.Calls
	}
	return out
}

// fail makes the simulator fail from now on.
func fail(t *testing.T, simulator string, faults ...string) {
	t.Helper()
	rules, err := json.Marshal(faults)
	if err != nil {
		t.Fatal(err)
	}
	if r := call(t, http.MethodPut, simulator+"/_acme/faults", string(rules)); r.status/100 != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
}

// retail is where a clinic's slot is booked.
const retail = "/dexcare/api/6/visits/retail"

// booking is the body of a request for the slot.
func (s slot) booking() string {
	return fmt.Sprintf(`{"patient":{"identifier":"44444444-aaaa-4bbb-8ccc-000000000900"},"visitDetails":{"ehrSystemName":%q,"departmentId":%q,"visitReason":"Sore throat","declaration":"self","slotId":%q,"providerId":%q},"registrationModules":{"documentSigning":[]}}`,
		s.EHRInstance, s.DepartmentID, s.Booking.SlotID, s.Booking.ProviderID)
}

// book sends a booking; an empty one is refused by upstream with 400.
func book(t *testing.T, public, body, patient string) reply {
	t.Helper()
	return call(t, http.MethodPost, public+retail, body, "Authorization", "Bearer "+patient, "Content-Type", "application/json")
}

// booked sells the slot to a patient.
func (s slot) booked(t *testing.T, public string) reply {
	t.Helper()
	r := book(t, public, s.booking(), "patient-1")
	if r.status/100 != 2 {
		t.Fatalf("booking: %d %s", r.status, r.body)
	}
	return r
}
