package main

import (
	"encoding/json"
	"strings"
	"testing"

	"timeslots/internal/acme"
	"timeslots/test/rig/figure"
)

// askHost calls the simulator under one of its host names.
func askHost(t *testing.T, addr, host, path string) (status int, body string) {
	t.Helper()
	r := get(t, "http://"+addr+path, "Host", host)
	return r.status, string(r.body)
}

// The flag may stand alone, before another flag or argument.
func TestTheSimulatorIsAsUntidyAsItIsTold(t *testing.T) {
	figure.Beside(t)
	for want, args := range map[string][]string{
		"[]":                        nil,
		`["shared-ids","bom"]`:      {"--untidy=bom,shared-ids"},
		`["crowded","two-clinics"]`: {"--untidy=crowded,two-clinics", "--seed", "4"},
		`["shared-ids","odd-starts","odd-durations","missing-zones","late-zone-rules","crowded","two-clinics","bom","no-content","text-booleans","names","absent-optionals"]`: {"--untidy"},
	} {
		args = append(append([]string{"acme"}, args...), "--listen", "127.0.0.1:0", "--departments", "9", "--providers", "20", "--lookahead", "9")
		simulator := start(t, nil, args...)
		addr := simulator.err.waitFor(t, `listening public=(\S+)`)[1]
		if status, got := askHost(t, addr, addr, "/_acme/untidy"); status != 200 || got != want {
			t.Errorf("%q: %d %s", args, status, got)
		}
		if _, got := askHost(t, addr, addr, "/v2/lookups/maxLookaheadDays?visitTypeName=FollowUp"); strings.TrimPrefix(got, "\ufeff") != `{"maxLookaheadDays":9}` {
			t.Errorf("%q: %s", args, got)
		}
	}
}

func TestTheSimulatorSellsElsewhereWhatItIsTold(t *testing.T) {
	figure.Beside(t)
	simulator := start(t, nil, "acme", "--listen", "127.0.0.1:0", "--sales", "rate=0.06,hot=AcmeRiverton:6,lead=4,release=0.1@15m")
	addr := simulator.err.waitFor(t, `listening public=(\S+)`)[1]
	want := `{"rate":0.06,"hot":{"AcmeRiverton":6},"lead":"4","releases":{"share":0.1,"after":"15m0s"},"seed":1}`
	if status, got := askHost(t, addr, addr, "/_acme/sales"); status != 200 || got != want {
		t.Errorf("%d %s", status, got)
	}
	if _, got := askHost(t, addr, "api.care.birch.example.org", "/_acme/sales"); got != `{"rate":0,"lead":"8","seed":1}` {
		t.Errorf("another tenant: %s", got)
	}
}

func TestTheSimulatorIsSeveralTenantsByHost(t *testing.T) {
	figure.Beside(t)
	addr := startTenant(t, "--departments", "9", "--providers", "20", "--fault", "patient:status=503")
	_, text := askHost(t, addr, addr, "/_acme/tenants")
	var tenants []struct {
		Tenant, Tier string
		Hosts        acme.Hosts
	}
	if err := json.Unmarshal([]byte(text), &tenants); err != nil || len(tenants) != 4 {
		t.Fatalf("%v in %s", err, text)
	}
	for _, other := range tenants {
		brand := strings.ToUpper(other.Tenant[:1]) + other.Tenant[1:]
		if status, body := askHost(t, addr, other.Hosts.Public, "/v4/departments"); status != 200 || !strings.Contains(body, `"brandName":"`+brand+`"`) {
			t.Errorf("%s: %d %.80s", other.Hosts.Public, status, body)
		}
		if status, _ := askHost(t, addr, other.Hosts.Public, "/v1/patient"); status != 503 {
			t.Errorf("%s: the fault does not hit: %d", other.Hosts.Public, status)
		}
		if status, _ := askHost(t, addr, other.Hosts.Visit, "/v4/departments"); status != 404 {
			t.Errorf("%s serves the public base: %d", other.Hosts.Visit, status)
		}
	}
}
