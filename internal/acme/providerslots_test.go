package acme

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"timeslots/internal/acme/world"
)

// daysOf lists the days of the first visit type of a v5 or Care Options answer, and its markers.
func daysOf(t *testing.T, visit any) (days []string, previous, next any) {
	t.Helper()
	for _, d := range at(visit, "scheduleDays").([]any) {
		days = append(days, at(d, "date").(string))
	}
	return days, at(visit, "previousEndDate"), at(visit, "nextStartDate")
}

func TestPagesConcatenateToTheWholeInBothDirections(t *testing.T) {
	tenant := newTenant(t)
	for _, surface := range []struct {
		name, target string
		visit        func(doc any) any
	}{
		{"v5", "/v5/providers/9000000017/timeslots?visitTypeName=NewPatient", func(doc any) any { return at(doc, "slots", 0, "slotsByVisitType", 0) }},
		{"care options", "/v1/availability/slots?npis=9000000017&visitTypeNames=NewPatient", func(doc any) any { return at(doc, "slotsByVisitType", 0) }},
	} {
		whole, previous, next := daysOf(t, surface.visit(get(t, tenant, surface.target+"&daysOfSlots=1000&endDate=2030-05-31")))
		if previous != nil || next != nil || len(whole) < 20 {
			t.Fatalf("%s: the whole has %d days, markers %v and %v", surface.name, len(whole), previous, next)
		}
		var forward, backward []string
		for start := any("2030-03-04"); start != nil; {
			var days []string
			days, _, start = daysOf(t, surface.visit(get(t, tenant, surface.target+"&daysOfSlots=4&endDate=2030-05-31&startDate="+start.(string))))
			forward = append(forward, days...)
		}
		for end := any("2030-05-31"); end != nil; {
			var days []string
			days, end, _ = daysOf(t, surface.visit(get(t, tenant, surface.target+"&daysOfSlots=4&endDate="+end.(string))))
			backward = append(days, backward...)
		}
		same(t, whole, forward, surface.name, " forward")
		same(t, whole, backward, surface.name, " backward")
	}
}

func TestMarkersAppearOnlyWhenPaging(t *testing.T) {
	visit := at(get(t, newTenant(t), "/v5/providers/9000000017/timeslots"), "slots", 0, "slotsByVisitType", 0).(map[string]any)
	if _, has := visit["nextStartDate"]; has {
		t.Error("nextStartDate without daysOfSlots")
	}
	first := at(get(t, newTenant(t), "/v5/providers/9000000017/timeslots?daysOfSlots=2"), "slots", 0, "slotsByVisitType", 0)
	days, previous, next := daysOf(t, first)
	if len(days) != 2 || previous != nil || next != "2030-03-07" {
		t.Errorf("first page %v, markers %v and %v", days, previous, next)
	}
}

func TestV5FiltersByVisitTypePatientAndDepartment(t *testing.T) {
	tenant := newTenant(t)
	const base = "/v5/providers/9000000017/timeslots?"
	names := func(query string) []string {
		set := map[string]bool{}
		for _, place := range at(get(t, tenant, base+query), "slots").([]any) {
			for _, v := range at(place, "slotsByVisitType").([]any) {
				set[at(v, "visitTypeName").(string)+" "+at(v, "visitTypeId").(string)] = true
			}
		}
		return slices.Sorted(maps.Keys(set))
	}
	for query, want := range map[string][]string{
		"":                         {"FollowUp 7203", "FollowUp 7213", "NewPatient 7204"},
		"visitTypeName=NewPatient": {"NewPatient 7204"},
		"visitTypeName=NewPatient&visitTypeName=FollowUp":                                        {"FollowUp 7203", "FollowUp 7213", "NewPatient 7204"},
		"visitTypeName=FollowUp&visitTypeEmrId=7213":                                             {"FollowUp 7213"},
		"newOrEstablishedPatient=newPatient":                                                     {"NewPatient 7204"},
		"newOrEstablishedPatient=establishedPatient":                                             {"FollowUp 7203", "FollowUp 7213"},
		"departmentUrlName=AcmeRiverton":                                                         nil,
		"departmentEmrId=4100200410&departmentEmrSystemId=org.acme.ehr.main&visitTypeEmrId=7203": {"FollowUp 7203"},
		"departmentEmrId=4100200410&departmentEmrSystemId=org.acme.ehr.east":                     nil,
	} {
		same(t, want, names(query), query)
	}
	statuses(t, tenant, map[string]int{
		base + "startDate=2030-03-03": 200, base + "endDate=2030-06-02": 200,
		base + "startDate=2030-03-05T09:30:00%2B09:00&endDate=2030-03-06T00:00:00Z": 200,
	})
}

func TestATimeInADateCutsTheDay(t *testing.T) {
	const within = "startDate=2030-03-05T10:00:00-08:00&endDate=2030-03-05T20:00:00Z" // ten to noon
	slots := starts(get(t, newTenant(t), "/v5/providers/9000000017/timeslots?"+within))
	for start := range slots {
		if start < "2030-03-05T10:00:00-08:00" || start > "2030-03-05T12:00:00-08:00" {
			t.Errorf("%s is listed", start)
		}
	}
	if len(slots) == 0 {
		t.Error("nothing is listed")
	}
}

