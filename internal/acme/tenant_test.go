package acme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Monday is 2030-03-04, nine in the morning in Riverton, six days before the clocks go forward there.
var Monday = time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct{ unix atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.unix.Load()) }
func (c *clock) advance(d time.Duration) { c.unix.Add(int64(d)) }

func newTenant(t testing.TB, options ...func(*Options)) *Tenant {
	t.Helper()
	o := Options{Seed: 1, Now: func() time.Time { return Monday }}
	for _, set := range options {
		set(&o)
	}
	tenant, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// clockedTenant is one with a clock that the test moves.
func clockedTenant(t testing.TB, options ...func(*Options)) (*Tenant, *clock) {
	t.Helper()
	c := &clock{}
	c.unix.Store(Monday.UnixNano())
	return newTenant(t, append(options, func(o *Options) { o.Now = c.now })...), c
}

// keyed are the headers that every call of a test may carry: keys do no harm where none is wanted.
func keyed(r *http.Request) *http.Request {
	key, token := DefaultSlotsKey, "Bearer patient-token"
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/availability"):
		key = DefaultCareOptionsKey
	case strings.HasPrefix(r.URL.Path, "/v1/booking"):
		key = DefaultBookingKey
	case strings.HasSuffix(r.URL.Path, "/summary"):
		token = "Bearer staff-token"
	case strings.Contains(r.URL.Path, "/reporting/"):
		token = "dc-token " + DefaultReportingKey
	}
	r.Header.Set("X-Api-Key", key)
	r.Header.Set("Authorization", token)
	return r
}

// call is one call of a test, with further headers as name and value. A body is its text or what is encoded.
func call(tenant *Tenant, method, target string, body any, headers ...string) *httptest.ResponseRecorder {
	var text []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		text = b
	case string:
		text = []byte(b)
	default:
		text, _ = json.Marshal(b)
	}
	r := keyed(httptest.NewRequest(method, target, bytes.NewReader(text)))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	tenant.ServeHTTP(w, r)
	return w
}

// get and post decode a 200 into a generic value.
func get(t testing.TB, tenant *Tenant, target string) any {
	t.Helper()
	return answered(t, call(tenant, "GET", target, nil), target)
}

func post(t testing.TB, tenant *Tenant, target string, body any) any {
	t.Helper()
	return answered(t, call(tenant, "POST", target, body), target)
}

func answered(t testing.TB, w *httptest.ResponseRecorder, target string) any {
	t.Helper()
	if w.Code != 200 {
		t.Fatalf("%s: status %d: %s", target, w.Code, w.Body)
	}
	return decode(t, w.Body.Bytes())
}

// statuses fails unless each GET has the wanted status.
func statuses(t testing.TB, tenant *Tenant, want map[string]int) {
	t.Helper()
	for target, status := range want {
		if w := call(tenant, "GET", target, nil); w.Code != status {
			t.Errorf("GET %s: %d, want %d: %.200s", target, w.Code, status, w.Body)
		}
	}
}

func decode(t testing.TB, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %.200s", err, body)
	}
	return v
}

// at follows keys and indexes into a generic value.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			v = v.(map[string]any)[s]
		case int:
			v = v.([]any)[s]
		}
	}
	return v
}

// same fails unless the two are alike; what follows them says where.
func same(t testing.TB, want, got any, situation ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%.2000s", fmt.Sprint(situation...), diff)
	}
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryBadOptionIsNamedAtOnce(t *testing.T) {
	_, err := New(Options{
		Departments: -1, Providers: 1_000_000, Lookahead: 5000, WalkInDays: 99,
		Latency: -1, Jitter: -1, BookingLag: -1,
	})
	for _, want := range []string{"departments", "providers", "lookahead", "walkInDays", "latency", "jitter", "bookingLag"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	if _, err := New(Options{Faults: []string{"nonsense"}}); err == nil {
		t.Error("a tenant with a nonsensical fault was made")
	}
}

func TestEveryAnswerCarriesACorrelationIDAndNothingAboutCaching(t *testing.T) {
	tenant := newTenant(t)
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}#\d+$`)
	seen := map[string]bool{}
	for _, target := range []string{"/v4/departments", "/v5/providers/1/timeslots", "/nowhere", "/v1/availability/slots"} {
		w := call(tenant, "GET", target, nil)
		id := w.Header().Get("correlation-id")
		if !form.MatchString(id) || seen[id] {
			t.Errorf("GET %s: correlation-id %q is malformed or repeated", target, id)
		}
		seen[id] = true
		for _, name := range []string{"Cache-Control", "ETag", "Last-Modified", "Expires", "Retry-After", "X-RateLimit-Limit"} {
			if got := w.Header().Get(name); got != "" {
				t.Errorf("GET %s: %s: %s", target, name, got)
			}
		}
	}
}

