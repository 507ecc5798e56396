package acme

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"testing"

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
	tests := []struct{ sample, target string }{
		{"departments.v4", "/v4/departments"},
		{"department-info.v4", "/v4/departments/AcmeRiverton/departmentInfo?withProviders=true"},
		{"department-info.v4", "/v4/departments/" + url.PathEscape("org.acme.ehr.main|4100200300") + "/departmentInfo?byId=true&withProviders=true"},
		{"department-timeslots.v2", "/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness"},
		{"providers.v1", "/v1/providers"},
		{"provider-info.v1", "/v1/providers/9000000017"},
		{"provider-info.v1", "/v1/providers/" + url.PathEscape("org.acme.ehr.main|9000000017")},
		{"provider-timeslots.v4", "/v4/providers/9000000017/timeslots"},
		{"provider-timeslots.v5", "/v5/providers/9000000017/timeslots?" + middle},
		{"provider-timeslots.v5.first-page", "/v5/providers/9000000017/timeslots?daysOfSlots=2"},
		{"provider-timeslots.v5.empty", "/v5/providers/9000000017/timeslots?visitTypeName=None"},
		{"max-lookahead-days.v2", "/v2/lookups/maxLookaheadDays?visitTypeName=FollowUp"},
		{"availability-slots.get.v1", "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=10" + middle},
		{"availability-slots.get.v1.empty", "/v1/availability/slots?npis=9999999999&daysOfSlots=1"},
	}
	tenant := newTenant(t)
	for _, tt := range tests {
		sameShape(t, tt.target, get(t, tenant, tt.target), decode(t, sample(t, tt.sample+".response.json")))
	}
}

func TestThePostedSearchHasTheShapeOfItsSample(t *testing.T) {
	w := call(newTenant(t), "POST", "/v5/slots/search", sample(t, "slots-search.v5.request.json"))
	sameShape(t, "slots search", decode(t, w.Body.Bytes()), decode(t, sample(t, "slots-search.v5.response.json")))
	nobody := post(t, newTenant(t), "/v5/slots/search", `{"criteriaItems":[{"npi":"1"}]}`)
	sameShape(t, "a search for nobody", nobody, decode(t, sample(t, "slots-search.v5.empty.response.json")))
}

func TestOlderDepartmentsLackTheBillingArea(t *testing.T) {
	for _, d := range get(t, newTenant(t), "/v1/departments").([]any) {
		if _, has := d.(map[string]any)["billingServiceArea"]; has {
			t.Fatal("v1 carries billingServiceArea")
		}
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

func TestOptionalFieldsAreSprinkled(t *testing.T) {
	tenant := newTenant(t)
	providers := at(get(t, tenant, "/v1/availability/slots?latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=7"), "providers").(map[string]any)
	seen := map[string]bool{}
	for _, p := range providers {
		m := p.(map[string]any)
		seen[fmt.Sprintf("gender %v", m["gender"])] = true
		_, has := m["emrId"]
		seen[fmt.Sprintf("emrId %v", has)] = true
		_, has = m["specialties"]
		seen[fmt.Sprintf("specialties %v", has)] = true
	}
	for _, want := range []string{"gender <nil>", "gender Female", "gender FEMALE", "gender male", "emrId true", "emrId false", "specialties true", "specialties false"} {
		if !seen[want] {
			t.Errorf("no provider with %s among %d", want, len(providers))
		}
	}
}
