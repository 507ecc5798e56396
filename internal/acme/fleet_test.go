package acme

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

func newFleet(t *testing.T) *Fleet {
	t.Helper()
	now := func() time.Time { return Monday }
	f, err := NewFleet(
		Options{Seed: 1, Now: now}, Options{Tier: UAT, Seed: 1, Now: now}, Options{Tenant: "birch", Seed: 1, Now: now}, Options{Tenant: "birch", Tier: UAT, Seed: 2, Now: now},
	)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ask(f *Fleet, host, method, target string, body ...string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := keyed(httptest.NewRequest(method, target, strings.NewReader(strings.Join(body, ""))))
	r.Host = host
	f.ServeHTTP(w, r)
	return w
}

func TestEachHostServesItsOwnBaseAndNothingElse(t *testing.T) {
	f := newFleet(t)
	calls := map[string][]string{
		"public":        {"GET /v4/departments", "GET /v4/providers/9000000017/timeslots", "GET /v1/patient", "GET /v1/suffixes"},
		"ingress":       {"GET /v5/providers/9000000017/timeslots"},
		"visit":         {"GET /api/9/modalities", "GET /api/6/visits/retail/self"},
		"scheduling":    {"GET /retail?timeSlot=2030-03-04T15:40:00-08:00"},
		"public either": {"GET /v1/availability/slots?npis=1&daysOfSlots=1"},
	}
	hosts := member(f, "acme", PRD).Hosts()
	for kind, targets := range calls {
		for _, target := range targets {
			method, path, _ := strings.Cut(target, " ")
			for host, serves := range map[string]bool{
				hosts.Public: strings.HasPrefix(kind, "public"), hosts.Ingress + ":443": kind == "ingress" || strings.HasSuffix(kind, "either"),
				strings.ToUpper(hosts.Visit): kind == "visit", hosts.Scheduling: kind == "scheduling", "127.0.0.1:8081": true, "": true,
			} {
				want := 404
				if serves {
					want = 200
				}
				if w := ask(f, host, method, path); w.Code != want || want == 404 && !strings.Contains(w.Body.String(), "no Route matched") {
					t.Errorf("%s on %q: %d %.100s, want %d", target, host, w.Code, w.Body, want)
				}
			}
		}
	}
}

func TestTenantsAndTiersShareNothing(t *testing.T) {
	f := newFleet(t)
	acme, uat, birch := member(f, "acme", PRD), member(f, "acme", UAT), member(f, "birch", PRD)
	if member(f, "cedar", PRD) != nil {
		t.Error("a tenant that was not asked for")
	}
	if cmp.Equal(acme.Hosts(), uat.Hosts()) || cmp.Equal(acme.Hosts(), birch.Hosts()) {
		t.Error("two tenants share hosts")
	}
	same(t, acme.NPIs(), birch.NPIs(), "the NPIs of equal seeds")
	brand := func(host string) any {
		return at(decode(t, ask(f, host, "GET", "/v4/departments").Body.Bytes()), 0, "brandName")
	}
	if brand(acme.Hosts().Public) != "Acme" || brand(birch.Hosts().Public) != "Birch" {
		t.Errorf("brands %v and %v", brand(acme.Hosts().Public), brand(birch.Hosts().Public))
	}
	if w := ask(f, birch.Hosts().Ingress, "GET", "/v5/providers/9000000017/timeslots"); w.Code != 401 {
		t.Errorf("one tenant's key opens the other: %d", w.Code)
	}
	if err := uat.SetFault("*:status=503"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{uat.Hosts().Public: 503, acme.Hosts().Public: 200, birch.Hosts().Public: 200} {
		if w := ask(f, host, "GET", "/v4/departments"); w.Code != want {
			t.Errorf("with one tenant wholly down, %s: %d", host, w.Code)
		}
	}
	if n := acme.Calls()["departments"].Calls; n != 2 {
		t.Errorf("acme counted %d calls", n)
	}
	slot := retailSlots(t, acme)[0]
	post(t, acme, retailPath, retailBody(t, "A", slot))
	uat.ClearFaults()
	for tenant, want := range map[*Tenant]bool{acme: false, uat: true} {
		body := call(tenant, "GET", "/v2/departments/AcmeRiverton/timeslots", nil).Body.String()
		if strings.Contains(body, at(slot, "id").(string)) != want {
			t.Errorf("sold in PRD, the slot is listed by %s: %v", tenant.Hosts().Public, !want)
		}
	}
}

func TestTheFleetTellsWhoIsThere(t *testing.T) {
	f := newFleet(t)
	list := decode(t, ask(f, "anywhere", "GET", "/_acme/tenants").Body.Bytes()).([]any)
	if len(list) != 4 || at(list[3], "hosts", "public") != "api.care-uat.birch.example.org" || at(list[1], "keys", "Slots") != "acme-uat-slots" {
		t.Errorf("tenants: %v", list)
	}
	if w := ask(f, member(f, "birch", UAT).Hosts().Visit, "PUT", "/_acme/faults", `["*:hang"]`); w.Code != 200 {
		t.Errorf("a fault through one of its hosts: %d", w.Code)
	}
	if got := ask(f, "127.0.0.1", "GET", "/_acme/faults").Body.String(); got != "[]" {
		t.Errorf("the first tenant has the faults of another: %s", got)
	}
}

func TestFleetsThatCannotBeAreRefused(t *testing.T) {
	for situation, members := range map[string][]Options{
		"nobody": nil, "twins": {{}, {Tenant: "acme", Tier: PRD}}, "a tenant that is none": {{}, {Tenant: "birch", Departments: -1}},
		"a name that is no name": {{Tenant: "Acme Health"}}, "a third tier": {{Tier: "dev"}}, "a negative lookahead": {{Lookaheads: map[string]int{"FluShot": -1}}},
		"a negative life": {{SearchContextLife: -1}},
	} {
		if _, err := NewFleet(members...); err == nil || !strings.HasPrefix(err.Error(), "acme: ") {
			t.Errorf("%s: %v", situation, err)
		}
	}
}

// member is the tenant of that name and tier, nil when there is none.
func member(f *Fleet, name, tier string) *Tenant {
	for _, t := range f.tenants {
		if t.options.Tenant == name && t.options.Tier == tier {
			return t
		}
	}
	return nil
}

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

// documented is a line of the package comment's table: name, groups, method, the rest.
var documented = regexp.MustCompile(`(?m)^//\t([a-z0-9-]+) +([a-z][a-z -]*?) +(GET|POST|PUT|DELETE) +/`)

func TestThePackageCommentListsEveryOperationWithItsGroups(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]string{}, map[string]string{}
	for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
		got[m[1]] = m[3] + " " + m[2]
	}
	for _, rt := range newTenant(t).routes {
		want[rt.Name] = rt.Method + " " + strings.Join(rt.Groups, " ")
	}
	same(t, want, got)
}

