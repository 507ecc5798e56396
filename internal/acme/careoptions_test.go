package acme

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCareOptionsReadsItsParametersAsPublished(t *testing.T) {
	tenant := newTenant(t)
	const near = "latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=2"
	departments := func(query string) []string {
		return slices.Sorted(maps.Keys(at(get(t, tenant, "/v1/availability/slots?"+query), "departments").(map[string]any)))
	}
	all := departments(near)
	if len(all) < 8 {
		t.Fatalf("an area search finds %d departments", len(all))
	}
	for situation, query := range map[string]string{
		"case of names":         near + "&clinicTypes=retail,PRIMARY%20care",
		"zip wins over a point": "latitude=21.31&longitude=-157.86&radius=25&daysOfSlots=2&postalCode=98000",
		"product":               near + "&product=flushot",
	} {
		same(t, all, departments(query), situation)
	}
	retail := departments(near + "&clinicTypes=Retail")
	flu := departments(near + "&visitTypeNames=FLUSHOT")
	if len(retail) == 0 || len(retail) >= len(all) || len(flu) == 0 || len(flu) >= len(retail) {
		t.Errorf("%d departments, %d retail, %d with flu shots", len(all), len(retail), len(flu))
	}
	if got := departments("departmentEmrIds=4100200300&daysOfSlots=3"); len(got) != 3 {
		t.Errorf("a department id without its instance names %v", got)
	}
	same(t, []string{"org.acme.ehr.east|4100200300"}, departments("departmentEmrIds=4100200300,1&ehrInstances=org.acme.ehr.east&daysOfSlots=3"), "with its instance")
	if got := departments(near + "&departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.east"); len(got) != 0 {
		t.Errorf("an area and a department outside it give %v", got)
	}
}

func TestDistancesAreFromTheSearchedPoint(t *testing.T) {
	tenant := newTenant(t)
	distance := func(query string) any {
		return at(get(t, tenant, "/v1/availability/slots?daysOfSlots=3&departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.main&"+query),
			"departments", "org.acme.ehr.main|4100200300", "distanceFrom")
	}
	for query, want := range map[string]float64{"": 0, "latitude=47.61&longitude=-122.33": 0, "latitude=47.71&longitude=-122.33": 6.9} {
		if got := distance(query); got != want {
			t.Errorf("%s: %v miles, want %v", query, got, want)
		}
	}
}

func TestGenderAndSpecialtyAreMatchedLoosely(t *testing.T) {
	tenant := newTenant(t)
	find := func(query string) map[string]any {
		return at(get(t, tenant, "/v1/availability/slots?postalCode=98000&daysOfSlots=7&"+query), "providers").(map[string]any)
	}
	for _, gender := range []string{"F", "female", "Female"} {
		found := find("gender=" + gender)
		for npi, p := range found {
			if g, _ := at(p, "gender").(string); !strings.HasPrefix(strings.ToLower(g), "f") {
				t.Errorf("gender=%s finds %s, %v", gender, npi, at(p, "gender"))
			}
		}
		if len(found) == 0 || len(found) != len(find("gender=F")) {
			t.Errorf("gender=%s finds %d", gender, len(found))
		}
	}
	if len(find("specialty=pediatrics")) == 0 || len(find("specialty=Alchemy")) != 0 {
		t.Error("specialties do not filter")
	}
}

func TestAVisitTypeUnderTwoModalitiesGivesTwoElements(t *testing.T) {
	modalities := map[any]any{}
	for _, v := range at(get(t, newTenant(t), "/v1/availability/slots?npis=9000000017&daysOfSlots=3&visitTypeNames=followup"), "slotsByVisitType").([]any) {
		modalities[at(v, "visitTypeEmrId")] = at(v, "modality")
	}
	same(t, map[any]any{"7203": "INCLINIC", "7213": "VIDEO"}, modalities)
}

func TestTheCallersZoneShiftsDaysAndTimes(t *testing.T) {
	tenant := newTenant(t)
	const search = "/v1/availability/slots?npis=9000000017&daysOfSlots=30&endDate=2030-03-20&visitTypeNames=FollowUp&startDate=2030-03-05"
	home, away := get(t, tenant, search), get(t, tenant, search+"&userTimezone=Asia/Tokyo")
	if at(home, "timezone") != "America/Los_Angeles" || at(away, "timezone") != "Asia/Tokyo" {
		t.Errorf("zones %v and %v", at(home, "timezone"), at(away, "timezone"))
	}
	if _, ok := starts(home)["2030-03-06T15:00:00-08:00"]; !ok {
		t.Fatal("no slot at three in the afternoon of the 6th")
	}
	shifted := false
	for _, d := range at(away, "slotsByVisitType", 0, "scheduleDays").([]any) {
		for _, s := range at(d, "slotTimes").([]any) {
			start := at(s, "slotDateTime").(string)
			if !strings.HasPrefix(start, at(d, "date").(string)) || !strings.HasSuffix(start, "+09:00") {
				t.Errorf("%s under %v", start, at(d, "date"))
			}
			shifted = shifted || start == "2030-03-07T08:00:00+09:00"
		}
	}
	if !shifted {
		t.Error("three in the afternoon in Riverton is not listed as eight in the morning in Tokyo")
	}
}

