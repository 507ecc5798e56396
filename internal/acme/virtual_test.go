package acme

import (
	"fmt"
	"testing"
	"time"

	"timeslots/internal/acme/visits"
)

func TestAGuestIsQueuedOrRefusedInThePublishedWords(t *testing.T) {
	const name = "queued-guest-visit.v1.request.json"
	tests := []struct {
		situation, target string
		body              []byte
		status            int
		code              string
	}{
		{"all is well", guestPath, sample(t, name), 200, ""},
		{"the other product", "/v1/booking/queued-guest-visit?product=Other", sample(t, name), 200, ""},
		{"no product", "/v1/booking/queued-guest-visit", sample(t, name), 400, "OPENAPI_VALIDATION_ERROR"},
		{"a product of another use case", "/v1/booking/queued-guest-visit?product=flushot", sample(t, name), 400, "OPENAPI_VALIDATION_ERROR"},
		{"no first name", guestPath, changed(t, name, nil, "patient", "firstName"), 400, "OPENAPI_VALIDATION_ERROR"},
		{"no JSON", guestPath, []byte("{"), 400, "OPENAPI_VALIDATION_ERROR"},
		{"the self-pay of the SDK", guestPath, changed(t, name, "self", "billingInfo", "paymentMethod"), 400, "OPENAPI_VALIDATION_ERROR"},
		{"a proxy who is not named", guestPath, changed(t, name, "other", "visitDetails", "declaration"), 400, "OPENAPI_VALIDATION_ERROR"},
		{"an EHR of somebody else", guestPath, changed(t, name, map[string]any{"scheduledEhr": "org.other"}, "visitDetails", "scheduledDepartment"), 400, "EHR_LOOKUP_FAILED"},
		{"an EHR of the tenant", guestPath, changed(t, name, map[string]any{"scheduledEhr": "org.acme.ehr.east"}, "visitDetails", "scheduledDepartment"), 200, ""},
		{"no anonymous user", guestPath, changed(t, name, visits.GuestNoAnonymousUser, "patient", "email"), 500, "ANONYMOUS_USER_CREATE_FAILED"},
		{"no patient", guestPath, changed(t, name, visits.GuestNoPatient, "patient", "email"), 500, "GUEST_PATIENT_CREATE_FAILED"},
		{"no visit", guestPath, changed(t, name, visits.GuestNoVisit, "patient", "email"), 500, "VISIT_CREATE_FAILED"},
	}
	tenant := newTenant(t)
	for _, tt := range tests {
		w := call(tenant, "POST", tt.target, tt.body)
		code, _ := at(decode(t, w.Body.Bytes()), "code").(string)
		if w.Code != tt.status || code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.situation, w.Code, w.Body, tt.status, tt.code)
		}
		if w.Code == 200 {
			sameShape(t, tt.situation, decode(t, w.Body.Bytes()), decode(t, sample(t, "queued-guest-visit.v1.response.json")))
		}
	}
	w := call(tenant, "POST", guestPath, changed(t, name, nil, "patient", "firstName"))
	same(t, decode(t, sample(t, "errors/queued-guest-visit-400-validation.json")), decode(t, w.Body.Bytes()), "the validator's words")
}

func TestAPatientsVisitIsCreatedWhereSomebodyIsOnCall(t *testing.T) {
	const name = "visits.v9.request.json"
	byEHR := decode(t, changed(t, name, nil, "patient", "patientGuid")).(map[string]any)
	for _, member := range []string{"ehrIdentifier", "ehrIdentifierType", "homeEhr"} {
		byEHR["patient"].(map[string]any)[member] = "M1"
	}
	both := decode(t, changed(t, name, "M1", "patient", "ehrIdentifier")).(map[string]any)
	both["patient"].(map[string]any)["ehrIdentifierType"], both["patient"].(map[string]any)["homeEhr"] = "MRN", "M"
	tests := []struct {
		situation string
		body      any
		status    int
		answer    string
	}{
		{"by DexCare's id", sample(t, name), 200, ""},
		{"by an EHR's id", byEHR, 200, ""},
		{"by both", both, 400, `{"code":"PATIENT_RECORD_NOT_FOUND","error":"patient must match exactly one schema in oneOf"}`},
		{"nobody knows the patient", changed(t, name, visits.PatientUnknown, "patient", "patientGuid"), 400, `{"code":"PATIENT_RECORD_NOT_FOUND","error":"Patient record not found with supplied identifier"}`},
		{"no reason", changed(t, name, nil, "visitDetails", "visitReason"), 400, `{"code":"MISSING_VISIT_REASON","error":"visitDetails.visitReason is required"}`},
		{"a busy region", changed(t, name, "IL", "visitDetails", "stateLicensure"), 400, `{"code":"VISIT_CREATE_ERROR","error":"REGION_BUSY"}`},
		{"nobody on call", changed(t, name, "HI", "visitDetails", "stateLicensure"), 409, ""},
		{"a region without the tenant", changed(t, name, "TX", "visitDetails", "stateLicensure"), 409, ""},
	}
	tenant := newTenant(t)
	for _, tt := range tests {
		w := call(tenant, "POST", "/api/9/visits", tt.body)
		if w.Code != tt.status || w.Code != 200 && w.Body.String() != tt.answer {
			t.Errorf("%s: %d %s, want %d %s", tt.situation, w.Code, w.Body, tt.status, tt.answer)
		}
		if w.Code == 200 {
			sameShape(t, tt.situation, decode(t, w.Body.Bytes()), decode(t, sample(t, "visits.v9.response.json")))
		}
	}
}

func TestAVirtualVisitMovesOnByItself(t *testing.T) {
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now = c.now })
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
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now = c.now })
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