func TestSlotsThatCannotBeBookedAreShownOnV5Only(t *testing.T) {
	tenant := newTenant(t)
	npi := world.NPI(3)
	bookable := map[any]any{}
	for _, v := range at(get(t, tenant, "/v5/providers/"+npi+"/timeslots"), "slots", 0, "slotsByVisitType").([]any) {
		bookable[at(v, "visitTypeName")] = at(v, "isBookable")
	}
	same(t, map[any]any{"NewPatient": false, "FollowUp": true}, bookable, "isBookable")
	for _, target := range []string{"/v4/providers/" + npi + "/timeslots?visitType=NewPatient", "/v1/availability/slots?daysOfSlots=9&visitTypeNames=NewPatient&npis=" + npi} {
		if n := len(starts(get(t, tenant, target))); n > 0 {
			t.Errorf("%s lists %d slots", target, n)
		}
	}
}

func TestV4AnswersAWeekFromTodayAndRefusesThePast(t *testing.T) {
	tenant := newTenant(t)
	doc := get(t, tenant, "/v4/providers/9000000017/timeslots")
	if at(doc, "startDate") != "2030-03-04" || at(doc, "endDate") != "2030-03-11" || at(doc, "scheduleDays", 0, "date") != "2030-03-05T00:00:00-08:00" {
		t.Errorf("%v … %v, first %v", at(doc, "startDate"), at(doc, "endDate"), at(doc, "scheduleDays", 0, "date"))
	}
	const base = "/v4/providers/9000000017/timeslots?"
	statuses(t, tenant, map[string]int{
		base + "startDate=2030-03-03": 200, base + "startDate=2030-03-02": 400, base + "startDate=2030-03-09&endDate=2030-03-08": 400,
		base + "endDate=2030-06-03": 400, base + "startDate=2030-03-05T00:00:00Z": 400,
	})
	if n := len(starts(get(t, tenant, "/v4/providers/9000000017/timeslots?departmentId=4100200410&ehrSystemName=org.acme.ehr.east"))); n > 0 {
		t.Errorf("the same department id in another instance lists %d slots", n)
	}
}

func TestSlotsSearchLeavesOutWhoHasNothingAndRefusesUnknownKeys(t *testing.T) {
	tenant := newTenant(t)
	post := func(body string) *httptest.ResponseRecorder {
		return call(tenant, "POST", "/v5/slots/search", []byte(body))
	}
	for body, want := range map[string]int{
		`{"criteriaItems":[{"npi":"9000000017"},{"npi":"1"}],"endDate":"2030-03-08"}`:                               1,
		`{"criteriaItems":[{"npi":"9000000017"},{"npi":"9000000025"}],"visitTypeNames":["FollowUp"]}`:               2,
		`{"criteriaItems":[{"npi":"9000000017","ehrInstance":"org.acme.ehr.east"}]}`:                                0,
		`{"criteriaItems":[{"npi":"9000000017","ehrInstance":"org.acme.ehr.main","departmentId":"4100200410"}]}`:    1,
		`{"criteriaItems":[{"npi":"9000000017"}],"visitTypeNames":["None"]}`:                                        0,
		`{"criteriaItems":[{"npi":"9000000017"}],"startDate":"2030-03-09","endDate":"2030-03-10"}` /* a weekend */ : 0,
		`{"criteriaItems":[{"npi":"9000000017"}],"startDate":"2030-03-09"}`:                                         1,
	} {
		w := post(body)
		if w.Code != 200 || len(at(decode(t, w.Body.Bytes()), "results").([]any)) != want {
			t.Errorf("%s: %d %.300s, want %d results", body, w.Code, w.Body, want)
		}
	}
	for _, body := range []string{
		``, `{}`, `{"criteriaItems":[]}`, `{"criteriaItems":[{}]}`, `{"criteriaItems":[{"npi":"1","departmentId":"2"}]}`,
		`{"criteriaItems":[{"npi":"1"}],"product":"x"}`, `{"criteriaItems":[{"npi":"1","x":1}]}`, `{"criteriaItems":[{"npi":"1"}]}{}`,
		`{"criteriaItems":[{"npi":"9000000017"}],"endDate":"2030-12-31"}`,
	} {
		if w := post(body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

func FuzzNoQueryBreaksASurface(f *testing.F) {
	for _, q := range []string{
		"daysOfSlots=3&npis=9000000017", "startDate=2030-03-05&endDate=2030-03-06T00:00:00Z", "postalCode=98000&daysOfSlots=1",
		"daysOfSlots=99999999999999999999", "userTimezone=UTC&npis=9000000017&daysOfSlots=1", "%zz", "startDate=9999-12-31", "departmentEmrId=x",
		"latitude=NaN&longitude=0&daysOfSlots=1", "newOrEstablishedPatient=newPatient",
	} {
		f.Add(q)
	}
	tenant := newTenant(f, func(o *Options) { o.Departments, o.Providers = 9, 30 })
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/v5/providers/9000000017/timeslots", "/v4/providers/9000000017/timeslots", "/v1/availability/slots", "/v2/departments/AcmeRiverton/timeslots", "/v4/departments"} {
			r := httptest.NewRequest("GET", path, nil)
			r.URL.RawQuery = query
			w := httptest.NewRecorder()
			if tenant.ServeHTTP(w, keyed(r)); w.Code != 200 && w.Code != 400 {
				t.Fatalf("%s?%q: %d %s", path, query, w.Code, w.Body)
			}
			decode(t, w.Body.Bytes())
		}
	})
}

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
