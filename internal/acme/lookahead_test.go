package acme

import (
	"maps"
	"net/url"
	"slices"
	"testing"
)

func TestLookaheadsDifferByVisitTypeAndInstance(t *testing.T) {
	tenant := newTenant(t, func(o *Options) {
		o.Lookaheads = map[string]int{"NewPatient": 30, "org.acme.ehr.mountain FluShot": 14, "Wellness": 0}
	})
	for _, tt := range []struct {
		instance, visit string
		want            float64
	}{
		{"org.acme.ehr.main", "FollowUp", 90}, {"org.acme.ehr.main", "NewPatient", 30}, {"org.acme.ehr.mountain", "NewPatient", 30},
		{"org.acme.ehr.mountain", "FluShot", 14}, {"org.acme.ehr.main", "FluShot", 90}, {"org.acme.ehr.east", "FluShot", 120},
		{"", "FluShot", 120}, {"org.acme.ehr.mountain", "", 90}, {"org.acme.ehr.main", "Wellness", 0}, {"elsewhere", "FluShot", 0}, {"", "Nothing", 0},
	} {
		query := url.Values{"epicInstanceName": {tt.instance}, "visitTypeName": {tt.visit}}
		if got := at(get(t, tenant, "/v2/lookups/maxLookaheadDays?"+query.Encode()), "maxLookaheadDays"); got != tt.want {
			t.Errorf("%s %s: %v, want %v", tt.instance, tt.visit, got, tt.want)
		}
	}
}

func TestAskingBeyondTheLookaheadFails(t *testing.T) {
	const v4, v5, area = "/v4/providers/9000000017/timeslots?", "/v5/providers/9000000017/timeslots?", "/v1/availability/slots?npis=9000000017&daysOfSlots=90"
	searches := func(tenant *Tenant, visits string, want map[string]int) {
		for until, status := range want {
			body := `{"visitTypeNames":[` + visits + `],"endDate":"` + until + `","criteriaItems":[{"npi":"9000000017"}]}`
			if w := call(tenant, "POST", "/v5/slots/search", body); w.Code != status {
				t.Errorf("a search until %s: %d %s", until, w.Code, w.Body)
			}
		}
	}
	ten := newTenant(t, func(o *Options) { o.Lookaheads = map[string]int{"NewPatient": 10} }) // until 2030-03-14
	statuses(t, ten, map[string]int{
		v5 + "visitTypeName=NewPatient&endDate=2030-03-14": 200, v5 + "visitTypeName=NewPatient&endDate=2030-03-15": 400,
		v5 + "visitTypeName=FollowUp&endDate=2030-03-15": 200, v5 + "endDate=2030-03-15": 200, v5 + "endDate=2030-06-03": 400,
		v4 + "visitType=NewPatient&endDate=2030-03-15": 400, v4 + "visitType=NewPatient&endDate=2030-03-14": 200,
		area + "&visitTypeNames=NewPatient&endDate=2030-03-16": 400, area + "&visitTypeNames=NewPatient&endDate=2030-03-14": 200,
		area + "&endDate=2030-03-20": 200,
	})
	searches(ten, `"NewPatient"`, map[string]int{"2030-03-14": 200, "2030-03-15": 400})
	nine := newTenant(t, func(o *Options) { o.Lookahead = 9 }) // until 2030-03-13; Care Options counts from the latest day on Earth
	statuses(t, nine, map[string]int{
		v5 + "endDate=2030-03-13": 200, v5 + "endDate=2030-03-14": 400, v5 + "startDate=2030-04-01": 400,
		v4 + "endDate=2030-03-13": 200, v4 + "endDate=2030-03-14": 400,
		area + "&endDate=2030-03-20": 400, area + "&visitTypeNames=FollowUp&endDate=2030-03-14": 200,
	})
	searches(nine, "", map[string]int{"2030-03-13": 200, "2030-03-14": 400})
	for _, target := range []string{v5, v4, area} {
		last := slices.Max(slices.Collect(maps.Keys(starts(get(t, nine, target)))))
		if last < "2030-03-08" || last > "2030-03-14" {
			t.Errorf("GET %s: the last start is %s", target, last)
		}
	}
}

func TestNoSurfaceListsAVisitTypeBeyondItsLookahead(t *testing.T) {
	tenant := newTenant(t, func(o *Options) { o.Lookaheads = map[string]int{"NewPatient": 10} })
	for _, target := range []string{
		"/v5/providers/9000000017/timeslots", "/v4/providers/9000000017/timeslots?endDate=2030-04-30", "/v1/availability/slots?npis=9000000017&daysOfSlots=90",
	} {
		last := map[string]string{}
		for start, visits := range starts(get(t, tenant, target)) {
			for _, visit := range visits {
				last[visit] = max(last[visit], start)
			}
		}
		if last["7204"] == "" || last["7204"] > "2030-03-15" || last["7203"] < "2030-04-01" {
			t.Errorf("%s: new patients until %s, others until %s", target, last["7204"], last["7203"])
		}
	}
}
