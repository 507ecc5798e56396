package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

func TestAParameterThatTheServiceDoesNotKnowPassesThroughAndIsCounted(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	for _, r := range []request{
		{"GET", "/v4/departments?utm_source=mail", ""},
		{"GET", "/api/9/regions/waittimes?regionCodes=WA&modality[]=video", ""},
		{"GET", "/v4/departments?brand[]=Acme", ""},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","visitTypeNames":["Illness"],"language":"es"}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017","patient":{"dob":"1990-01-01"}}]}`},
	} {
		before := calls(t, simulator)["*"]
		for range 2 {
			got, straight := r.do(t, service.public+"/dexcare"), r.do(t, simulator, "x-api-key", keyFor(r.path))
			if got.status != straight.status || !bytes.Equal(got.body, straight.body) {
				t.Errorf("%s: %d %.200s, straight %d %.200s", r.path, got.status, got.body, straight.status, straight.body)
			}
			if status := got.header.Get("Cache-Status"); status != "timeslots; fwd=bypass; detail=unknown-parameter" {
				t.Errorf("%s: Cache-Status %q", r.path, status)
			}
		}
		if n := calls(t, simulator)["*"] - before; n != 4 {
			t.Errorf("%s: %d calls, want both and two straight ones", r.path, n)
		}
	}
	get(t, service.public+"/dexcare/v9/anything")
	counted(t, service.admin,
		`aggregator_dropin_unknown_total{kind="parameter",route="/dexcare/v4/departments"} 4`,
		`aggregator_dropin_unknown_total{kind="parameter",route="/dexcare/api/9/regions/waittimes"} 2`,
		`aggregator_dropin_unknown_total{kind="parameter",route="/dexcare/v1/availability/slots"} 2`,
		`aggregator_dropin_unknown_total{kind="route",route="unmatched"} 1`)
}

func TestAListIsOneListWithAndWithoutBrackets(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	const path = "/dexcare/api/9/regions/waittimes?"
	all := get(t, service.public+path)
	before := calls(t, simulator)["*"]
	some := get(t, service.public+path+"regionCodes[]=WA&visitTypeNames%5B%5D=phone")
	same := get(t, service.public+path+"visitTypeNames=phone&regionCodes=WA&product=findadoctor")
	if !bytes.Equal(some.body, same.body) || len(some.body) >= len(all.body) || strings.Contains(string(some.body), `"regionCode":"OR"`) {
		t.Errorf("all %.200s\nsome %.200s\nsame %.200s", all.body, some.body, same.body)
	}
	if n := calls(t, simulator)["*"] - before; n != 1 {
		t.Errorf("%d calls for one list in two spellings", n)
	}
}

func TestDomainsDoNotShareAnswers(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	before := calls(t, simulator)["departments"]
	for range 3 {
		for _, domain := range []string{"acme-uat", "north.acme"} {
			r := get(t, service.public+"/dexcare/v4/departments?clinicType=Retail", "domain", domain)
			if vary := r.header.Get("Vary"); !strings.Contains(vary, "domain") {
				t.Errorf("Vary %q: a cache in front would mix them up", vary)
			}
		}
	}
	if n := calls(t, simulator)["departments"] - before; n != 2 {
		t.Errorf("%d calls for two domains, asked three times", n)
	}
	if r := get(t, service.public+"/dexcare/v4/departments", "domain", "a b"); r.header.Get("Cache-Status") != "timeslots; fwd=bypass; detail=odd-value" {
		t.Errorf("an odd domain: Cache-Status %q", r.header.Get("Cache-Status"))
	}
}

// Apps ask "from now": the day is what DexCare's schema knows.
func TestAnAppThatAsksFromNowHitsAllDayLong(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	day := time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly)
	before := calls(t, simulator)["availability-slots-post"]
	hits := 0
	for i := range 100 {
		body := fmt.Sprintf(`{"postalCode":"98000","visitTypeNames":["Illness"],"startDate":"%sT%02d:%02d:07.%03dZ"}`, day, i%24, i%60, i)
		r := call(t, http.MethodPost, service.public+"/dexcare/v1/availability/slots", body)
		if strings.HasPrefix(r.header.Get("Cache-Status"), "timeslots; hit") {
			hits++
		}
	}
	if n := calls(t, simulator)["availability-slots-post"] - before; n != 1 || hits != 99 {
		t.Errorf("%d calls, %d hits of 100", n, hits)
	}
}

// A question that the cache does not know must not offer what was just booked.
func TestATakenSlotIsLeftOutOfWhatPassesThrough(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	if r := call(t, http.MethodPut, simulator+"/_acme/faults", `["*:lag=1h"]`); r.status/100 != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	offers := get(t, service.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500").answer(t)
	slot := offers.Timeslots[len(offers.Timeslots)-1]
	at := slot.SlotDateTime.Format(time.RFC3339)
	slot.booked(t, service.public)
	for _, r := range []request{
		{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness&x=1", ""},
		{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness&visitTypeName=Illness", ""},
		{"GET", "/v5/providers/" + slot.NPI + "/timeslots?x=1", ""},
		{"GET", "/v1/availability/slots?departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.main&daysOfSlots=3&x=1", ""},
		{"POST", "/v5/slots/search?x=1", `{"criteriaItems":[{"npi":"` + slot.NPI + `"}]}`},
	} {
		straight := r.do(t, simulator, "x-api-key", keyFor(r.path))
		if straight.status == http.StatusOK && len(offered(t, straight.body, slot.NPI, at)) == 0 {
			t.Fatalf("%s: upstream does not lag", r.path)
		}
		for _, headers := range [][]string{nil, {"Authorization", "Bearer p"}, {"Accept-Encoding", "gzip"}} {
			got := r.do(t, service.public+"/dexcare", headers...)
			if got.status != straight.status {
				t.Fatalf("%s: %d %.200s", r.path, got.status, got.body)
			}
			if got.status == http.StatusOK && (len(offered(t, got.body, slot.NPI, at)) > 0 || got.header.Get("Timeslots-Consistency") != "strict") {
				t.Errorf("%s with %q: Timeslots-Consistency %q, offers %v", r.path, headers, got.header.Get("Timeslots-Consistency"), offered(t, got.body, slot.NPI, at))
			}
		}
	}
}
