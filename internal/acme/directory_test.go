package acme

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
