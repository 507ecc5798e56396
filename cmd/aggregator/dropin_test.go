package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// request is one call of a DexCare client.
type request struct {
	method, path, body string
}

func (r request) do(t *testing.T, base string, headers ...string) reply {
	t.Helper()
	if r.body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return call(t, r.method, base+r.path, r.body, headers...)
}

// startPair runs a simulator and the service in front of it.
func startPair(t *testing.T) (service *running, simulator string) {
	t.Helper()
	service, simulator, _ = startServed(t, "")
	return service, simulator
}

// keyFor is what a client that calls DexCare directly sends.
func keyFor(path string) string {
	if strings.HasPrefix(path, "/v1/availability") {
		return "acme-care-options"
	}
	return "acme-slots"
}

func TestADropInClientGetsWhatDexCareSaysByteForByte(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	if len(recorded) < 60 {
		t.Fatalf("only %d requests are recorded", len(recorded))
	}
	for _, r := range recorded {
		r = r.dated()
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			inOneMinute(t, func(fail func(string, ...any)) {
				// What an earlier request left may list slots that have begun since.
				if r := call(t, http.MethodPost, service.admin+"/ops/invalidate", `{"all":true}`, "Authorization", "Bearer admin-secret"); r.status != http.StatusNoContent {
					t.Fatalf("%d %s", r.status, r.body)
				}
				first, again := r.do(t, service.public+"/dexcare"), r.do(t, service.public+"/dexcare")
				straight := r.do(t, simulator, "x-api-key", keyFor(r.path))
				for name, got := range map[string]reply{"first": first, "cached": again} {
					if got.status != straight.status || !bytes.Equal(got.body, straight.body) {
						fail("%s: %d with %d bytes, straight %d with %d bytes\n%.300s\n%.300s", name, got.status, len(got.body), straight.status, len(straight.body), got.body, straight.body)
					}
				}
				if again.status == http.StatusOK && !strings.HasPrefix(again.header.Get("Cache-Status"), "timeslots; hit") {
					fail("the second time: Cache-Status %q", again.header.Get("Cache-Status"))
				}
			})
		})
	}
}

func TestOrderCaseAndEncodingDoNotSplitEntries(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	before := calls(t, simulator)["availability-slots"]
	for _, q := range []string{
		"latitude=47.61&longitude=-122.33&daysOfSlots=1&visitTypeNames=FluShot,Illness", "visitTypeNames=illness,flushot&daysOfSlots=1&longitude=-122.330&latitude=47.6100",
		"latitude=%34%37.61&longitude=-122.33&daysOfSlots=1&visitTypeNames=ILLNESS%2CFluShot&product=x",
	} {
		get(t, service.public+"/dexcare/v1/availability/slots?"+q)
	}
	for _, body := range []string{`{"criteriaItems":[{"npi":"9000000017"}],"visitTypeNames":["A","B"]}`, ` { "visitTypeNames" : ["B","A"], "criteriaItems":[{"npi":"9000000017"}]}`} {
		call(t, "POST", service.public+"/dexcare/v5/slots/search", body)
	}
	after := calls(t, simulator)
	if n := after["availability-slots"] - before; n != 1 {
		t.Errorf("%d calls for three spellings of one query", n)
	}
	if after["slots-search"] != 1 {
		t.Errorf("%d calls for two spellings of one body", after["slots-search"])
	}
}

func TestWhatMayBePersonalIsPassedThroughEachTime(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	for name, ask := range map[string]struct {
		request
		headers []string
	}{
		"a token":  {request{"GET", "/v4/departments", ""}, []string{"Authorization", "Bearer patient-1"}},
		"a cookie": {request{"GET", "/v4/departments", ""}, []string{"Cookie", "session=1"}},
		"a patient": {request{"POST", "/v1/availability/slots",
			`{"postalCode":"98000","visitTypeNames":["Illness"],"patient":{"patientId":"1","patientIdType":"MRN","ehrInstance":"org.acme.ehr.main"}}`}, nil},
		"a context that nobody was given": {request{"POST", "/v1/availability/slots", `{"searchContext":"0123456789abcdef0123456789abcdef"}`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := calls(t, simulator)["*"]
			for range 2 {
				r := ask.do(t, service.public+"/dexcare", ask.headers...)
				if r.header.Get("Cache-Status") != "timeslots; fwd=bypass" || !strings.Contains(r.header.Get("Cache-Control"), "no-store") {
					t.Errorf("%d, Cache-Status %q, Cache-Control %q", r.status, r.header.Get("Cache-Status"), r.header.Get("Cache-Control"))
				}
			}
			if n := calls(t, simulator)["*"] - before; n != 2 {
				t.Errorf("upstream saw %d calls, want both", n)
			}
		})
	}
}

func TestAContextFromACachedAnswerMayBeReplayedFromTheCache(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	base := service.public + "/dexcare"
	var found struct{ SearchContext string }
	search := request{"POST", "/v1/availability/slots", `{"postalCode":"98000","visitTypeNames":["Illness"]}`}
	if err := json.Unmarshal(search.do(t, base).body, &found); err != nil || found.SearchContext == "" {
		t.Fatalf("no search context (%v)", err)
	}
	replay := request{"POST", "/v1/availability/slots", `{"searchContext":"` + found.SearchContext + `"}`}
	first := replay.do(t, base)
	before := calls(t, simulator)["*"]
	again := replay.do(t, base)
	if first.status != 200 || !bytes.Equal(first.body, again.body) || calls(t, simulator)["*"] != before {
		t.Errorf("%d %.200s; %d more calls", first.status, first.body, calls(t, simulator)["*"]-before)
	}
}

