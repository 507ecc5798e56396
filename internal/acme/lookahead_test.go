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

func TestAskingBeyondAVisitTypesOwnLookaheadFails(t *testing.T) {
	tenant := newTenant(t, func(o *Options) { o.Lookaheads = map[string]int{"NewPatient": 10} }) // until 2030-03-14
	const v4, v5, area = "/v4/providers/9000000017/timeslots", "/v5/providers/9000000017/timeslots", "/v1/availability/slots"
	for target, want := range map[string]int{
		v5 + "?visitTypeName=NewPatient&endDate=2030-03-14": 200, v5 + "?visitTypeName=NewPatient&endDate=2030-03-15": 400,
		v5 + "?visitTypeName=FollowUp&endDate=2030-03-15": 200, v5 + "?endDate=2030-03-15": 200, v5 + "?endDate=2030-06-03": 400,
		v4 + "?visitType=NewPatient&endDate=2030-03-15": 400, v4 + "?visitType=NewPatient&endDate=2030-03-14": 200,
		area + "?npis=9000000017&daysOfSlots=1&visitTypeNames=NewPatient&endDate=2030-03-16": 400,
		area + "?npis=9000000017&daysOfSlots=1&visitTypeNames=NewPatient&endDate=2030-03-14": 200,
		area + "?npis=9000000017&daysOfSlots=1&endDate=2030-03-20":                           200,
	} {
		if w := call(tenant, "GET", target, nil); w.Code != want {
			t.Errorf("GET %s: %d %s", target, w.Code, w.Body)
		}
	}
	for body, want := range map[string]int{"2030-03-14": 200, "2030-03-15": 400} {
		text := `{"visitTypeNames":["NewPatient"],"endDate":"` + body + `","criteriaItems":[{"npi":"9000000017"}]}`
		if w := call(tenant, "POST", "/v5/slots/search", []byte(text)); w.Code != want {
			t.Errorf("a search until %s: %d %s", body, w.Code, w.Body)
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

func TestATenantMayLookNineDaysAhead(t *testing.T) {
	tenant := newTenant(t, func(o *Options) { o.Lookahead = 9 }) // until 2030-03-13; Care Options counts from the latest day on Earth
	const v4, v5, area = "/v4/providers/9000000017/timeslots", "/v5/providers/9000000017/timeslots", "/v1/availability/slots?npis=9000000017&daysOfSlots=90"
	for target, want := range map[string]int{
		v5: 200, v5 + "?endDate=2030-03-13": 200, v5 + "?endDate=2030-03-14": 400, v5 + "?startDate=2030-04-01": 400,
		v4: 200, v4 + "?endDate=2030-03-13": 200, v4 + "?endDate=2030-03-14": 400,
		area: 200, area + "&endDate=2030-03-20": 400, area + "&visitTypeNames=FollowUp&endDate=2030-03-14": 200,
	} {
		w := call(tenant, "GET", target, nil)
		if w.Code != want {
			t.Errorf("GET %s: %d, want %d: %.200s", target, w.Code, want, w.Body)
		}
		if w.Code == 200 {
			last := slices.Max(slices.Collect(maps.Keys(starts(decode(t, w.Body.Bytes())))))
			if last < "2030-03-08" || last > "2030-03-14" {
				t.Errorf("GET %s: the last start is %s", target, last)
			}
		}
	}
	for until, want := range map[string]int{"2030-03-13": 200, "2030-03-14": 400} {
		body := []byte(`{"endDate":"` + until + `","criteriaItems":[{"npi":"9000000017"}]}`)
		if w := call(tenant, "POST", "/v5/slots/search", body); w.Code != want {
			t.Errorf("a search until %s: %d %s", until, w.Code, w.Body)
		}
	}
	if got := at(get(t, tenant, "/v2/lookups/maxLookaheadDays?visitTypeName=FollowUp"), "maxLookaheadDays"); got != 9.0 {
		t.Errorf("maxLookaheadDays %v", got)
	}
}