func TestTheSameSearchHasTheSameContext(t *testing.T) {
	tenant := newTenant(t)
	token := func(query string) any {
		return at(get(t, tenant, "/v1/availability/slots?"+query), "searchContext")
	}
	first := token("npis=1,2&daysOfSlots=3&visitTypeNames=A,b&latitude=47.60&longitude=-122&product=a")
	if len(first.(string)) != 32 {
		t.Errorf("token %v", first)
	}
	if token("daysOfSlots=03&npis=2,1&longitude=-122.0&latitude=47.6&visitTypeNames=B,a&product=b&radius=30&unknown=1") != first {
		t.Error("the same search in other words has another context")
	}
	for _, other := range []string{
		"npis=1,2&daysOfSlots=4&visitTypeNames=A,b&latitude=47.60&longitude=-122", "npis=1,2&daysOfSlots=3&visitTypeNames=A,b&latitude=47.61&longitude=-122",
		"npis=12&daysOfSlots=3&visitTypeNames=A,b&latitude=47.60&longitude=-122", "npis=1,2&daysOfSlots=3&visitTypeNames=A,b&postalCode=98000",
	} {
		if token(other) == first {
			t.Errorf("%s has the same context", other)
		}
	}
}

const slotsPath = "/v1/availability/slots"

// options lists every provider option of a Care Options answer, of either method: instant, NPI, department and visit
// type.
func options(t testing.TB, doc any) (out []string) {
	t.Helper()
	slotsIn(doc, listing{}, "", func(at listing, start string) {
		when, err := time.Parse(time.RFC3339, start)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Join([]string{when.UTC().Format(time.RFC3339), at.npi, at.department, at.visitID}, " "))
	})
	slices.Sort(out)
	return out
}

func TestBothMethodsOfCareOptionsFindTheSameSlots(t *testing.T) {
	tenant := newTenant(t)
	for body, query := range map[string]string{
		`{"latitude":47.61,"longitude":-122.33,"radius":25,"visitTypeNames":["Illness","FollowUp"],"startDate":"2030-03-05","endDate":"2030-03-07"}`:      "latitude=47.61&longitude=-122.33&radius=25&visitTypeNames=illness,followup&startDate=2030-03-05&endDate=2030-03-07",
		`{"postalCode":"98000","visitTypeNames":["FOLLOWUP"],"clinicTypes":["primary care"],"newOrEstablishedPatient":"establishedPatient","gender":"F"}`: "postalCode=98000&visitTypeNames=FollowUp&clinicTypes=Primary+Care&newOrEstablishedPatient=establishedPatient&gender=female",
		`{"departmentIds":["4100200300"],"ehrInstances":["org.acme.ehr.east"],"visitTypeNames":["Wellness"]}`:                                             "departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.east&visitTypeNames=Wellness",
		`{"latitude":47.61,"longitude":-122.33,"visitTypeNames":["FollowUp"],"clinicianNPIs":["9000000017"]}`:                                             "latitude=47.61&longitude=-122.33&visitTypeNames=FollowUp&npis=9000000017",
	} {
		posted := options(t, post(t, tenant, slotsPath, body))
		if diff := cmp.Diff(options(t, get(t, tenant, slotsPath+"?daysOfSlots=100&"+query)), posted); diff != "" || len(posted) == 0 {
			t.Errorf("%s finds %d (-get +post):\n%.500s", body, len(posted), diff)
		}
	}
}

func TestPostedSlotsAreFlatInUTCAndEveryReferenceResolves(t *testing.T) {
	doc := post(t, newTenant(t), slotsPath, sample(t, "availability-slots.post.v1.request.json"))
	sameShape(t, "posted slots", doc, decode(t, sample(t, "availability-slots.post.v1.response.json")))
	last := ""
	for _, s := range at(doc, "slots").([]any) {
		start := at(s, "slotDateTime").(string)
		if start <= last || !strings.HasSuffix(start, "Z") {
			t.Errorf("%s follows %s", start, last)
		}
		last = start
		for _, o := range at(s, "providerOptions").([]any) {
			if at(doc, "providers", at(o, "npi")) == nil || at(doc, "departments", at(o, "departmentEhrIdentifier")) == nil {
				t.Errorf("%v refers to what is not there", o)
			}
		}
	}
}

