package main

import (
	"net/http"
	"strings"
	"testing"

	"timeslots/test/rig/figure"
)

// serveWarm runs the service in front of a simulator, with products of the test's.
func serveWarm(t *testing.T, products string) *running {
	t.Helper()
	return startService(t, strings.Replace(served(startTenant(t)), "products: {campaign: {ranking: nearest, maxAge: 5s}}", products, 1))
}

func TestACampaignsQueryIsWarmBeforeAnybodyAsks(t *testing.T) {
	figure.Beside(t)
	const query = "latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness"
	s := serveWarm(t, `
products:
  flushot: {ranking: nearest, warm: [{every: 1s, query: "`+query+`"}, {every: 1s, from: 2099-01-01T00:00:00Z, query: "npi=9000000017"}, {every: 1s, query: "npi=17"}]}
`)
	eventually(t, "two rounds", func() bool {
		list := stateOf(t, s).Warm
		return len(list) == 3 && list[0].Rounds >= 2 && list[0].Complete
	})
	list := stateOf(t, s).Warm
	if list[1].Rounds != 0 || list[2].Error == "" || !strings.Contains(list[2].Error, "npi") {
		t.Errorf("%+v, want the second to wait for its day and the third to be refused", list)
	}
	r := get(t, s.public+"/v1/timeslots?"+query+"&product=flushot")
	if !strings.HasPrefix(r.header.Get("Cache-Status"), "timeslots; hit") || !r.answer(t).Complete {
		t.Errorf("the first visitor: %s", r.header.Get("Cache-Status"))
	}
	const hits = `aggregator_http_request_duration_seconds_count{cache="hit",code="200",product="flushot",route="/v1/timeslots"} `
	if !strings.Contains(counted(t, s.admin, hits), hits+"1\n") {
		t.Error("rounds count as requests")
	}
	if code := s.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestAQueryIsWarmedOnDemand(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "")
	const token = "Bearer admin-secret"
	const query = "departmentUrlName=AcmeRiverton&visitTypeName=Illness"
	body := `{"query":"` + query + `"}`
	if r := call(t, http.MethodPost, s.admin+"/ops/warm", body, "Authorization", token); r.status != http.StatusOK || string(r.body) != "{\"complete\":true}\n" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := get(t, s.public+"/v1/timeslots?"+query); !strings.HasPrefix(r.header.Get("Cache-Status"), "timeslots; hit") {
		t.Errorf("the next visitor: %s", r.header.Get("Cache-Status"))
	}
	if r := call(t, http.MethodPost, s.admin+"/ops/warm", body); r.status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", r.status)
	}
}
