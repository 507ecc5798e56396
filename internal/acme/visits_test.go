package acme

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/world"
)

func TestACancelledSlotComesBackAndOnlyItsOwnerCancels(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	w := call(tenant, "POST", retailPath, retailBody(t, "A", slot))
	sameShape(t, "booking", decode(t, w.Body.Bytes()), decode(t, sample(t, "retail-visit.v6.response.json")))
	visit := at(decode(t, w.Body.Bytes()), "visitId").(string)

	own := get(t, tenant, retailPath+"/self?status=requested")
	sameShape(t, "own visits", own, decode(t, sample(t, "retail-visits-self.v6.response.json")))
	if at(own, 0, "id") != visit || at(own, 0, "appointment", "slotId") != at(slot, "id") || at(own, 0, "appointment", "start") != at(slot, "slotDateTime") {
		t.Errorf("own visits: %v", own)
	}

	reason := sample(t, "retail-cancel.v6.request.json")
	if w := call(tenant, "POST", retailPath+"/cancel/"+visit, reason, "Authorization", "Bearer somebody-else"); w.Code != 404 {
		t.Errorf("a stranger's cancelling: %d", w.Code)
	}
	for _, want := range []int{200, 404} { // the second time there is nothing left to cancel
		if w := call(tenant, "POST", retailPath+"/cancel/"+visit, reason); w.Code != want {
			t.Errorf("cancelling: %d %s, want %d", w.Code, w.Body, want)
		}
	}
	same(t, everywhere, listed(t, tenant, slot), "after cancelling")
	if n := len(get(t, tenant, retailPath+"/self?status=requested").([]any)); n != 0 {
		t.Errorf("%d visits are still requested", n)
	}
	if got := at(get(t, tenant, retailPath+"/self"), 0, "status"); got != "cancelled" {
		t.Errorf("the visit is %v", got)
	}
}

const (
	takenSample    = "slot-taken.v5.request.json"
	releasedSample = "slot-released.v5.request.json"
)

// slotEventBody tells of the slot in the words of the sample.
func slotEventBody(t testing.TB, name string, slot any) []byte {
	t.Helper()
	start, _ := time.Parse(time.RFC3339, at(slot, "slotDateTime").(string))
	system, id, _ := strings.Cut(at(slot, "departmentIdentifier").(string), "|")
	body := decode(t, sample(t, name)).(map[string]any)
	body["npi"], body["departmentId"], body["visitTypeId"], body["ehrInstance"] = at(slot, "providerNationalId"), id, at(slot, "visitTypeId"), system
	body["slotDateTime"] = start.UTC().Format("2006-01-02T15:04:05.000Z")
	text, _ := json.Marshal(body)
	return text
}

func TestTheHealthSystemTakesAndReleasesASlot(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	w := call(tenant, "POST", "/v5/slots/slot-taken", slotEventBody(t, takenSample, slot))
	if w.Code != 204 || w.Body.Len() != 0 || len(listed(t, tenant, slot)) != 0 {
		t.Errorf("taken: %d %q, listed by %v", w.Code, w.Body, listed(t, tenant, slot))
	}
	w = call(tenant, "POST", "/v5/slots/slot-released", slotEventBody(t, releasedSample, slot))
	if w.Code != 204 || len(listed(t, tenant, slot)) != 4 {
		t.Errorf("released: %d, listed by %v", w.Code, listed(t, tenant, slot))
	}
}

func TestAPatientIsFoundCreatedAndDeleted(t *testing.T) {
	tenant := newTenant(t)
	me := get(t, tenant, "/v1/patient")
	same(t, me, get(t, tenant, "/v1/emr/patient/getByToken"), "by token")
	body := string(sample(t, "patient-other.v1.request.json"))
	self, other := post(t, tenant, "/v1/patient/self", body), post(t, tenant, "/v1/patient/other", body)
	if at(self, "patientGuid") != at(me, "id") || at(other, "patientGuid") == at(me, "id") {
		t.Errorf("I am %v, self is %v, other %v", at(me, "id"), self, other)
	}
	if again := post(t, tenant, "/v1/patient/other", strings.Replace(body, "patient@", "new@", 1)); !cmp.Equal(again, other) {
		t.Errorf("the same person is found as %v, then %v", other, again)
	}
	if sibling := post(t, tenant, "/v1/patient/other", strings.Replace(body, `"Example"`, `"Sibling"`, 1)); cmp.Equal(sibling, other) {
		t.Error("two persons have one id")
	}
	if w := call(tenant, "DELETE", "/v1/patient/deletePatientAccount", nil); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("deleting: %d %s", w.Code, w.Header())
	}
	if w := call(tenant, "GET", "/v1/patient", nil); w.Code != 404 {
		t.Errorf("after deleting: %d", w.Code)
	}
	post(t, tenant, "/v1/patient/self", body)
	same(t, me, get(t, tenant, "/v1/patient"), "created again")
}

