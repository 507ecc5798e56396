package acme

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPatientIsFoundCreatedAndDeleted(t *testing.T) {
	tenant := newTenant(t)
	me := get(t, tenant, "/v1/patient")
	sameShape(t, "patient", me, decode(t, sample(t, "patient.v1.response.json")))
	same(t, me, get(t, tenant, "/v1/emr/patient/getByToken"), "by token")
	body := string(sample(t, "patient-other.v1.request.json"))
	self, other := post(t, tenant, "/v1/patient/self", body), post(t, tenant, "/v1/patient/other", body)
	sameShape(t, "other", other, decode(t, sample(t, "patient-other.v1.response.json")))
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

func TestPublicListsAroundPatientsAndVisits(t *testing.T) {
	tenant := newTenant(t)
	reasons := get(t, tenant, "/api/7/visits/retail/cancel/reasons/acme")
	sameShape(t, "cancel reasons", reasons, decode(t, sample(t, "retail-cancel-reasons.v7.response.json")))
	if others := get(t, tenant, "/api/7/visits/retail/cancel/reasons/other").([]any); len(others) != 0 {
		t.Errorf("another brand has %v", others)
	}
	if list := get(t, tenant, "/v1/suffixes").([]any); len(list) == 0 || typeName(list[0]) != "string" {
		t.Errorf("suffixes: %v", list)
	}
}
