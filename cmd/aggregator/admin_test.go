package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"timeslots/internal/ops"
	"timeslots/test/rig/figure"
)

// adminMistakes are, for each route of the admin listener, calls that name nothing, two things, or what cannot be: what is
// sent, and the field that the refusal names. Routes that only read take any query and have none.
var adminMistakes = map[string][]struct{ target, body, field string }{
	"GET /healthz": nil, "GET /readyz": nil, "GET /metrics": nil,
	"POST /ops/invalidate": {
		{body: ``, field: "body"}, {body: ` `, field: "body"}, {body: `{}`, field: "body"}, {body: `null`, field: "body"},
		{body: `[]`, field: "body"}, {body: `"all"`, field: "body"}, {body: `{"all":true`, field: "body"}, {body: `all=true`, field: "body"},
		{body: `{"all":true} {"all":true}`, field: "body"}, {body: `{"all":true}x`, field: "body"},
		{body: `{"all":true}` + strings.Repeat(" ", 4<<10), field: "body"},
		{body: `{"everything":true}`, field: `"everything"`}, {body: `{"All":true}`, field: `"All"`}, {body: `{"NPI":"9000000017"}`, field: `"NPI"`},
		{body: `{"all":false}`, field: "all"}, {body: `{"all":null}`, field: "all"}, {body: `{"all":"true"}`, field: "all"}, {body: `{"all":1}`, field: "all"},
		{body: `{"npi":"bad"}`, field: "npi"}, {body: `{"npi":""}`, field: "npi"}, {body: `{"npi":9000000017}`, field: "npi"},
		{body: `{"npi":"900000001"}`, field: "npi"}, {body: `{"npi":"90000000171"}`, field: "npi"}, {body: `{"npi":" 9000000017"}`, field: "npi"},
		{body: `{"npi":"９０００００００１７"}`, field: "npi"}, {body: `{"npi":["9000000017"]}`, field: "npi"}, {body: `{"npi":"9000000017,9000000025"}`, field: "npi"},
		{body: `{"npi":"9000000017","npi":"9000000025"}`, field: "npi"}, {body: `{"npi":"9000000017","all":true}`, field: "all, npi"},
		{body: `{"npi":"","all":true}`, field: "all, npi"}, {body: `{"all":false,"source":"careDirect"}`, field: "all, source"},
		{body: `{"source":"mars"}`, field: "source"}, {body: `{"source":""}`, field: "source"}, {body: `{"source":"caredirect"}`, field: "source"},
		{body: `{"source":"booking"}`, field: "source"}, {body: `{"source":"careDirect,careOptions"}`, field: "source"},
		{body: `{"departmentIdentifier":"410"}`, field: "departmentIdentifier"}, {body: `{"departmentIdentifier":"|410"}`, field: "departmentIdentifier"},
		{body: `{"departmentIdentifier":"ehr|"}`, field: "departmentIdentifier"}, {body: `{"departmentIdentifier":" | "}`, field: "departmentIdentifier"},
		{body: `{"departmentIdentifier":"ehr|4\u000010"}`, field: "departmentIdentifier"},
		{body: `{"departmentIdentifier":"ehr|` + strings.Repeat("4", 600) + `"}`, field: "departmentIdentifier"},
		{target: "/ops/invalidate?all=true", body: `{"npi":"9000000017"}`, field: "query"},
	},
	"GET /ops/explain": {
		{target: "/ops/explain", field: ""}, {target: "/ops/explain?npi=bad", field: "npi"},
		{target: "/ops/explain?q=npi%3D9000000017&npi=9000000025", field: "q"}, {target: "/ops/explain?q=npi%3D9000000017&q=npi%3D9000000025", field: "q"},
	},
	"PUT /ops/products/{name}": {
		{target: "/ops/products/default", body: ``, field: "body"}, {target: "/ops/products/default", body: `{}`, field: "enabled"},
		{target: "/ops/products/default", body: `{"enabled":"no"}`, field: "enabled"}, {target: "/ops/products/default", body: `{"enabled":null}`, field: "enabled"},
		{target: "/ops/products/default", body: `{"Enabled":false}`, field: `"Enabled"`}, {target: "/ops/products/default", body: `{"enabled":true,"enabled":false}`, field: "enabled"},
		{target: "/ops/products/default", body: `{"enabled":false}{}`, field: "body"}, {target: "/ops/products/default", body: `{"enabled":false,"bookings":1}`, field: "bookings"},
		{target: "/ops/products/default?enabled=true", body: `{"enabled":false}`, field: "query"},
	},
	"POST /ops/warm": {
		{body: ``, field: "body"}, {body: `{}`, field: "query"}, {body: `{"query":""}`, field: "query"}, {body: `{"query":null}`, field: "query"},
		{body: `{"query":5}`, field: "query"}, {body: `{"query":"npi=17"}`, field: "query"}, {body: `{"query":"npi=%zz"}`, field: "query"},
		{body: `{"query":"npi=9000000017","npi":"9000000017"}`, field: `"npi"`}, {body: `{"query":"npi=9000000017","query":"npi=9000000025"}`, field: "query"},
		{body: `{"query":"npi=9000000017&product=flushotz"}`, field: "query"}, {body: `{"query":"npi=9000000017&daysOfSlots=-1"}`, field: "query"},
		{target: "/ops/warm?query=npi%3D9000000017", body: `{"query":"npi=9000000017"}`, field: "query"},
	},
	"GET /debug/pprof/": {{target: "/debug/pprof/heap?seconds=-1", field: "seconds"}},
	"GET /debug/pprof/profile": {
		{target: "/debug/pprof/profile?seconds=-1", field: "seconds"}, {target: "/debug/pprof/profile?seconds=0", field: "seconds"},
		{target: "/debug/pprof/profile?seconds=5s", field: "seconds"}, {target: "/debug/pprof/profile?seconds=100000", field: "seconds"}, {target: "/debug/pprof/profile?seconds=NaN", field: "seconds"},
	},
	"GET /debug/pprof/symbol": nil,
	"GET /debug/pprof/trace":  {{target: "/debug/pprof/trace?seconds=-0.5", field: "seconds"}},
}