func TestTheCallersOwnCorrelationIDComesBackNumbered(t *testing.T) {
	const id = "01234567-89ab-4cde-8f01-23456789abcd"
	for given, want := range map[string]string{id: id + "#1", "no uuid": ""} {
		got := call(newTenant(t), "GET", "/v1/providers", nil, "Correlation-Id", given).Header().Get("Correlation-Id")
		if want != "" && got != want || strings.Contains(got, "no uuid") {
			t.Errorf("correlation-id %q came back as %q", given, got)
		}
	}
}

func TestKeysAndTokensAreChecked(t *testing.T) {
	tenant := newTenant(t)
	const v5, area, own, reports = "GET /v5/providers/9000000017/timeslots", "GET /v1/availability/slots?npis=1&daysOfSlots=1",
		"GET /api/6/visits/retail/self", "GET /v1/reporting/providerhistories"
	visit := "/api/9/visits/" + at(post(t, tenant, "/api/9/visits", sample(t, "visits.v9.request.json")), "visitId").(string)
	wait, accept, summary := "GET "+visit+"/waittime", "PUT "+visit+"/acceptTerms", "GET "+visit+"/summary"
	for _, tt := range []struct {
		situation, call, key, token string
		status                      int
		body                        string
	}{
		{"slots without a key", v5, "", "", 401, "errors/slots-401.json"},
		{"slots with another service's key", v5, DefaultCareOptionsKey, "", 401, "errors/slots-401.json"},
		{"slots with the key", v5, DefaultSlotsKey, "", 200, ""},
		{"care options without a key", area, "", "", 403, "errors/careoptions-403.json"},
		{"care options with the key", area, DefaultCareOptionsKey, "", 200, ""},
		{"v4 is public", "GET /v4/providers/9000000017/timeslots", "", "", 200, ""},
		{"care direct is public", "GET /v2/departments/AcmeRiverton/timeslots", "", "", 200, ""},
		{"own visits without a token", own, "", "", 401, ""},
		{"own visits with basic auth", own, "", "Basic abc", 401, ""},
		{"own visits with a staff token", own, "", "Bearer staff-1", 403, ""},
		{"own visits with a token", own, "", "bearer jwt", 200, ""},
		{"a booking without a token", "POST /api/6/visits/retail", "", "", 401, ""},
		{"the wait of one's visit", wait, "", "Bearer patient-token", 200, ""},
		{"the wait of another's visit", wait, "", "Bearer stranger", 404, ""},
		{"the wait of a visit without a token", wait, "", "", 401, "none"},
		{"the terms of another's visit", accept, "", "Bearer stranger", 404, "none"},
		{"the terms of a visit by staff", accept, "", "Bearer staff-1", 403, "none"},
		{"a summary for staff", summary, "", "Bearer staff-1", 200, ""},
		{"a summary for the patient", summary, "", "Bearer patient-token", 200, ""},
		{"a summary of another's visit", summary, "", "Bearer stranger", 404, "none"},
		{"a summary without a token", summary, "", "", 401, "none"},
		{"a report", reports, "", "dc-token " + DefaultReportingKey, 200, ""},
		{"a report, the scheme in other letters", reports, "", "DC-Token " + DefaultReportingKey, 200, ""},
		{"a report without a key", reports, "", "", 403, "forbidden"},
		{"a report with a wrong key", reports, "", "dc-token wrong", 403, "forbidden"},
		{"a report with another scheme", reports, "", "Bearer " + DefaultReportingKey, 403, "forbidden"},
	} {
		method, target, _ := strings.Cut(tt.call, " ")
		w := call(tenant, method, target, nil, "X-Api-Key", tt.key, "Authorization", tt.token)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.situation, w.Code, tt.status, w.Body)
		}
		switch tt.body {
		case "":
		case "none":
			same(t, "", w.Body.String(), tt.situation)
		case "forbidden":
			same(t, `{"message":"Forbidden"}`, w.Body.String(), tt.situation)
		default:
			same(t, decode(t, sample(t, tt.body)), decode(t, w.Body.Bytes()), tt.situation)
		}
	}
}
