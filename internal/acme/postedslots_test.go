package acme

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
	last, durations := "", map[bool]int{}
	for _, s := range at(doc, "slots").([]any) {
		start := at(s, "slotDateTime").(string)
		if start <= last || !strings.HasSuffix(start, "Z") {
			t.Errorf("%s follows %s", start, last)
		}
		last = start
		for _, o := range at(s, "providerOptions").([]any) {
			_, has := o.(map[string]any)["duration"]
			durations[has]++
			if at(doc, "providers", at(o, "npi")) == nil || at(doc, "departments", at(o, "departmentEhrIdentifier")) == nil {
				t.Errorf("%v refers to what is not there", o)
			}
		}
	}
	if durations[true] == 0 || durations[false] == 0 {
		t.Errorf("options with and without a duration: %v", durations)
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
	cut := find(`"startDate":"2030-03-05T20:00:00.000Z","endDate":"2030-03-06T19:00:00.000Z"`)
	want := slices.DeleteFunc(slices.Clone(all), func(o string) bool {
		return o < "2030-03-05T20:00:00Z" || o > "2030-03-06T19:00:00Z~"
	})
	if diff := cmp.Diff(want, cut); diff != "" || len(cut) == 0 || len(cut) == len(all) {
		t.Errorf("date-times cut %d of %d (-want +got):\n%.500s", len(cut), len(all), diff)
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
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now, o.SearchContextLife = c.now, time.Minute })
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
