package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
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

// Whatever is asked, in whatever spelling: cold and warm, the answer is DexCare's own.
func TestRandomQueriesGetWhatDexCareSays(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	routes := routesWithParameters()
	for i := range 500 {
		r := routes[i%len(routes)].random(random)
		inOneMinute(t, func(fail func(string, ...any)) {
			// What an earlier minute left may list slots that have begun, and waits that have changed.
			if r := call(t, http.MethodPost, service.admin+"/ops/invalidate", `{"all":true}`, "Authorization", "Bearer admin-secret"); r.status != http.StatusNoContent {
				t.Fatalf("%d %s", r.status, r.body)
			}
			cold, warm := r.do(t, service.public+"/dexcare"), r.do(t, service.public+"/dexcare")
			straight := r.do(t, simulator, "x-api-key", keyFor(r.path))
			for name, got := range map[string]reply{"cold": cold, "warm": warm} {
				if got.status != straight.status || !bytes.Equal(got.body, straight.body) {
					fail("seed %d: GET %s, %s (%s): %d %.300s\nstraight %d %.300s", seed, r.path, name, got.header.Get("Cache-Status"), got.status, got.body, straight.status, straight.body)
				}
			}
		})
	}
}

// routeWith is a cached route with values for its parameters, right and odd ones.
type routeWith struct {
	path   string
	values map[string][]string
}

func routesWithParameters() []routeWith {
	days := func(n ...int) (out []string) {
		for _, d := range n {
			out = append(out, time.Now().AddDate(0, 0, d).Format(time.DateOnly))
		}
		return append(out, "tomorrow", "")
	}
	flags := []string{"true", "false", "TRUE", "1", ""}
	waits := map[string][]string{
		"regionCodes": {"WA", "OR", "wa", "XX", "", "WA,OR"}, "visitTypeNames": {"virtual", "phone", "Virtual"}, "assignmentQualifiers": {"adult", "pediatric", "Behavioral Health"},
		"practiceId": {"66666666-aaaa-4bbb-8ccc-000000000600", "x"}, "homeMarket": {"north", "a&b", "O'Hara"}, "includeSpecialties": flags,
	}
	return []routeWith{
		{"/v4/departments", map[string][]string{"brand": {"Acme", "acme", "St. Mary's & Co", ""}, "clinicType": {"Retail", "retail", "Virtual"}, "onlyActive": flags}},
		{"/v4/departments/AcmeRiverton/departmentInfo", map[string][]string{"withProviders": flags, "byId": flags}},
		{"/v2/departments/AcmeRiverton/timeslots", map[string][]string{"visitTypeName": {"Illness", "illness", "FluShot", "", "a+b"}}},
		{"/v1/providers", map[string][]string{"excludeInactive": flags, "acceptingNewPatients": flags}},
		{"/v4/providers/9000000017/timeslots", map[string][]string{"visitType": {"FollowUp", "NewPatient", "none"}, "startDate": days(1, 3), "endDate": days(4, 9)}},
		{"/v5/providers/9000000017/timeslots", map[string][]string{
			"startDate": days(1, 3), "endDate": days(4, 9), "daysOfSlots": {"1", "3", "0", "x"}, "visitTypeName": {"FollowUp", "NewPatient"},
			"newOrEstablishedPatient": {"newPatient", "establishedPatient", "both"},
		}},
		{"/v1/availability/slots", map[string][]string{
			"latitude": {"47.61", "91", ""}, "longitude": {"-122.33", "x"}, "daysOfSlots": {"1", "2", ""}, "radius": {"5", "25", "0"},
			"visitTypeNames": {"Illness", "FluShot,Illness", "illness"}, "gender": {"F", "female"}, "postalCode": {"98000", "9800"},
		}},
		{"/v2/lookups/maxLookaheadDays", map[string][]string{"visitTypeName": {"FollowUp", "none", ""}, "epicInstanceName": {"org.acme.ehr.main", "none"}}},
		{"/api/9/regions/waittimes", waits},
		{"/api/9/regions/WA/waittimes", waits},
		{"/api/9/modalities", map[string][]string{"archived": flags}},
	}
}

// random asks the route with some of its parameters, in any order and spelling, now and then one that it does not have.
func (route routeWith) random(r *rand.Rand) request {
	names := make([]string, 0, len(route.values))
	for name := range route.values {
		names = append(names, name)
	}
	slices.Sort(names)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var pairs []string
	for _, name := range names[:r.IntN(len(names)+1)] {
		for range 1 + r.IntN(2)*r.IntN(2) {
			value := url.QueryEscape(route.values[name][r.IntN(len(route.values[name]))])
			if r.IntN(2) == 0 {
				value = strings.ReplaceAll(strings.ReplaceAll(value, "+", "%20"), "%2C", ",")
			}
			pairs = append(pairs, name+[]string{"", "", "", "[]", "%5B%5D"}[r.IntN(5)]+"="+value)
		}
	}
	if r.IntN(8) == 0 {
		pairs = append(pairs, []string{"utm_source=mail", "x", "product=healthconnect-iOS", "x=a;b"}[r.IntN(4)])
	}
	return request{"GET", route.path + "?" + strings.Join(pairs, "&"), ""}
}
