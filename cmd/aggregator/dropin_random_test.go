package main

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/dropin"
	"timeslots/test/rig/figure"
)

// each is how often each route is asked.
const each = 50

// Whatever is asked, in whatever spelling: cold, warm and stale, the answer is DexCare's own.
func TestRandomQueriesGetWhatDexCareSays(t *testing.T) {
	figure.Beside(t)
	service, simulator, _ := startServed(t, "")
	stale := start(t, nil, "serve", "--config", written(t, served(strings.TrimPrefix(simulator, "http://"))+alwaysStale))
	stale.listening(t)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	passed := map[string]int{}
	for _, route := range randomRoutes() {
		for range each {
			r := route.random(random)
			inOneMinute(t, func(fail func(string, ...any)) {
				forget(t, service, stale) // may list slots that have begun since, and waits that have changed
				answers := map[string]reply{"cold": r.do(t, service.public+"/dexcare"), "warm": r.do(t, service.public+"/dexcare")}
				r.do(t, stale.public+"/dexcare")
				answers["stale"] = r.do(t, stale.public+"/dexcare")
				straight := r.do(t, simulator, "x-api-key", keyFor(r.path))
				for name, got := range answers {
					passed[name+" "+stateIn(got)]++
					if got.status != straight.status || !bytes.Equal(got.body, straight.body) {
						fail("seed %d: %s %s %s, %s (%s): %d %.300s\nstraight %d %.300s", seed, r.method, r.path, r.body, name,
							got.header.Get("Cache-Status"), got.status, got.body, straight.status, straight.body)
					}
				}
			})
			if t.Failed() {
				return
			}
		}
	}
	for _, want := range []string{"cold bypass", "cold miss", "warm hit", "stale stale"} {
		if passed[want] < each {
			t.Errorf("%d answers were %s: %v", passed[want], want, passed)
		}
	}
}

// alwaysStale is a configuration in which what is cached is always served while it is asked for anew.
const alwaysStale = `
sources:
  careDirect: {fresh: 0s}
  providerDirect: {fresh: 0s}
  careOptions: {fresh: 0s}
  directory: {fresh: 0s}
`

