package acme

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme/visits"
)

func TestAVisitWithoutASlotIsCreatedOrRefusedInThePublishedWords(t *testing.T) {
	const (
		queued, created = "queued-guest-visit.v1", "visits.v9" // samples
		guests, patient = queued + ".request.json", created + ".request.json"
		queue, visits9  = "/v1/booking/queued-guest-visit", "/api/9/visits"
		invalid         = `{"code":"OPENAPI_VALIDATION_ERROR"`
	)
	scheduled := func(system string) []byte {
		return changed(t, guests, map[string]any{"scheduledEhr": system}, "visitDetails", "scheduledDepartment")
	}
	byEHR := decode(t, changed(t, patient, nil, "patient", "patientGuid")).(map[string]any)
	for _, member := range []string{"ehrIdentifier", "ehrIdentifierType", "homeEhr"} {
		byEHR["patient"].(map[string]any)[member] = "M1"
	}
	both := decode(t, sample(t, patient)).(map[string]any)
	maps.Copy(both["patient"].(map[string]any), map[string]any{"ehrIdentifier": "M1", "ehrIdentifierType": "MRN", "homeEhr": "M"})
	tenant := newTenant(t)
	for _, tt := range []struct {
		situation, target string
		body              any
		status            int
		answer            string // the sample of a 200, else how the body begins; none: no body
	}{
		{"all is well", guestPath, sample(t, guests), 200, queued},
		{"the other product", queue + "?product=Other", sample(t, guests), 200, queued},
		{"no product", queue, sample(t, guests), 400, invalid},
		{"a product of another use case", queue + "?product=flushot", sample(t, guests), 400, invalid},
		{"no first name", guestPath, changed(t, guests, nil, "patient", "firstName"), 400, invalid},
		{"no JSON", guestPath, "{", 400, invalid},
		{"the self-pay of the SDK", guestPath, changed(t, guests, "self", "billingInfo", "paymentMethod"), 400, invalid},
		{"a proxy who is not named", guestPath, changed(t, guests, "other", "visitDetails", "declaration"), 400, invalid},
		{"an EHR of somebody else", guestPath, scheduled("org.other"), 400, `{"code":"EHR_LOOKUP_FAILED"`},
		{"an EHR of the tenant", guestPath, scheduled("org.acme.ehr.east"), 200, queued},
		{"no anonymous user", guestPath, changed(t, guests, visits.GuestNoAnonymousUser, "patient", "email"), 500, `{"code":"ANONYMOUS_USER_CREATE_FAILED"`},
		{"no patient", guestPath, changed(t, guests, visits.GuestNoPatient, "patient", "email"), 500, `{"code":"GUEST_PATIENT_CREATE_FAILED"`},
		{"no visit", guestPath, changed(t, guests, visits.GuestNoVisit, "patient", "email"), 500, `{"code":"VISIT_CREATE_FAILED"`},
		{"by DexCare's id", visits9, sample(t, patient), 200, created},
		{"by an EHR's id", visits9, byEHR, 200, created},
		{"by both", visits9, both, 400, `{"code":"PATIENT_RECORD_NOT_FOUND","error":"patient must match exactly one schema in oneOf"}`},
		{"nobody knows the patient", visits9, changed(t, patient, visits.PatientUnknown, "patient", "patientGuid"), 400, `{"code":"PATIENT_RECORD_NOT_FOUND","error":"Patient record not found with supplied identifier"}`},
		{"no reason", visits9, changed(t, patient, nil, "visitDetails", "visitReason"), 400, `{"code":"MISSING_VISIT_REASON","error":"visitDetails.visitReason is required"}`},
		{"a busy region", visits9, changed(t, patient, "IL", "visitDetails", "stateLicensure"), 400, `{"code":"VISIT_CREATE_ERROR","error":"REGION_BUSY"}`},
		{"nobody on call", visits9, changed(t, patient, "HI", "visitDetails", "stateLicensure"), 409, ""},
		{"a region without the tenant", visits9, changed(t, patient, "TX", "visitDetails", "stateLicensure"), 409, ""},
	} {
		w := call(tenant, "POST", tt.target, tt.body)
		switch got := w.Body.String(); {
		case w.Code != tt.status, tt.answer == "" && got != "", w.Code != 200 && !strings.HasPrefix(got, tt.answer):
			t.Errorf("%s: %d %s, want %d %s", tt.situation, w.Code, got, tt.status, tt.answer)
		case w.Code == 200:
			sameShape(t, tt.situation, decode(t, w.Body.Bytes()), decode(t, sample(t, tt.answer+".response.json")))
		}
	}
}