func TestPathsNobodyServesGetTheGatewaysBody(t *testing.T) {
	tenant := newTenant(t)
	want := decode(t, sample(t, "errors/gateway-404.json")).(map[string]any)
	for _, c := range []struct{ method, target string }{
		{"GET", "/"}, {"GET", "/v4/departments/"}, {"POST", "/v4/departments"}, {"GET", "/v9/departments"},
		{"GET", "/v4//departments"}, {"GET", "/api/6/visits/retail"}, {"GET", "/v4/departments/x/y/departmentInfo"},
	} {
		w := call(tenant, c.method, c.target, nil)
		got := decode(t, w.Body.Bytes()).(map[string]any)
		if w.Code != 404 || got["message"] != want["message"] || len(got["request_id"].(string)) != 32 {
			t.Errorf("%s %s: %d %s", c.method, c.target, w.Code, w.Body)
		}
	}
}

func FuzzNoPathFindsAWrongRouteOrPanics(f *testing.F) {
	for _, path := range []string{"/v4/departments", "/v1/providers/a%7Cb", "/v1/providers/%zz", "//", "", "/v4/departments/a%2Fb/departmentInfo"} {
		f.Add(path)
	}
	table := newTenant(f).routes
	f.Fuzz(func(t *testing.T, path string) {
		rt, args := match(table, wire.EveryBase, "GET", path)
		if rt == nil {
			return
		}
		if strings.Count(strings.Join(rt.Pattern, "/"), "/") != strings.Count(path, "/") {
			t.Fatalf("%q matched %v", path, rt.Pattern)
		}
		for _, a := range args {
			if a == "" {
				t.Fatalf("%q gave an empty argument", path)
			}
		}
	})
}
