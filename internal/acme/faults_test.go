package acme

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fetch makes a real call, so that dropped connections can be seen.
func fetch(t *testing.T, server *httptest.Server, call string, body any) (status int, text string, err error) {
	t.Helper()
	method, target, _ := strings.Cut(call, " ")
	encoded, _ := json.Marshal(body)
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, strings.NewReader(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	response, err := server.Client().Do(keyed(r))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	return response.StatusCode, string(b), err
}

func serverOf(t *testing.T, tenant *Tenant) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(tenant)
	t.Cleanup(server.Close)
	return server
}

func setFault(t *testing.T, tenant *Tenant, spec string) {
	t.Helper()
	tenant.ClearFaults()
	if err := tenant.SetFault(spec); err != nil {
		t.Fatal(err)
	}
}

func TestAFaultHitsItsSurfaceAndNoOther(t *testing.T) {
	targets := map[string]string{
		"department-timeslots": "/v2/departments/AcmeRiverton/timeslots", "provider-timeslots-v5": "/v5/providers/9000000017/timeslots",
		"provider-timeslots-v4": "/v4/providers/9000000017/timeslots", "availability-slots": "/v1/availability/slots?npis=1&daysOfSlots=1",
		"departments": "/v4/departments", "own-visits": "/api/6/visits/retail/self",
	}
	all := slices.Sorted(maps.Keys(targets))
	tenant := newTenant(t)
	for name, want := range map[string][]string{
		"care-direct":           {"department-timeslots"},
		"provider-timeslots":    {"provider-timeslots-v4", "provider-timeslots-v5"},
		"provider-timeslots-v5": {"provider-timeslots-v5"},
		"care-options":          {"availability-slots"},
		"directory":             {"departments"},
		"booking":               {"own-visits"},
		"*":                     all,
	} {
		setFault(t, tenant, name+":status=503")
		var got []string
		for _, operation := range all {
			if call(tenant, "GET", targets[operation], nil).Code == 503 {
				got = append(got, operation)
			}
		}
		same(t, want, got, name)
	}
}

func TestConnectionsAreDroppedBeforeAndAfterABookingTookEffect(t *testing.T) {
	for spec, takesEffect := range map[string]bool{
		"retail-booking:drop-before": false, "retail-booking:drop-after": true, "booking:truncate": true,
		"retail-booking:status=500": false, "retail-booking:not-json": false,
	} {
		tenant := newTenant(t)
		slot := retailSlots(t, tenant)[0]
		setFault(t, tenant, spec)
		status, text, err := fetch(t, serverOf(t, tenant), "POST "+retailPath, retailBody(t, "A", slot))
		if failed := err != nil || status == 500 || strings.HasPrefix(text, "<!doctype html>"); !failed {
			t.Errorf("%s: %d %s", spec, status, text)
		}
		if gone := len(listed(t, tenant, slot)) == 0; gone != takesEffect {
			t.Errorf("%s: the booking took effect: %v", spec, gone)
		}
	}
}

func TestATruncatedBodyStopsHalfWay(t *testing.T) {
	tenant := newTenant(t)
	server := serverOf(t, tenant)
	_, whole, err := fetch(t, server, "GET /v4/departments", nil)
	if err != nil {
		t.Fatal(err)
	}
	setFault(t, tenant, "departments:truncate")
	_, half, err := fetch(t, server, "GET /v4/departments", nil)
	if err == nil || !strings.HasPrefix(whole, half) || len(half) != len(whole)/2 {
		t.Errorf("%d of %d bytes, error %v", len(half), len(whole), err)
	}
}

func TestLatencyIsWaitedForAndAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := newTenant(t, func(o *Options) { o.Latency, o.Jitter = 100*time.Millisecond, 50*time.Millisecond })
		for _, spec := range []string{"directory:latency=1s", "*:latency=2s"} {
			if err := tenant.SetFault(spec); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			began := time.Now()
			call(tenant, "GET", "/v4/departments", nil)
			if took := time.Since(began); took < 3100*time.Millisecond || took > 3150*time.Millisecond {
				t.Errorf("took %s", took)
			}
		}
	})
}