func TestDemographicsWithoutAPersonAreRefused(t *testing.T) {
	tenant := newTenant(t)
	const name = "patient-other.v1.request.json"
	for _, body := range [][]byte{
		[]byte("{"), []byte("[]"), changed(t, name, nil, "name"), changed(t, name, nil, "name", "family"), changed(t, name, "1.2.2020", "birthdate"), changed(t, name, 1, "gender"),
	} {
		for _, path := range []string{"/v1/patient/self", "/v1/patient/other"} {
			if w := call(tenant, "POST", path, body); w.Code != 400 || at(decode(t, w.Body.Bytes()), "error") == "" {
				t.Errorf("POST %s %.80s: %d %s", path, body, w.Code, w.Body)
			}
		}
	}
}

func TestAnotherBrandHasNoCancelReasonsAndSuffixesAreListed(t *testing.T) {
	tenant := newTenant(t)
	if others := get(t, tenant, "/api/7/visits/retail/cancel/reasons/other").([]any); len(others) != 0 {
		t.Errorf("another brand has %v", others)
	}
	if list := get(t, tenant, "/v1/suffixes").([]any); len(list) == 0 || typeName(list[0]) != "string" {
		t.Errorf("suffixes: %v", list)
	}
}

const reportPath = "/api/8/reporting/allvisitsreport"

func TestAReportIsStartedAwaitedAndFetched(t *testing.T) {
	tenant, c := clockedTenant(t)
	slots := retailSlots(t, tenant)
	post(t, tenant, retailPath, retailBody(t, "A", slots[0]))
	primary := at(get(t, tenant, "/v4/providers/9000000017/timeslots"), "scheduleDays", 1, "timeSlots", 0)
	post(t, tenant, providerPath, providerBody(t, "B", primary))
	call(tenant, "POST", "/api/9/visits", sample(t, "visits.v9.request.json"))
	for body, want := range map[string]int{
		`{"type":"retail"}`: 1, `{"type":"provider_booking"}`: 1, `{"type":"virtual"}`: 1,
		`{"type":"virtual","startDate":"2030-03-05","endDate":"2030-03-06"}`: 0, `{"type":"retail","startDate":"2030-03-04","endDate":"2030-03-04"}`: 1,
	} {
		id := at(post(t, tenant, reportPath, body), "id").(string)
		path := reportPath + "/" + id
		if at(get(t, tenant, path), "status") != "inprogress" || call(tenant, "GET", path+"/download", nil).Code != 404 {
			t.Errorf("%s is ready at once", body)
		}
		c.advance(2 * time.Second)
		w := call(tenant, "GET", path+"/download", nil)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if at(get(t, tenant, path), "status") != "complete" || err != nil || len(rows) != 1+want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %d rows, %v, %s", body, len(rows), err, w.Header())
		}
	}
}

func TestReportsAreRefusedForBadBodies(t *testing.T) {
	tenant := newTenant(t)
	for _, body := range []string{
		`{}`, `{"type":"all"}`, `{"type":"retail","startDate":"2030-03-04"}`, `{"type":"retail","endDate":"2030-03-04"}`,
		`{"type":"retail","startDate":"4.3.","endDate":"5.3."}`,
	} {
		if w := call(tenant, "POST", reportPath, body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	statuses(t, tenant, map[string]int{reportPath + "/1": 404})
}

func TestTheProvidersReportListsEveryHome(t *testing.T) {
	w := call(newTenant(t), "GET", "/v1/reporting/providerhistories", nil)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) <= 241 || rows[1][0] != world.NPI(1) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
