package main

import (
	"net/http"
	"testing"

	"timeslots/test/rig/figure"
)

func TestInvalidationMakesTheNextAnswerAFreshFetch(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	const path = "/v1/timeslots?npi=9000000017"
	token := []string{"Authorization", "Bearer admin-secret", "Content-Type", "application/json"}
	get(t, service.public+path)
	for body, fetches := range map[string]bool{
		`{"npi":"9000000017"}`: true, `{"source":"providerDirect"}`: true, `{"all":true}`: true, `{"npi":"9000000025"}`: false, `{"source":"careOptions"}`: false,
	} {
		get(t, service.public+path)
		before := calls(t, simulator)["provider-timeslots-v5"]
		if r := call(t, http.MethodPost, service.admin+"/ops/invalidate", body, token...); r.status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
		get(t, service.public+path)
		if fetched := calls(t, simulator)["provider-timeslots-v5"] > before; fetched != fetches {
			t.Errorf("%s: fetched again %v, want %v", body, fetched, fetches)
		}
	}
}

func TestInvalidationIsGuardedAndStrict(t *testing.T) {
	figure.Beside(t)
	service, _ := startPair(t)
	target := service.admin + "/ops/invalidate"
	tests := []struct {
		body, token string
		want        int
	}{
		{`{"all":true}`, "", 401},
		{`{"all":true}`, "Bearer wrong", 401},
		{`{"all":true}`, "Basic admin-secret", 401},
		{``, "Bearer admin-secret", 400},
		{`{}`, "Bearer admin-secret", 400},
		{`{"npi":"9000000017","all":true}`, "Bearer admin-secret", 400},
		{`{"everything":true}`, "Bearer admin-secret", 400},
		{`{"all":true} {"all":true}`, "Bearer admin-secret", 400},
	}
	for _, tt := range tests {
		if r := call(t, http.MethodPost, target, tt.body, "Authorization", tt.token); r.status != tt.want {
			t.Errorf("%s with %q: %d %s, want %d", tt.body, tt.token, r.status, r.body, tt.want)
		}
	}
	if r := call(t, http.MethodPost, service.public+"/ops/invalidate", `{"all":true}`, "Authorization", "Bearer admin-secret"); r.status != http.StatusNotFound {
		t.Errorf("on the public listener: %d", r.status)
	}
}
