package acme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/world"
)

// dynamicKey is a member name that is data: an NPI or a composite department identifier.
var dynamicKey = regexp.MustCompile(`^\d{10}$|\|`)

// shapeOf lists the paths of a document with the JSON types found there.
func shapeOf(v any) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if out[path] == nil {
			out[path] = map[string]bool{}
		}
		out[path][typeName(v)] = true
		switch x := v.(type) {
		case map[string]any:
			for k, member := range x {
				if dynamicKey.MatchString(k) {
					k = "*"
				}
				walk(path+"."+k, member)
			}
		case []any:
			for _, element := range x {
				walk(path+"[]", element)
			}
		}
	}
	walk("$", v)
	return out
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any, []any:
		return fmt.Sprintf("%T", v)
	case json.Number, float64:
		return "number"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// sameShape fails unless got has the sample's paths with the sample's types. Null goes with any type.
func sameShape(t *testing.T, name string, got any, want any) {
	t.Helper()
	gotShape, wantShape := shapeOf(got), shapeOf(want)
	for _, path := range slices.Sorted(maps.Keys(wantShape)) {
		if gotShape[path] == nil {
			t.Errorf("%s: %s is missing", name, path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(gotShape)) {
		if wantShape[path] == nil {
			t.Errorf("%s: %s is not in the sample", name, path)
			continue
		}
		for typ := range gotShape[path] {
			if typ != "null" && !wantShape[path][typ] && !wantShape[path]["null"] {
				t.Errorf("%s: %s is a %s, in the sample %v", name, path, typ, slices.Collect(maps.Keys(wantShape[path])))
			}
		}
	}
}

func TestEveryReadHasTheShapeOfItsSample(t *testing.T) {
	middle := "&startDate=2030-03-12&daysOfSlots=2"
	tenant := newTenant(t)
	for _, tt := range []struct {
		sample, target string
		body           any // nil: a GET
	}{
		{"departments.v4", "/v4/departments", nil},
		{"department-info.v4", "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true", nil},
		{"department-info.v4", "/v4/departments/org.acme.ehr.main%7C4100200300/departmentInfo?byId=true&withProviders=true", nil},
		{"department-timeslots.v2", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness", nil},
		{"providers.v1", "/v1/providers", nil},
		{"provider-info.v1", "/v1/providers/9000000017", nil},
		{"provider-info.v1", "/v1/providers/org.acme.ehr.main%7C9000000017", nil},
		{"provider-timeslots.v4", "/v4/providers/9000000017/timeslots", nil},
		{"provider-timeslots.v5", "/v5/providers/9000000017/timeslots?" + middle, nil},
		{"provider-timeslots.v5.first-page", "/v5/providers/9000000017/timeslots?daysOfSlots=2", nil},
		{"provider-timeslots.v5.empty", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil},
		{"slots-search.v5", "/v5/slots/search", sample(t, "slots-search.v5.request.json")},
		{"slots-search.v5.empty", "/v5/slots/search", `{"criteriaItems":[{"npi":"1"}]}`},
		{"max-lookahead-days.v2", "/v2/lookups/maxLookaheadDays?visitTypeName=FollowUp", nil},
		{"availability-slots.get.v1", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=10" + middle, nil},
		{"availability-slots.get.v1.empty", "/v1/availability/slots?npis=9999999999&daysOfSlots=1", nil},
		{"availability-providers.post.v1", "/v1/availability/providers", sample(t, "availability-providers.post.v1.request.json")},
		{"patient.v1", "/v1/patient", nil},
		{"patient-other.v1", "/v1/patient/other", sample(t, "patient-other.v1.request.json")},
		{"retail-cancel-reasons.v7", "/api/7/visits/retail/cancel/reasons/acme", nil},
	} {
		method := "GET"
		if tt.body != nil {
			method = "POST"
		}
		got := answered(t, call(tenant, method, tt.target, tt.body), tt.target)
		sameShape(t, tt.target, got, decode(t, sample(t, tt.sample+".response.json")))
	}
	if _, has := at(get(t, tenant, "/v1/departments"), 0).(map[string]any)["billingServiceArea"]; has {
		t.Error("v1 carries billingServiceArea")
	}
}

func TestTheDirectoryHasTheSamplesFirstDepartmentAndClinicians(t *testing.T) {
	tenant := newTenant(t)
	d := get(t, tenant, "/v4/departments").([]any)[0].(map[string]any)
	want := decode(t, sample(t, "departments.v4.response.json")).([]any)[0].(map[string]any)
	for _, key := range []string{"departmentId", "urlName", "displayName", "ehrSystemName", "instanceId", "latitude", "longitude", "timezone"} {
		if d[key] != want[key] {
			t.Errorf("%s: %v, want %v", key, d[key], want[key])
		}
	}
	for n, want := range map[int]string{1: "9000000017", 2: "9000000025", 10: "9000000108", 11: "9000000116"} {
		if got := world.NPI(n); got != want {
			t.Errorf("NPI(%d) = %s, want %s", n, got, want)
		}
	}
	if got := at(get(t, tenant, "/v5/providers/9000000017/timeslots"), "slots", 0, "departmentId"); got != "4100200410" {
		t.Errorf("the first clinician works at %v", got)
	}
	people := at(get(t, tenant, "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true"), "providers").([]any)
	if at(people[0], "providerId") != "P-1001" || at(people[0], "nationalId") != "9000000108" {
		t.Errorf("the first walk-in clinician is %v", people[0])
	}
}

func TestSomeProvidersLackOptionalMembersWhereTheTenantLeavesThemOut(t *testing.T) {
	const target = "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=7"
	for npi, p := range at(get(t, newTenant(t), target), "providers").(map[string]any) {
		if at(p, "emrId") == nil || at(p, "specialties") == nil {
			t.Errorf("without the switch %s is %v", npi, p)
		}
	}
	providers := at(get(t, untidyTenant(t, world.AbsentOptionals), target), "providers").(map[string]any)
	seen := map[string]bool{}
	for _, p := range providers {
		m := p.(map[string]any)
		seen[fmt.Sprint("gender ", m["gender"])] = true
		for _, member := range []string{"emrId", "specialties"} {
			_, has := m[member]
			seen[fmt.Sprint(member, " ", has)] = true
		}
	}
	for _, want := range []string{"gender <nil>", "gender Female", "gender FEMALE", "gender male", "emrId true", "emrId false", "specialties true", "specialties false"} {
		if !seen[want] {
			t.Errorf("no provider with %s among %d", want, len(providers))
		}
	}
}

func TestTheDirectoryListsFilterAsDocumented(t *testing.T) {
	tenant := newTenant(t)
	count := func(target string) int { return len(get(t, tenant, target).([]any)) }
	retail, primary := count("/v4/departments"), count("/v4/departments?clinicType=primary%20care")
	if retail+primary != 59 || count("/v4/departments?onlyActive=false") != retail+1 {
		t.Errorf("%d retail and %d primary care departments", retail, primary)
	}
	if count("/v4/departments?brand=acme") != retail || count("/v4/departments?brand=other") != 0 || count("/v4/departments?clinicType=Virtual") != 0 {
		t.Error("brands or clinic types do not filter")
	}
	everybody := count("/v1/providers")
	if everybody != 240 || count("/v1/providers?excludeInactive=true") != 239 || count("/v1/providers?acceptingNewPatients=true") >= everybody {
		t.Errorf("%d providers", everybody)
	}
	if n := at(get(t, tenant, "/v2/lookups/maxLookaheadDays?epicInstanceName=elsewhere"), "maxLookaheadDays"); n != 0.0 {
		t.Errorf("an unknown instance may be asked for %v days", n)
	}
}

func TestWhatNobodyKnowsIs404InTheSurfacesOwnBody(t *testing.T) {
	tenant := newTenant(t)
	for target, name := range map[string]string{
		"/v2/departments/Nowhere/timeslots":                  "errors/department-404.assumed.json",
		"/v4/departments/Nowhere/departmentInfo":             "errors/department-404.assumed.json",
		"/v4/departments/AcmeRiverton/departmentInfo?byId=1": "errors/department-404.assumed.json",
		"/v1/departments/Nowhere":                            "errors/department-404.assumed.json",
		"/v5/providers/1/timeslots":                          "errors/slots-404-single-provider.json",
		"/v4/providers/1/timeslots":                          "errors/slots-404-single-provider.json",
		"/v1/providers/1":                                    "errors/slots-404-single-provider.json",
	} {
		w := call(tenant, "GET", target, nil)
		if diff := cmp.Diff(decode(t, sample(t, name)), decode(t, w.Body.Bytes())); w.Code != 404 || diff != "" {
			t.Errorf("GET %s: %d (-want +got):\n%s", target, w.Code, diff)
		}
	}
}

// tidyCalls are answers of every surface that a switch changes.
var tidyCalls = []exchange{
	{"GET", "/v1/departments", nil, 200}, {"GET", "/v4/departments?clinicType=Primary+Care", nil, 200},
	{"GET", "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true", nil, 200},
	{"GET", "/v1/departments/AcmePortlandFluShot", nil, 200}, {"GET", "/v1/providers", nil, 200},
	{"GET", "/v1/providers/9000000025", nil, 200}, {"GET", "/v1/providers/9000000041", nil, 200},
	{"GET", "/v2/departments/AcmeRivertonFluShot/timeslots?visitTypeName=FluShot", nil, 200},
	{"GET", "/v2/departments/AcmeRiverton/timeslots", nil, 200},
	{"GET", "/v2/departments/AcmeRivertonPrimaryCare/timeslots?visitTypeName=FollowUp", nil, 200},
	{"GET", "/v4/providers/9000000017/timeslots", nil, 200}, {"GET", "/v4/providers/9000000108/timeslots", nil, 200},
	{"GET", "/v5/providers/9000000017/timeslots?daysOfSlots=3", nil, 200}, {"GET", "/v5/providers/9000000041/timeslots", nil, 200},
	{"GET", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil, 200},
	{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[{"npi":"9000000017"},{"npi":"9000000108"}]}`), 200},
	{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=2", nil, 200},
	{"GET", "/v1/availability/slots?postalCode=10000&daysOfSlots=5&userTimezone=Asia/Tokyo", nil, 200},
	{"POST", "/v1/availability/slots", []byte(`{"postalCode":"98000","visitTypeNames":["Illness","FollowUp","NewPatient"],"endDate":"2030-03-08"}`), 200},
	{"POST", "/v1/availability/providers", []byte(`{"postalCode":"85000"}`), 200},
	{"GET", "/v2/lookups/maxLookaheadDays", nil, 200}, {"GET", "/_acme/directory", nil, 200},
}

// The digests are those of the tenant before it knew any switch. A change to what the simulator says in general writes
// them again: run this test and take what it prints.
func TestATenantWithoutSwitchesIsTheSameByteForByte(t *testing.T) {
	tenant := newTenant(t)
	var got strings.Builder
	for _, c := range tidyCalls {
		w := call(tenant, c.method, c.target, c.body)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c, w.Code, c.status)
		}
		sum := sha256.Sum256([]byte(fmt.Sprint(w.Header(), w.Body)))
		_, _ = fmt.Fprintf(&got, "%s %s\n", hex.EncodeToString(sum[:8]), c)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "tidy.digests"))
	if err != nil || got.String() != string(want) {
		t.Errorf("%v; the answers are now\n%s", err, got.String())
	}
}

func BenchmarkAnswers(b *testing.B) {
	for _, surface := range []struct{ name, target string }{
		{"care direct", "/v2/departments/AcmeRiverton/timeslots"},
		{"v5 of four weeks", "/v5/providers/9000000017/timeslots?startDate=2030-03-04&endDate=2030-03-31"},
		{"v5 of ninety days", "/v5/providers/9000000017/timeslots"},
		{"v4 of four weeks", "/v4/providers/9000000108/timeslots?startDate=2030-03-04&endDate=2030-03-31"},
		{"care options of a week", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=7"},
		{"care options of four weeks", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=28&endDate=2030-03-31&startDate=2030-03-04"},
		{"departments", "/v4/departments"},
	} {
		b.Run(surface.name, func(b *testing.B) {
			tenant := newTenant(b)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				tenant.ServeHTTP(w, keyed(httptest.NewRequest("GET", surface.target, nil)))
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newTenant(b)
	}
}
