package acme

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme/sdk"
	"timeslots/internal/acme/world"
)

// app asks what DexCare's SDK asks, and reads each answer as the SDK does.
type app struct {
	t      testing.TB
	tenant *Tenant
	asked  map[string]bool // calls, by number
	wrong  map[string]int  // what could not be read, without indexes and ids
}

func newApp(t testing.TB, tenant *Tenant) *app {
	return &app{t, tenant, map[string]bool{}, map[string]int{}}
}

// ids are what differs between two elements that lack the same field.
var ids = regexp.MustCompile(`\[\d+\]|\.9\d{9}|\.org\.\w+\.ehr\.\w+\|\d+`)

// asks sends one call as the patient does and decodes the answer, if it is JSON.
func (a *app) asks(number, what string, body any) any {
	a.t.Helper()
	method, target, _ := strings.Cut(what, " ")
	separator := map[bool]string{true: "&", false: "?"}[strings.Contains(target, "?")]
	w := call(a.tenant, method, target+separator+"product=healthconnect-iOS", body, "Authorization", "Bearer patient-token")
	if w.Code != 200 {
		a.t.Errorf("call %s: %s: %d %.200s", number, what, w.Code, w.Body)
	}
	a.asked[number] = true
	if err := sdk.Check(number, w.Body.Bytes()); err != nil {
		a.wrong[ids.ReplaceAllString(err.Error(), "*")]++
	}
	var v any
	_ = json.Unmarshal(w.Body.Bytes(), &v)
	return v
}

// looksAround asks about every n-th clinic and clinician, and for what there is once.
func (a *app) looksAround(now time.Time, n int) {
	for _, clinics := range []string{"Retail", "Primary%20Care"} {
		a.asks("1", "GET /v4/departments?brand=acme&clinicType="+clinics, nil)
	}
	for i, d := range a.tenant.Departments() {
		if i%n != 0 {
			continue
		}
		a.asks("2", "GET /v4/departments/"+d.URLName+"/departmentInfo?withProviders=true", nil)
		a.asks("2b", "GET /v4/departments/"+d.EHRSystem+"%7C"+d.ID+"/departmentInfo?byId=true", nil)
		for _, name := range d.VisitTypes {
			a.asks("3", "GET /v2/departments/"+d.URLName+"/timeslots?visitTypeName="+name, nil)
			a.asks("7", "GET /v2/lookups/maxLookaheadDays?visitTypeName="+name+"&epicInstanceName="+d.EHRSystem, nil)
		}
		where := map[string]any{"departmentIds": []string{d.ID}, "ehrInstances": []string{d.EHRSystem}, "visitTypeNames": d.VisitTypes}
		a.asks("12", "POST /v1/availability/providers", where)
		a.asks("13", "POST /v1/availability/slots", where)
	}
	days := fmt.Sprintf("startDate=%s&endDate=%s", now.UTC().Format(time.DateOnly), now.UTC().AddDate(0, 0, 7).Format(time.DateOnly))
	for i, npi := range a.tenant.NPIs() {
		if i%(2*n) != 0 {
			continue
		}
		for _, visit := range at(a.asks("5", "GET /v1/providers/"+npi, nil), "visitTypes").([]any) {
			a.asks("6", "GET /v4/providers/"+npi+"/timeslots?"+days+"&visitType="+at(visit, "shortName").(string), nil)
		}
	}
	for number, path := range map[string]string{
		"10": "/api/7/visits/retail/cancel/reasons/acme", "19": "/v1/suffixes", "20": "/api/v2/brand/acme/insuranceissuers",
		"21": "/api/v2/coupon/SPRING%252010/verify", "22": "/v1/validationConfigs", "23": "/v1/statuspage",
		"24": "/api/9/practices/66666666-aaaa-4bbb-8ccc-000000000600", "25": "/api/9/regions/WA/waittimes?includeSpecialties=true",
		"26": "/api/9/regions/waittimes", "27": "/api/9/assignmentqualifiers", "28": "/api/9/modalities", "32": "/v2/blisseyconfigs",
	} {
		a.asks(number, "GET "+path, nil)
	}
}

func (a *app) visitsAClinic() {
	a.asks("14", "GET /v1/patient", nil)
	a.asks("15", "GET /v1/emr/patient/getByToken", nil)
	demographics := sample(a.t, "patient-other.v1.request.json")
	a.asks("17", "POST /v1/patient/other", demographics)
	me := at(a.asks("16", "POST /v1/patient/self", demographics), "patientGuid").(string)
	latest := func(slots any) any {
		days := at(slots, "scheduleDays").([]any)
		times := at(days[len(days)-1], "timeSlots").([]any)
		return times[len(times)-1]
	}
	slot := latest(get(a.t, a.tenant, "/v2/departments/AcmeRiverton/timeslots"))
	visit := at(a.asks("4", "POST "+retailPath, retailBody(a.t, me, slot)), "visitId").(string)
	a.asks("9", "GET /api/6/visits/retail/self?status=requested", nil)
	a.asks("11", "POST /api/6/visits/retail/cancel/"+visit, `{"reason":"other"}`)
	named := latest(get(a.t, a.tenant, "/v4/providers/9000000017/timeslots"))
	a.asks("8", "POST "+providerPath, providerBody(a.t, me, named))
}