func TestEveryAdminRouteRefusesWhatNamesNothingOrTwoThings(t *testing.T) {
	figure.Beside(t)
	handler := quietService(t, `admin: {listen: 127.0.0.1:0, token: "admin-secret"}`).adminHandler()
	for route, mistakes := range adminMistakes {
		method, path, _ := strings.Cut(route, " ")
		for _, m := range mistakes {
			target := m.target
			if target == "" {
				target = path
			}
			r := httptest.NewRequest(method, target, strings.NewReader(m.body))
			r.Header.Set("Authorization", "Bearer admin-secret")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			var problem struct {
				Status int
				Detail string
				Errors []struct{ Parameter, Detail, Fix string }
			}
			if w.Code != http.StatusBadRequest || w.Header().Get("Content-Type") != "application/problem+json" || json.Unmarshal(w.Body.Bytes(), &problem) != nil || problem.Status != 400 {
				t.Errorf("%s %s %.80q: %d %s", method, target, m.body, w.Code, w.Body)
				continue
			}
			if problem.Detail == "" || !strings.Contains(problem.Detail, m.field) {
				t.Errorf("%s %s %.80q: %q does not name %s", method, target, m.body, problem.Detail, m.field)
			}
			if method != http.MethodGet && (len(problem.Errors) != 1 || problem.Errors[0].Parameter != m.field || problem.Errors[0].Fix == "") {
				t.Errorf("%s %s %.80q: %+v, want the field %s and a fix", method, target, m.body, problem.Errors, m.field)
			}
		}
	}
}

// A route that is added has to say what it refuses.
func TestNoAdminRouteIsForgotten(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "internal", "ops", "admin.go"))
	if err != nil {
		t.Fatal(err)
	}
	routes := regexp.MustCompile(`mux\.Handle(?:Func)?\("([A-Z]+ )?([^"]+)"`).FindAllStringSubmatch(string(text), -1)
	if len(routes) < 10 {
		t.Fatalf("found %v", routes)
	}
	for _, r := range routes {
		if _, there := adminMistakes[r[1]+r[2]]; !there {
			t.Errorf("%s%s is not in adminMistakes", r[1], r[2])
		}
	}
}

