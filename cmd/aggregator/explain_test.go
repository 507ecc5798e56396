package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"timeslots/internal/api"
	"timeslots/test/rig/figure"
)

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