func (a *app) visitsByVideo() {
	a.asks("43", "POST /v2/clientLogging", `{"message":"test record","connectionType":"wifi"}`)
	visit := at(a.asks("29", "POST /api/9/visits", sample(a.t, "visits.v9.request.json")), "visitId").(string)
	nine, six, device := "/api/9/visits/"+visit, "/api/6/visit/"+visit, strings.Repeat("0123456789abcdef", 4)
	a.asks("30", "GET "+nine+"/summary", nil)
	a.asks("31", "GET "+six+"/token/2_TEST", nil)
	a.asks("33", "GET "+nine+"/waittime", nil)
	a.asks("34", "POST /api/8/visits/virtual/"+visit+"/waitingRoomEvents", techCheck)
	a.asks("35", "POST "+six+"/chat/2_TEST", chat)
	a.asks("36", "POST /v1/visits/event", strings.Replace(waitOffline, "{visit}", visit, 1))
	a.asks("40", "POST /api/8/visits/"+visit+"/integrations/tytoCare/devices", nil)
	a.asks("41", "POST /api/6/mobile/app/org.example.app/platform/ios-sandbox/devices", `{"userId":"u","deviceId":"`+device+`"}`)
	a.asks("42", "DELETE /api/6/mobile/app/org.example.app/device/"+device, nil)
	a.asks("37", "POST /v1/visits/"+visit+"/patient-cancel-video", `{"cancelReason":"OTHER"}`)
	a.asks("38", "POST /v1/visits/"+visit+"/patient-cancel-phone", `{"cancelReason":"OTHER","patientEmail":"pat@example.org"}`)
	a.asks("39", "POST /api/9/visits/virtual/"+visit+"/cancel", nil)
}

// What the SDK posts during a visit.
const (
	techCheck   = `{"techCheck":{"status":"fail","camStatus":"pass","micStatus":"fail","networkStatus":"pass","mediaPermissionStatus":"pass"}}`
	chat        = `{"type":"instantMessage","data":{"fromParticipant":"Pat","uniqueId":"u-1","message":"Hello","creationTime":"1898870400123"}}`
	waitOffline = `{"action":"patientEnterWaitOffline","data":{"visitId":"{visit}","practiceId":"p","sessionId":"2_TEST"}}`
)

// days are a Monday, the day on which clocks go forward, an evening that is a new year elsewhere, and a leap day.
var days = []time.Time{
	Monday, time.Date(2030, 3, 10, 17, 0, 0, 0, time.UTC), time.Date(2030, 12, 31, 23, 30, 0, 0, time.UTC), time.Date(2028, 2, 29, 4, 0, 0, 0, time.UTC),
}

func TestAnAppCanReadEveryAnswerOfATidyTenant(t *testing.T) {
	for seed := range uint64(3) {
		for _, now := range days {
			a := newApp(t, newTenant(t, func(o *Options) { o.Seed, o.Now = seed, func() time.Time { return now } }))
			a.looksAround(now, 7)
			a.visitsAClinic()
			a.visitsByVideo()
			a.asks("18", "DELETE /v1/patient/deletePatientAccount", nil)
			for wrong, times := range a.wrong {
				t.Errorf("seed %d, %s: %s, %d times", seed, now, wrong, times)
			}
			for _, number := range slices.Sorted(maps.Keys(sdk.Needs)) {
				if !a.asked[number] {
					t.Errorf("call %s was not asked", number)
				}
			}
		}
	}
}

func TestAnAppStumblesOverOptionalMembersThatATenantLeavesOut(t *testing.T) {
	wrong := map[string]int{}
	for seed := range uint64(3) {
		a := newApp(t, untidyTenant(t, world.AbsentOptionals, func(o *Options) { o.Seed = seed }))
		a.wrong = wrong
		a.looksAround(Monday, 2)
		for range 20 {
			a.visitsByVideo()
		}
	}
	want := []string{
		"call 13: departments*.clinicType is missing", "call 13: providers*.specialties is missing",
		"call 13: slots*.providerOptions*.duration is missing", "call 25: *.specialties is missing", "call 26: *.specialties is missing",
		"call 30: userId is missing",
	}
	same(t, want, slices.Sorted(maps.Keys(wrong)), wrong)
}