func forget(t *testing.T, services ...*running) {
	t.Helper()
	for _, s := range services {
		if r := call(t, http.MethodPost, s.admin+"/ops/invalidate", `{"all":true}`, "Authorization", "Bearer admin-secret"); r.status != http.StatusNoContent {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
}

// stateIn is what Cache-Status says in a word.
func stateIn(r reply) string {
	switch status := r.header.Get("Cache-Status"); {
	case strings.Contains(status, "fwd=bypass"):
		return "bypass"
	case strings.Contains(status, "fwd=stale"), strings.Contains(status, "ttl=-"):
		return "stale"
	case strings.Contains(status, "; hit"):
		return "hit"
	default:
		return "miss"
	}
}

func TestEveryCachedRouteIsAskedAtRandom(t *testing.T) {
	asked := map[string]bool{}
	for _, route := range randomRoutes() {
		path, _, _ := strings.Cut(route.path, "?")
		asked[route.method+" "+path] = true
	}
	for _, route := range dropin.Routes(2) {
		method := route.Methods()[0]
		if !slices.ContainsFunc(slices.Collect(maps.Keys(asked)), func(call string) bool { return fits(method+" "+route.Path, call) }) {
			t.Errorf("%s %s is not", method, route.Path)
		}
	}
}

// fits reports whether a call is one of a pattern's, in which ":item" is one segment.
func fits(pattern, call string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(call, "/")
	return slices.EqualFunc(want, got, func(a, b string) bool { return a == b || a == ":item" })
}

// randomRoute is a cached route with values for its parameters, or for the fields of its body: right and odd ones.
type randomRoute struct {
	method, path string
	values       map[string][]string
}

// random asks the route with some of its parameters, in any order and spelling, now and then one that it does not have.
func (route randomRoute) random(r *rand.Rand) request {
	names := slices.Sorted(maps.Keys(route.values))
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:r.IntN(len(names)+1)]
	if route.method == http.MethodPost {
		return request{route.method, route.path + []string{"", "", "?product=healthconnect-iOS", "?x=1"}[r.IntN(4)], route.body(names, r)}
	}
	var pairs []string
	for _, name := range names {
		for range 1 + r.IntN(2)*r.IntN(2) {
			value := url.QueryEscape(anyOf(r, route.values[name]))
			if r.IntN(2) == 0 {
				value = strings.ReplaceAll(strings.ReplaceAll(value, "+", "%20"), "%2C", ",")
			}
			pairs = append(pairs, name+anyOf(r, []string{"", "", "", "[]", "%5B%5D"})+"="+value)
		}
	}
	if r.IntN(8) == 0 {
		pairs = append(pairs, anyOf(r, []string{"utm_source=mail", "x", "product=healthconnect-iOS", "x=a;b"}))
	}
	return request{route.method, route.path + "?" + strings.Join(pairs, "&"), ""}
}

// body is an object with those fields, or now and then none.
func (route randomRoute) body(names []string, r *rand.Rand) string {
	var fields []string
	for _, name := range names {
		fields = append(fields, `"`+name+`":`+anyOf(r, []string{"", " ", "\n\t"})+anyOf(r, route.values[name]))
	}
	if r.IntN(8) == 0 {
		fields = append(fields, anyOf(r, []string{`"language":"es"`, `"x":null`, `"visitTypeNames":["Illness"]`}))
	}
	body := "{" + strings.Join(fields, ",") + "}"
	return anyOf(r, []string{body, body, body, body, body, body, strings.ReplaceAll(body, "/", `\/`), "", "[]", body + "x"})
}

func anyOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func randomRoutes() []randomRoute {
	flags := []string{"true", "false", "TRUE", "1", ""}
	departments := map[string][]string{"brand": {"Acme", "acme", "St. Mary's & Co", ""}, "clinicType": {"Retail", "retail", "Virtual"}, "onlyActive": flags}
	info := map[string][]string{"withProviders": flags, "byId": flags}
	slots := map[string][]string{"visitTypeName": {"Illness", "illness", "FluShot", "", "a+b"}}
	archived := map[string][]string{"archived": flags}
	return slices.Concat([]randomRoute{
		{"GET", "/v1/departments", departments}, {"GET", "/v4/departments", departments},
		{"GET", "/v1/departments/AcmeRiverton", info}, {"GET", "/v4/departments/AcmeRiverton/departmentInfo", info},
		{"GET", "/v4/departments/org.acme.ehr.main%7C4100200300/departmentInfo", info},
		{"GET", "/v1/departments/AcmeRiverton/timeslots", slots}, {"GET", "/v2/departments/AcmeRiverton/timeslots", slots},
		{"GET", "/v1/providers", map[string][]string{"excludeInactive": flags, "acceptingNewPatients": flags}},
		{"GET", "/v1/providers/9000000017", nil},
		{"GET", "/v1/suffixes", nil}, {"GET", "/v1/validationConfigs", nil}, {"GET", "/v1/statuspage", nil}, {"GET", "/v2/blisseyconfigs", nil},
		{"GET", "/v2/lookups/maxLookaheadDays", map[string][]string{"visitTypeName": {"FollowUp", "none", ""}, "epicInstanceName": {"org.acme.ehr.main", "none"}}},
		{"GET", "/api/7/visits/retail/cancel/reasons/acme", nil}, {"GET", "/api/v2/brand/St.%20Mary's%20%26%20Co/insuranceissuers", nil},
		{"GET", "/api/9/practices/66666666-aaaa-4bbb-8ccc-000000000600", nil},
		{"GET", "/api/9/assignmentqualifiers", archived}, {"GET", "/api/9/modalities", archived},
	}, randomWaits(flags), randomListings())
}

func randomWaits(flags []string) []randomRoute {
	waits := map[string][]string{
		"regionCodes": {"WA", "OR", "wa", "XX", "", "WA,OR"}, "visitTypeNames": {"virtual", "phone", "Virtual"}, "assignmentQualifiers": {"adult", "pediatric", "Behavioral Health"},
		"practiceId": {"66666666-aaaa-4bbb-8ccc-000000000600", "x"}, "homeMarket": {"north", "a&b", "O'Hara"}, "includeSpecialties": flags,
	}
	return []randomRoute{{"GET", "/api/9/regions/waittimes", waits}, {"GET", "/api/9/regions/WA/waittimes", waits}}
}

// randomListings are those that list slots. Positions have the decimals that are kept (decision 0004).
func randomListings() []randomRoute {
	quoted := func(texts []string) (out []string) {
		for _, s := range texts {
			out = append(out, `"`+s+`"`)
		}
		return out
	}
	days := func(n ...int) (out []string) {
		for _, d := range n {
			out = append(out, time.Now().AddDate(0, 0, d).Format(time.DateOnly))
		}
		return append(out, "tomorrow", "")
	}
	options := map[string][]string{
		"latitude": {"47.61", "47.61", `"47.61"`, "91", "null"}, "longitude": {"-122.33", "-122.33", "-122.330"}, "radius": {"5", "25", "0", "1.5"},
		"postalCode": {`"98000"`, `"98000"`, `"9800"`}, "departmentIds": {`["4100200300"]`, `["4100200410","4100200300"]`, `[]`},
		"visitTypeNames": {`["Illness"]`, `["Illness","FluShot"]`, `["FluShot","Illness","Illness"]`, `"Illness"`, `[1]`},
		"clinicType":     {`["Retail"]`, `["Urgent Care","Retail"]`}, "ehrInstances": {`["org.acme.ehr.main"]`}, "clinicianNPIs": {`["9000000017"]`},
		"startDate": quoted(append(days(1, 3), days(2)[0]+"T16:21:07.483Z")), "endDate": quoted(append(days(5, 9), days(7)[0]+"T07:59:59.999Z")), "gender": {`"female"`, `"F"`, "null"}, "specialty": {`"Family Medicine"`, `"a/b"`},
		"newOrEstablishedPatient": {`"newPatient"`, `"both"`, `"x"`}, "sortBy": {`"nextAvailable"`, `"mostAvailable"`, `"x"`},
	}
	return []randomRoute{
		{"GET", "/v4/providers/9000000017/timeslots", map[string][]string{"visitType": {"FollowUp", "NewPatient", "none"}, "startDate": days(1, 3), "endDate": days(4, 9)}},
		{"GET", "/v5/providers/9000000017/timeslots", map[string][]string{
			"startDate": days(1, 3), "endDate": days(4, 9), "daysOfSlots": {"1", "3", "0", "x"}, "visitTypeName": {"FollowUp", "NewPatient"},
			"newOrEstablishedPatient": {"newPatient", "establishedPatient", "both"},
		}},
		{"GET", "/v1/availability/slots", map[string][]string{
			"latitude": {"47.61", "91", ""}, "longitude": {"-122.33", "x"}, "daysOfSlots": {"1", "2", ""}, "radius": {"5", "25", "0"},
			"visitTypeNames": {"Illness", "FluShot,Illness", "illness"}, "gender": {"F", "female"}, "postalCode": {"98000", "9800"},
		}},
		{"POST", "/v1/availability/slots", options}, {"POST", "/v1/availability/providers", options},
		{"POST", "/v5/slots/search", map[string][]string{
			"startDate": quoted(days(1, 3)), "endDate": quoted(days(5, 9)), "visitTypeNames": {`["FollowUp"]`, `["NewPatient","FollowUp"]`, `"FollowUp"`},
			"criteriaItems": {`[{"npi":"9000000017"}]`, `[{"npi":"9000000017"},{"npi":"9000000025","ehrInstance":"org.acme.ehr.main"}]`, `[]`, `[{}]`, `[1]`},
		}},
	}
}