func TestAHangEndsWhenTheClientLeavesOrAfterAMinute(t *testing.T) {
	hang := func(ctx context.Context, tenant *Tenant) (dropped bool) {
		defer func() { dropped = recover() == http.ErrAbortHandler }()
		tenant.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v4/departments", nil).WithContext(ctx))
		return false
	}
	synctest.Test(t, func(t *testing.T) {
		tenant := newTenant(t, func(o *Options) { o.Faults = []string{"directory:hang"} })
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if !hang(ctx, tenant) || time.Since(began) != time.Second {
			t.Errorf("an impatient client was held for %s", time.Since(began))
		}
		began = time.Now()
		if !hang(t.Context(), tenant) || time.Since(began) != time.Minute {
			t.Errorf("a patient client was held for %s", time.Since(began))
		}
	})
}

func TestARatioHitsItsShareTheSameEachTime(t *testing.T) {
	pattern := func() (hits string) {
		tenant := newTenant(t, func(o *Options) { o.Faults = []string{"departments:status=500@0.25"} })
		for range 400 {
			if call(tenant, "GET", "/v4/departments?brand=none", nil).Code == 500 {
				hits += "x"
			} else {
				hits += "."
			}
		}
		return hits
	}
	first := pattern()
	if n := strings.Count(first, "x"); n < 70 || n > 130 {
		t.Errorf("%d of 400 calls were hit", n)
	}
	if first != pattern() {
		t.Error("the second tenant was hit at other calls")
	}
}

func TestCallsAreCountedByNameAndGroupWithTheirPeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := newTenant(t, func(o *Options) { o.Latency = time.Second })
		var crowd sync.WaitGroup
		for range 7 {
			crowd.Go(func() { call(tenant, "GET", "/v5/providers/9000000017/timeslots", nil) })
		}
		synctest.Wait()
		if got, want := tenant.Calls()["provider-direct"], (CallCount{Calls: 7, InFlight: 7, Peak: 7}); got != want {
			t.Errorf("during the rush: %+v", got)
		}
		crowd.Wait()
		call(tenant, "GET", "/v4/providers/9000000017/timeslots", nil)
		call(tenant, "GET", "/nowhere", nil)
		counts := tenant.Calls()
		for name, want := range map[string]CallCount{
			"provider-timeslots-v5": {Calls: 7, Peak: 7}, "provider-timeslots-v4": {Calls: 1, Peak: 1},
			"provider-timeslots": {Calls: 8, Peak: 7}, "*": {Calls: 8, Peak: 7}, "departments": {},
		} {
			if counts[name] != want {
				t.Errorf("%s: %+v, want %+v", name, counts[name], want)
			}
		}
		if tenant.ResetCalls(); tenant.Calls()["*"] != (CallCount{}) {
			t.Errorf("after the reset: %+v", tenant.Calls()["*"])
		}
	})
}

func FuzzAFaultIsReadOrRefused(f *testing.F) {
	for _, spec := range []string{
		"care-options:status=500", "provider-timeslots:latency=300ms", "care-direct:hang", "*:truncate@0.5", "a", ":", "*:status=1",
		"*:latency=-1s", "*:hang=1", "*:hang@2", "*:hang@NaN", "*:status", "booking:drop-after@0.1",
	} {
		f.Add(spec)
	}
	names := newTenant(f).faults.names
	f.Fuzz(func(t *testing.T, spec string) {
		rule, err := parseFault(names, spec)
		if err != nil {
			return
		}
		if rule.kind == faultNone || rule.delay < 0 || !(rule.ratio >= 0 && rule.ratio <= 1) ||
			(rule.kind == faultStatus) != (rule.status != 0) {
			t.Fatalf("%q was read as %+v", spec, rule)
		}
	})
}
