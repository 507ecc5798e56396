package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"timeslots/internal/ops"
	"timeslots/test/rig/figure"
)

func TestAProductThatIsSwitchedOffAnswers503AndTheOthersGoOn(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, `products: {flushot: {ranking: nearest}, findadoctor: {}}`)
	const (
		token = "Bearer admin-secret"
		query = "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&product="
	)
	put := func(name, body string) reply {
		return call(t, http.MethodPut, s.admin+"/ops/products/"+name, body, "Authorization", token)
	}
	for range 3 { // the third takes the hit path
		if r := get(t, s.public+query+"flushot"); r.status != http.StatusOK {
			t.Fatalf("before: %d %s", r.status, r.body)
		}
	}
	if r := put("flushot", `{"enabled":false}`); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	r := get(t, s.public+query+"flushot")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), "switched off") {
		t.Errorf("switched off: %d %v %s", r.status, r.header, r.body)
	}
	if r := get(t, s.public+strings.Replace(query, "timeslots", "next-available", 1)+"flushot"); r.status != http.StatusServiceUnavailable {
		t.Errorf("next available: %d", r.status)
	}
	for _, other := range []string{"findadoctor", "default", "unheard-of"} {
		if r := get(t, s.public+query+other); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", other, r.status, r.body)
		}
	}
	eventually(t, "the page knows", func() bool {
		return slices.ContainsFunc(stateOf(t, s).Products, func(p ops.Product) bool {
			return p.Name == "flushot" && !p.Enabled && p.Why == "switched off"
		})
	})
	put("default", `{"enabled":false}`)
	if r := get(t, s.public+query+"unheard-of"); r.status != http.StatusServiceUnavailable {
		t.Errorf("what is not configured works as default, which is off: %d", r.status)
	}
	put("flushot", `{"enabled":true}`)
	if r := get(t, s.public+query+"flushot"); r.status != http.StatusOK {
		t.Errorf("on again: %d", r.status)
	}
	if r := put("campaign", `{"enabled":false}`); r.status != http.StatusNotFound || !strings.Contains(string(r.body), "findadoctor") {
		t.Errorf("not configured: %d %s", r.status, r.body)
	}
	for _, bad := range []string{`{}`, `{"enabled":"no"}`, `{"enabled":true,"x":1}`} {
		if r := put("flushot", bad); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, r.status)
		}
	}
	if r := call(t, http.MethodPut, s.admin+"/ops/products/flushot", `{"enabled":false}`); r.status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", r.status)
	}
}