func TestAVirtualVisitMovesOnByItself(t *testing.T) {
	tenant, c := clockedTenant(t)
	created := decode(t, call(tenant, "POST", "/api/9/visits", changed(t, "visits.v9.request.json", false, "visitDetails", "acceptedTerms")).Body.Bytes())
	path := "/api/9/visits/" + at(created, "visitId").(string)
	type state struct {
		After               time.Duration
		Status              string
		WaitTime, Accepting int
		Terms               bool
	}
	var got []state
	for _, after := range []time.Duration{0, 2 * time.Minute, 8 * time.Minute, 15 * time.Minute} {
		c.advance(after)
		doc := get(t, tenant, path+"/summary")
		got = append(got, state{
			after, at(doc, "status").(string), call(tenant, "GET", path+"/waittime", nil).Code,
			call(tenant, "PUT", path+"/acceptTerms", nil).Code, at(doc, "acceptTerms").(bool),
		})
	}
	want := []state{
		{0, "requested", 200, 200, false}, {2 * time.Minute, "waitingroom", 200, 200, true},
		{8 * time.Minute, "invisit", 400, 200, true}, {15 * time.Minute, "done", 400, 409, true},
	}
	same(t, want, got)
	if stamps := at(get(t, tenant, path+"/summary"), "timestamps").(map[string]any); stamps["waitingroom"] != "2030-03-04T17:02:00.000Z" || len(stamps) != 5 {
		t.Errorf("timestamps: %v", stamps)
	}
}

func TestWaitTimesAreByRegionAndChangeByTheMinute(t *testing.T) {
	tenant, c := clockedTenant(t)
	summary := func(target string) map[string]string {
		out := map[string]string{}
		for _, w := range get(t, tenant, target).([]any) {
			m := w.(map[string]any)
			key := fmt.Sprint(m["regionCode"], " ", m["visitTypeName"], " ", m["assignmentQualifiers"])
			out[key] = fmt.Sprint(m["available"], " ", m["reason"], " ", m["busyMessage"] != nil, " ", m["estimatedWaitTimeSeconds"] != nil)
		}
		return out
	}
	want := map[string]string{
		"WA phone [adult]": "true <nil> false true", "IL phone [adult]": "false REGION_BUSY true false",
		"BE phone [adult]": "false OFF_HOURS false false", "XX phone [adult]": "false NO_REGIONS_FOUND false false",
	}
	const some = "?regionCodes=WA&regionCodes=IL&regionCodes=BE&regionCodes=XX&visitTypeNames=phone&assignmentQualifiers=adult"
	same(t, want, summary("/api/9/regions/waittimes"+some))
	if n := len(summary("/api/9/regions/waittimes")); n != 8*2*2 {
		t.Errorf("%d queues in all", n)
	}
	if n := len(summary("/api/9/regions/WA/waittimes?practiceId=" + visits.PatientUnknown)); n != 0 {
		t.Errorf("another practice has %d queues", n)
	}
	first := call(tenant, "GET", "/api/9/regions/WA/waittimes", nil).Body.String()
	if c.advance(59 * time.Second); call(tenant, "GET", "/api/9/regions/WA/waittimes", nil).Body.String() != first {
		t.Error("within the minute the estimate changed")
	}
	if c.advance(time.Second); call(tenant, "GET", "/api/9/regions/WA/waittimes", nil).Body.String() == first {
		t.Error("a minute later the estimate is the same")
	}
}

func TestCataloguesShowArchivedEntriesOnRequest(t *testing.T) {
	tenant := newTenant(t)
	for target, want := range map[string]int{
		"/api/9/assignmentqualifiers": 2, "/api/9/assignmentqualifiers?archived=false": 2, "/api/9/assignmentqualifiers?archived=true": 3,
		"/api/9/modalities": 2, "/api/9/modalities?archived=true": 3,
	} {
		deleted := 0
		list := get(t, tenant, target).([]any)
		for _, e := range list {
			if at(e, "deletedAt") != nil {
				deleted++
			}
		}
		if len(list) != want || deleted != want-2 {
			t.Errorf("%s: %d entries, %d deleted", target, len(list), deleted)
		}
	}
}
