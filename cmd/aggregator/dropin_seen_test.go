package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"timeslots/test/rig/figure"
)

// bookedUnseen books a slot that the service never read itself: its offer passed through, for a parameter it does not know.
func bookedUnseen(t *testing.T, service, simulator string) (npi, at, visitID string) {
	t.Helper()
	if r := call(t, http.MethodPut, simulator+"/_acme/faults", `["*:lag=1h"]`); r.status/100 != 2 {
		t.Fatal(r.status)
	}
	var list struct {
		ScheduleDays []struct {
			TimeSlots []struct{ ID, ProviderNationalID, ProviderID, DepartmentID, DepartmentIdentifier, SlotDateTime string }
		}
	}
	r := get(t, service+"/dexcare/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness&utm_source=mail")
	if err := json.Unmarshal(r.body, &list); err != nil {
		t.Fatal(err)
	}
	day := list.ScheduleDays[len(list.ScheduleDays)-1].TimeSlots
	s := day[len(day)-1]
	ehr, _, _ := strings.Cut(s.DepartmentIdentifier, "|")
	body := fmt.Sprintf(`{"patient":{"identifier":"p","address":{},"phone":"2065550100","email":"p@example.org"},"visitDetails":{"ehrSystemName":%q,"departmentId":%q,"visitReason":"x","declaration":"self","slotId":%q,"providerId":%q},"registrationModules":{"documentSigning":[],"billingInfo":{"paymentMethod":"self"}}}`,
		ehr, s.DepartmentID, s.ID, s.ProviderID)
	b := call(t, http.MethodPost, service+"/dexcare/api/6/visits/retail", body, "Authorization", "Bearer p", "Content-Type", "application/json")
	var visit struct{ VisitID string }
	_ = json.Unmarshal(b.body, &visit)
	if b.status != http.StatusOK {
		t.Fatalf("booking: %d %s", b.status, b.body)
	}
	return s.ProviderNationalID, s.SlotDateTime, visit.VisitID
}

// docs/architecture.md §6, the promise: no strict answer offers what was booked.
func TestWhatWasBookedFromAnAnswerThatPassedThroughIsGoneEverywhere(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	npi, at, _ := bookedUnseen(t, service.public, simulator)
	for _, q := range []string{"", "?x=1"} {
		r := request{"POST", "/v5/slots/search" + q, `{"criteriaItems":[{"npi":"` + npi + `"}]}`}.do(t, service.public+"/dexcare")
		if n := len(offered(t, r.body, npi, at)); n > 0 && r.header.Get("Timeslots-Consistency") == "strict" {
			t.Errorf("POST /v5/slots/search%s offers the booked slot %d times, and says strict", q, n)
		}
	}
	r := get(t, service.public+"/dexcare/v5/providers/"+npi+"/timeslots?x=1")
	if n := len(offered(t, r.body, npi, at)); n > 0 {
		t.Errorf("GET v5, passed through, offers it %d times (%s): the answer that passed through taught the index nothing", n, r.header.Get("Timeslots-Consistency"))
	}
}

// docs/interface.md §4: void on every replica.
func TestAnInvalidationReachesWhatWasPosted(t *testing.T) {
	figure.Beside(t)
	service, _ := startPair(t)
	ask := request{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017"}]}`}
	for range 2 {
		ask.do(t, service.public+"/dexcare")
	}
	if r := call(t, http.MethodPost, service.admin+"/ops/invalidate", `{"npi":"9000000017"}`, "Authorization", "Bearer admin-secret", "Content-Type", "application/json"); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := ask.do(t, service.public+"/dexcare"); strings.HasPrefix(r.header.Get("Cache-Status"), "timeslots; hit") {
		t.Errorf("Cache-Status %q after the clinician was declared void", r.header.Get("Cache-Status"))
	}
}

// upstreamThat records what it is asked, and accepts everything.
func upstreamThat(t *testing.T, answer string) (addr string, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, r.RequestURI+" "+string(body))
		mu.Unlock()
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), func() []string { mu.Lock(); defer mu.Unlock(); return all }
}

// docs/interface.md §3.3: a value that the contract does not allow makes the read pass through.
func TestAValueThatTheContractDoesNotAllowNeverBecomesAKey(t *testing.T) {
	figure.Beside(t)
	addr, _ := upstreamThat(t, `{"results":[]}`)
	service := startService(t, served(addr))
	for _, r := range []request{
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","specialty":{"patient":{"lastName":"Doe","ssn":"1234"}}}`},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","visitTypeNames":[{"patient":{"lastName":"Doe"}}]}`},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","searchContext":{"of":"a patient"}}`},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","radius":"ten"}`},
		{"POST", "/v1/availability/slots", `{"postalCode":"\ud800"}`},
		{"POST", "/v1/availability/slots", `{"latitude":"47.60620951","longitude":"-122.33207085"}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":{"patient":{"ssn":"1234"}}}]}`},
		{"GET", "/v1/availability/slots?postalCode=98000&daysOfSlots=%2B02", ""},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","gender":null}`},
		{"POST", "/v1/availability/slots", `{"latitude":4.7e1,"longitude":-122.33}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017","departmentId":["x"]}],"visitTypeNames":"FollowUp"}`},
		{"GET", "/v4/departments?onlyActive=TRUE", ""},
		{"GET", "/v1/availability/slots?latitude=4.7e1&longitude=-122.33&daysOfSlots=1", ""},
		{"GET", "/v5/providers/abc/timeslots", ""},
	} {
		r.do(t, service.public+"/dexcare")
		if got := r.do(t, service.public+"/dexcare").header.Get("Cache-Status"); !strings.Contains(got, "fwd=bypass") {
			t.Errorf("%s %s: Cache-Status %q", r.path, r.body, got)
		}
	}
}

// Decision 0025: blanks go upstream as %20.
func TestBlanksGoUpstreamAsEveryServerReadsThem(t *testing.T) {
	figure.Beside(t)
	addr, asked := upstreamThat(t, `{"scheduleDays":[]}`)
	service := startService(t, served(addr))
	get(t, service.public+"/dexcare/v2/departments/AcmeRiverton/timeslots?visitTypeName=New%20Patient")
	if all := strings.Join(asked(), "\n"); strings.Contains(all, "New+Patient") {
		t.Errorf("upstream was asked\n%s", all)
	}
}

// Who asks DexCare waits for as long as it takes: the budget of a search is none of a read's.
func TestAColdReadTakesAsLongAsItsSource(t *testing.T) {
	figure.Beside(t)
	service, _, _ := startServed(t, "search: {budget: 50ms}\n", "--latency", "200ms")
	for _, path := range []string{"/v4/departments", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness", "/v1/statuspage"} {
		if r := get(t, service.public+"/dexcare"+path); r.status != http.StatusOK {
			t.Errorf("%s: %d %.200s", path, r.status, r.body)
		}
	}
}