func TestExactlyOneWayOfSayingWhereIsAccepted(t *testing.T) {
	const names = `"visitTypeNames":["Illness"]`
	point, zip, ids := `"latitude":47.61,"longitude":-122.33,`, `"postalCode":"98000",`, `"departmentIds":["4100200300"],`
	context := `"searchContext":"0123456789abcdef0123456789abcdef",`
	tests := map[string]int{
		point: 200, zip: 200, ids: 200,
		"": 400, point + zip: 400, point + ids: 400, zip + ids: 400, context + zip: 400, point + zip + ids: 400,
		`"latitude":47.61,`: 400, `"latitude":47.61,` + zip: 200, `"departmentIds":[],`: 400, `"postalCode":"9800",`: 400,
	}
	tenant := newTenant(t)
	for where, want := range tests {
		w := call(tenant, "POST", slotsPath, []byte("{"+where+names+"}"))
		if w.Code != want || want == 400 && at(decode(t, w.Body.Bytes()), "errorCode") != 40001.0 {
			t.Errorf("{%s}: %d %s", where, w.Code, w.Body)
		}
	}
	if w := call(tenant, "POST", slotsPath, []byte("{"+strings.TrimSuffix(zip, ",")+"}")); w.Code != 400 {
		t.Errorf("without visit types: %d %s", w.Code, w.Body)
	}
}

func TestTheBodyThatTheSDKWritesIsUnderstood(t *testing.T) {
	tenant := newTenant(t)
	find := func(more string) []string {
		return options(t, post(t, tenant, slotsPath, `{"postalCode":"98000","visitTypeNames":["FollowUp","Illness"],"sortBy":"mostAvailable",`+more+`}`))
	}
	same(t, find(`"clinicTypes":["Retail"]`), find(`"clinicType":"Retail"`), "clinicType")
	all := find(`"startDate":"2030-03-05","endDate":"2030-03-06"`)
	for _, days := range []string{ // of which the schema knows the day alone, and the SDK writes UTC
		`"startDate":"2030-03-05T20:00:00.000Z","endDate":"2030-03-06T19:00:00.000Z"`,
		`"startDate":"2030-03-04T23:00:00-08:00","endDate":"2030-03-06T23:59:59.999Z"`,
	} {
		same(t, all, find(days), days)
	}
	if few := find(`"startDate":"2030-03-05","endDate":"2030-03-05"`); len(few) == 0 || len(few) == len(all) {
		t.Errorf("%d slots on one day, %d on two", len(few), len(all))
	}
}

func TestASearchContextRunsTheSearchAgain(t *testing.T) {
	tenant := newTenant(t)
	replay := func(token any) any { return post(t, tenant, slotsPath, `{"searchContext":"`+token.(string)+`"}`) }
	const body = `{"postalCode":"98000","visitTypeNames":["Illness"],"endDate":"2030-03-06"}`
	posted := post(t, tenant, slotsPath, body)
	same(t, posted, replay(at(posted, "searchContext")), "replayed")
	if again := at(post(t, tenant, slotsPath, strings.ReplaceAll(body, ",", " , ")), "searchContext"); again != at(posted, "searchContext") {
		t.Error("the same search with blanks has another context")
	}
	got := get(t, tenant, slotsPath+"?postalCode=98000&visitTypeNames=Illness&daysOfSlots=2&endDate=2030-03-06")
	same(t, options(t, posted), options(t, replay(at(got, "searchContext"))), "a GET's context, posted")
	slot := options(t, posted)[0]
	book := retailSlots(t, tenant)[0]
	post(t, tenant, retailPath, retailBody(t, "A", book))
	if now := options(t, replay(at(posted, "searchContext"))); len(now) >= len(options(t, posted)) {
		t.Errorf("after a sale the replay still lists %d slots, %s first", len(now), slot)
	}
}

func TestAnUnknownOrExpiredSearchContextIsRefused(t *testing.T) {
	tenant, c := clockedTenant(t, func(o *Options) { o.SearchContextLife = time.Minute })
	want := decode(t, sample(t, "errors/careoptions-400-invalid-search-context.json"))
	refused := func(situation string, body any) {
		t.Helper()
		w := call(tenant, "POST", slotsPath, body)
		same(t, want, decode(t, w.Body.Bytes()), situation)
		same(t, 400, w.Code, situation)
	}
	refused("never given out", sample(t, "availability-slots.post.v1.replay.request.json"))
	replay := map[string]any{"searchContext": at(post(t, tenant, slotsPath, `{"postalCode":"98000","visitTypeNames":["Illness"]}`), "searchContext")}
	c.advance(59 * time.Second)
	post(t, tenant, slotsPath, replay)
	setFault(t, tenant, "care-options:forget")
	refused("forgotten", replay)
	tenant.ClearFaults()
	c.advance(time.Minute)
	refused("a minute after it was last used", replay)
}

func TestAPatientsSearchHasAContextOfItsOwn(t *testing.T) {
	tenant := newTenant(t)
	token := func(patient string) any {
		return at(post(t, tenant, slotsPath, `{"postalCode":"98000","visitTypeNames":["Illness"]`+patient+`}`), "searchContext")
	}
	const patient = `,"patient":{"patientId":"%","patientIdType":"MRN","ehrInstance":"org.acme.ehr.main"}`
	seen := map[any]bool{token(""): true, token(strings.Replace(patient, "%", "a", 1)): true, token(strings.Replace(patient, "%", "A", 1)): true}
	if len(seen) != 3 {
		t.Errorf("nobody and two patients share contexts: %v", slices.Collect(maps.Keys(seen)))
	}
}