func TestATakenSlotIsLeftOutOfEveryRepeatedBody(t *testing.T) {
	figure.Beside(t)
	service, _ := startPair(t)
	base := service.public + "/dexcare"
	reads := []request{
		{"GET", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness", ""},
		{"GET", "/v5/providers/{npi}/timeslots", ""},
		{"GET", "/v1/availability/slots?departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.main&daysOfSlots=3", ""},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"{npi}"}]}`},
	}
	offers := get(t, service.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500").answer(t)
	slot := offers.Timeslots[len(offers.Timeslots)-1]
	written := slot.SlotDateTime.Format(time.RFC3339)
	for i := range reads {
		reads[i].path, reads[i].body = strings.ReplaceAll(reads[i].path, "{npi}", slot.NPI), strings.ReplaceAll(reads[i].body, "{npi}", slot.NPI)
		if body := reads[i].do(t, base).body; !bytes.Contains(body, []byte(written)) {
			t.Fatalf("%s does not list %s before: %.300s", reads[i].path, written, body)
		}
	}
	slot.booked(t, service.public)
	for _, r := range reads {
		for _, line := range offered(t, r.do(t, base).body, slot.NPI, written) {
			t.Errorf("%s still lists %s", r.path, line)
		}
	}
}

// offered lists the places where a document offers the clinician at that time, whatever its shape.
func offered(t *testing.T, body []byte, npi, at string) (found []string) {
	t.Helper()
	var document any
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatalf("%v in %.200s", err, body)
	}
	var walk func(v any, who, when string)
	walk = func(v any, who, when string) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e, who, when)
			}
		case map[string]any:
			for _, name := range []string{"npi", "providerNationalId"} {
				if s, ok := v[name].(string); ok {
					who = s
				}
			}
			for _, name := range []string{"slotDateTime", "dateTime"} {
				if s, ok := v[name].(string); ok {
					when = s
				}
			}
			_, options := v["providerOptions"]
			if who == npi && when == at && !options {
				found = append(found, who+" at "+when)
			}
			for _, e := range v {
				walk(e, who, when)
			}
		}
	}
	walk(document, "", "")
	return found
}

func TestBadInputGetsDexCaresOwnRefusal(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	for _, r := range []request{
		{"GET", "/v5/providers/9000000017/timeslots?startDate=tomorrow", ""},
		{"GET", "/v5/providers/9000000017/timeslots?departmentEmrId=1", ""},
		{"GET", "/v4/providers/9000000017/timeslots?startDate=2030-02-30", ""},
		{"GET", "/v1/availability/slots?latitude=47.61&daysOfSlots=1", ""},
		{"GET", "/v1/availability/slots?npis=9000000017", ""},
		{"GET", "/v1/availability/slots?latitude=NaN&longitude=1&daysOfSlots=1", ""},
		{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=", ""},
		{"GET", "/api/9/modalities?archived=perhaps", ""},
		{"POST", "/v1/availability/slots", `[]`},
		{"POST", "/v1/availability/slots", `{"radius":5}`},
		{"POST", "/v1/availability/slots", `{"postalCode":"98000","visitTypeNames":["Illness"],"startDate":"2573-13-04"}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017","x":1}]}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[{"npi":"9000000017","departmentId":"1"}]}`},
		{"POST", "/v5/slots/search", `{"criteriaItems":[]} x`},
		{"POST", "/v5/slots/search", `{"startDate":"2030-03-04T18:00:00Z","criteriaItems":[{"npi":"9000000017"}]}`},
	} {
		got, straight := r.do(t, service.public+"/dexcare"), r.do(t, simulator, "x-api-key", keyFor(r.path))
		if got.status != straight.status || !bytes.Equal(got.body, straight.body) || got.status/100 != 4 {
			t.Errorf("%s %s %s: %d %.200s, straight %d %.200s", r.method, r.path, r.body, got.status, got.body, straight.status, straight.body)
		}
	}
}

func TestWhatCanNameNothingNeverReachesUpstream(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	before := calls(t, simulator)["*"]
	for _, tt := range []struct {
		request
		status int
		says   string
	}{
		{request{"GET", "/v5/providers/12%252F3/timeslots", ""}, 400, `"errorCode":500201`},
		{request{"GET", "/v2/departments/..%2f..%2fadmin/timeslots", ""}, 400, `"error"`},
		{request{"GET", "/v2/departments/..%252fadmin/timeslots", ""}, 400, `"error"`},
		{request{"GET", "/v1/providers/900000001%237", ""}, 400, `"error"`},
		{request{"POST", "/v5/slots/search", `{"x":"` + strings.Repeat("y", 70_000) + `"}`}, 413, ""},
		{request{"GET", "/v9/anything", ""}, 404, `no Route matched`},
		{request{"DELETE", "/v4/departments", ""}, 404, `no Route matched`},
	} {
		if r := tt.do(t, service.public+"/dexcare"); r.status != tt.status || !strings.Contains(string(r.body), tt.says) {
			t.Errorf("%s %s: %d %.200s, want %d with %s", tt.method, tt.path, r.status, r.body, tt.status, tt.says)
		}
	}
	if n := calls(t, simulator)["*"] - before; n != 0 {
		t.Errorf("upstream saw %d calls", n)
	}
}
