package acme

import (
	"net/http/httptest"
	"strings"
	"testing"

	"timeslots/internal/acme/world"
)

func TestTheTenantIsControlledAtRunTime(t *testing.T) {
	tenant := newTenant(t)
	send := func(method, path string, body any) *httptest.ResponseRecorder {
		return call(tenant, method, "/_acme/"+path, body)
	}
	if w := send("PUT", "faults", []string{"care-direct:hang", "*:latency=1ms@0.5"}); w.Code != 200 {
		t.Errorf("PUT faults: %d %s", w.Code, w.Body)
	}
	if w := send("PUT", "faults", []string{"*:truncate", "nowhere:hang"}); w.Code != 400 || !strings.Contains(w.Body.String(), "nowhere") {
		t.Errorf("PUT with a bad fault: %d %s", w.Code, w.Body)
	}
	if got := strings.TrimSpace(send("GET", "faults", nil).Body.String()); got != `["care-direct:hang","*:latency=1ms@0.5"]` {
		t.Errorf("in force: %s", got)
	}
	if w := send("DELETE", "faults", nil); w.Code != 204 || send("GET", "faults", nil).Body.String() != "[]" {
		t.Errorf("DELETE faults: %d", w.Code)
	}
	call(tenant, "GET", "/v4/departments", nil)
	if got := at(decode(t, send("GET", "calls", nil).Body.Bytes()), "directory", "calls"); got != 1.0 {
		t.Errorf("directory calls: %v", got)
	}
	if w := send("POST", "calls/reset", nil); w.Code != 204 || tenant.Calls()["*"].Calls != 0 {
		t.Errorf("reset: %d %+v", w.Code, tenant.Calls()["*"])
	}
	directory := decode(t, send("GET", "directory", nil).Body.Bytes())
	if at(directory, "npis", 0) != world.NPI(1) || at(directory, "departments", 0, "departmentUrlName") != "AcmeRiverton" {
		t.Errorf("directory: %.200v", directory)
	}
	if w := send("GET", "nonsense", nil); w.Code != 404 {
		t.Errorf("GET nonsense: %d", w.Code)
	}
}