func TestInvalidationMakesTheNextAnswerAFreshFetch(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	const path = "/v1/timeslots?npi=9000000017"
	token := []string{"Authorization", "Bearer admin-secret", "Content-Type", "application/json"}
	get(t, service.public+path)
	for body, fetches := range map[string]bool{
		`{"npi":"9000000017"}`: true, `{"source":"providerDirect"}`: true, `{"all":true}`: true, `{"npi":"9000000025"}`: false, `{"source":"careOptions"}`: false,
	} {
		get(t, service.public+path)
		before := calls(t, simulator)["provider-timeslots-v5"]
		if r := call(t, http.MethodPost, service.admin+"/ops/invalidate", body, token...); r.status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
		get(t, service.public+path)
		if fetched := calls(t, simulator)["provider-timeslots-v5"] > before; fetched != fetches {
			t.Errorf("%s: fetched again %v, want %v", body, fetched, fetches)
		}
	}
}

func TestAProductThatIsSwitchedOffAnswers503AndTheOthersGoOn(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, `products: {flushot: {ranking: nearest}, findadoctor: {}}`)
	const (
		token = "Bearer admin-secret"
		query = "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&product="
	)
	put := func(name, body string) reply {
		return call(t, http.MethodPut, s.admin+"/ops/products/"+name, body, "Authorization", token)
	}
	for range 3 { // the third takes the hit path
		if r := get(t, s.public+query+"flushot"); r.status != http.StatusOK {
			t.Fatalf("before: %d %s", r.status, r.body)
		}
	}
	if r := put("flushot", `{"enabled":false}`); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	r := get(t, s.public+query+"flushot")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), "switched off") {
		t.Errorf("switched off: %d %v %s", r.status, r.header, r.body)
	}
	if r := get(t, s.public+strings.Replace(query, "timeslots", "next-available", 1)+"flushot"); r.status != http.StatusServiceUnavailable {
		t.Errorf("next available: %d", r.status)
	}
	for _, other := range []string{"findadoctor", "default", "unheard-of"} {
		if r := get(t, s.public+query+other); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", other, r.status, r.body)
		}
	}
	eventually(t, "the page knows", func() bool {
		return slices.ContainsFunc(stateOf(t, s).Products, func(p ops.Product) bool {
			return p.Name == "flushot" && !p.Enabled && p.Why == "switched off"
		})
	})
	drop := func(method, path, product string, more ...string) int {
		body := ""
		if method == http.MethodPost {
			body, more = "{}", append(more, "Authorization", "Bearer p")
		}
		return call(t, method, s.public+"/dexcare"+path+"?product="+product, body, more...).status
	}
	for door, want := range map[string]int{"GET /v4/departments": 503, "POST /api/6/visits/retail": 400, "GET /v1/patient": 401} {
		method, path, _ := strings.Cut(door, " ")
		if drop(method, path, "flushot") != want {
			t.Errorf("%s of a product that is switched off: %d, want %d", door, drop(method, path, "flushot"), want)
		}
	}
	put("flushot", `{"enabled":false,"bookings":false}`)
	if booked, own := drop(http.MethodPost, "/api/6/visits/retail", "flushot"), drop(http.MethodGet, "/v1/patient", "flushot"); booked != 503 || own != 401 {
		t.Errorf("with its bookings switched off: a booking %d, a patient's own call %d", booked, own)
	}
	if other := drop(http.MethodPost, "/api/6/visits/retail", "findadoctor"); other != 400 {
		t.Errorf("a booking of another product: %d", other)
	}
	put("default", `{"enabled":false}`)
	if r := get(t, s.public+query+"unheard-of"); r.status != http.StatusServiceUnavailable {
		t.Errorf("what is not configured works as default, which is off: %d", r.status)
	}
	put("flushot", `{"enabled":true}`)
	if r := get(t, s.public+query+"flushot"); r.status != http.StatusOK {
		t.Errorf("on again: %d", r.status)
	}
	if r := put("campaign", `{"enabled":false}`); r.status != http.StatusNotFound || !strings.Contains(string(r.body), "findadoctor") {
		t.Errorf("not configured: %d %s", r.status, r.body)
	}
	if r := call(t, http.MethodPut, s.admin+"/ops/products/flushot", `{"enabled":false}`); r.status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", r.status)
	}
}
