package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"timeslots/internal/api"
	"timeslots/internal/ops"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

func stateOf(t *testing.T, s *running) ops.State {
	t.Helper()
	return document[ops.State](t, get(t, s.admin+"/ops/state"))
}

func TestTheStateSaysHowManySlotsEachSourceLists(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "")
	total := get(t, s.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness").answer(t).Total
	eventually(t, "the slots of Care Direct being counted", func() bool {
		counts := map[string]int{}
		for _, source := range stateOf(t, s).Sources {
			counts[source.Name] = source.Slots
		}
		return total > 0 && counts["careDirect"] >= total && counts["providerDirect"] == 0
	})
}

// Two people look around themselves, one of them for two things: each visit type has a circle that serves both.
func TestTheStateSaysWhichCirclesServeEverybodyAndWhatMemoryMayHold(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "cache: {memory: {fragments: 40MiB, responses: 9MiB}}")
	for _, visitor := range []struct{ latitude, longitude, visitType string }{
		{"47.6100", "-122.3300", "Illness"}, {"47.6131", "-122.3342", "Illness"}, {"47.6131", "-122.3342", "FluShot"},
	} {
		query := url.Values{"latitude": {visitor.latitude}, "longitude": {visitor.longitude}, "radius": {"25"}, "visitTypeName": {visitor.visitType}}
		if a := get(t, s.public+"/v1/timeslots?"+query.Encode()).answer(t); a.Total == 0 {
			t.Fatalf("%v: nothing near", visitor)
		}
	}
	var state ops.State
	eventually(t, "two circles that were read", func() bool {
		state = stateOf(t, s)
		being := slices.ContainsFunc(state.Circles.Largest, func(c ops.Circle) bool { return c.Parts == 0 }) // read for who asked last
		return state.Circles.InUse == 2 && len(state.Circles.VisitTypes) == 2 && !being
	})
	for _, c := range state.Circles.Largest {
		if c.Radius < 25 || c.Parts == 0 || c.SlotsPerDay == 0 || c.Latitude < 47.4 || c.Latitude > 47.8 || c.Longitude < -122.6 || c.Longitude > -122 {
			t.Errorf("%+v is not the circle of those who asked", c)
		}
	}
	if c := state.Circles; len(c.Largest) != 2 || c.Max < 1000 || c.Others != 0 || c.VisitTypes[0].Circles != 1 {
		t.Errorf("%+v", c)
	}
	bounds := map[string]float64{}
	for _, tier := range state.Cache {
		if tier.Bytes > tier.Max {
			t.Errorf("%+v holds more than it may", tier)
		}
		bounds[tier.Tier] = tier.Max
	}
	if bounds["memory"] != 40<<20 || bounds["response"] != 9<<20 {
		t.Errorf("bounds %v", bounds)
	}
	counted(t, s.admin, "aggregator_area_circles 2\n", `aggregator_cache_max_bytes{tier="memory"} 4.194304e+07`)
}

func TestAQueryIsExplainedAndNothingIsFetchedForIt(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "")
	const query = "departmentUrlName=AcmeRiverton&visitTypeName=Illness&sort=balanced"
	explain := func() api.Explanation { return document[api.Explanation](t, get(t, s.admin+"/ops/explain?"+query)) }
	if x := explain(); x.Merge.Offered != 0 || len(x.Fragments) == 0 || x.Fragments[0].Found != "none" {
		t.Errorf("cold: %+v", x)
	}
	total := get(t, s.public+"/v1/timeslots?"+query).answer(t).Total
	x := explain()
	if x.Merge.Offered != total || !x.Cached || x.Ranking.Sort != "balanced" || len(x.Ranking.First) == 0 || x.Ranking.First[0].Score == nil {
		t.Errorf("warm: %+v", x)
	}
	found := false
	for _, f := range x.Fragments {
		found = found || f.Source == "careDirect" && f.Found == "memory" && f.Freshness == "fresh" && f.FreshFor > 0 && f.Slots > 0
	}
	if !found {
		t.Errorf("no Care Direct fragment in %+v", x.Fragments)
	}
	if r := get(t, s.admin+"/ops/explain?npi=1"); r.status != http.StatusBadRequest || !strings.Contains(string(r.body), "npi") {
		t.Errorf("a bad query: %d %s", r.status, r.body)
	}
}

func TestAPastedAddressIsExplainedAsAPage(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "")
	address := "https://slots.example.org/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&latitude=47.61&longitude=-122.33"
	get(t, s.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&latitude=47.61&longitude=-122.33")
	for target, want := range map[string]string{
		"/ops/explain": "Explain</button>", "/ops/explain?q=" + url.QueryEscape(address): "<td>0.0</td>", "/ops/explain?q=" + url.QueryEscape("npi=<script>"): "This is no query",
	} {
		r := get(t, s.admin+target, "Accept", "text/html")
		if !strings.Contains(string(r.body), want) || strings.Contains(string(r.body), "<script>") || strings.Contains(string(r.body), "%!") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s", target, r.status, r.body)
		}
	}
}

// What is wrong with Redis is one log line, and shows on /ops and in the metrics; the password never does.
func TestWhatIsWrongWithRedisIsSaid(t *testing.T) {
	figure.Beside(t)
	upstream := startTenant(t)
	healthy := rig.StartRedis(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, test := range map[string]struct{ addr, more, kind, up string }{
		"all is well":      {healthy.Addr, "", "", "1"},
		"a wrong password": {healthy.Addr, `, username: somebody, password: "pa55word-of-this-test"`, "auth", "0"},
		"nobody listens":   {closed.Addr().String(), `, password: "pa55word-of-this-test"`, "refused", "0"},
		"an HTTP server":   {upstream, `, password: "pa55word-of-this-test"`, "protocol", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startService(t, served(upstream)+fmt.Sprintf("cache: {redis: {addresses: [%q]%s}}\n", test.addr, test.more))
			var state ops.State
			eventually(t, "the kind on /ops", func() bool {
				state = stateOf(t, s)
				return len(state.Redis.Servers) == 1 && state.Redis.Kind == test.kind && state.Redis.Up == (test.kind == "")
			})
			if server := state.Redis.Servers[0]; server.Server != test.addr || server.Since.IsZero() || (server.Reason == "") != (test.kind == "") {
				t.Errorf("%+v", server)
			}
			shown := test.kind
			if shown == "" {
				shown = "ok"
			}
			counted(t, s.admin, "aggregator_redis_up "+test.up+"\n", fmt.Sprintf("aggregator_redis_servers{kind=%q} 1\n", shown))
			if r := get(t, s.public+"/v1/timeslots?npi=9000000017"); r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.body)
			}
			log := s.err.String()
			said, slow := strings.Count(log, `"msg":"Redis is`), strings.Count(log, `"kind":"timeout","reason"`) // a starved machine is late at first
			if said != 1+slow || test.kind != "" && !strings.Contains(log, `"kind":"`+test.kind+`"`) {
				t.Errorf("%d lines about Redis, %d of them that it is slow: %s", said, slow, log)
			}
			if strings.Contains(log, "pa55word") || strings.Contains(string(get(t, s.admin+"/ops/state").body), "pa55word") {
				t.Error("the password is shown")
			}
		})
	}
}
