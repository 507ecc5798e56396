package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/acme"
	"timeslots/internal/api"
	"timeslots/internal/booking"
	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/fetch/decode"
	"timeslots/internal/merge"
	"timeslots/internal/metrics"
	"timeslots/internal/search"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// House calls are a surface that DexCare does not have: times of a clinician at a patient's home.
const (
	houseCalls   timeslot.Source    = "houseCalls"
	opHouseCalls timeslot.Operation = "house_calls"
)

var houseCallSurface = timeslot.Surface{
	Source: houseCalls, Asks: timeslot.AsksClinician, Versions: []string{"v1"}, Operations: []timeslot.Operation{opHouseCalls},
	Listings: []timeslot.Listing{{
		Operation: opHouseCalls, Preference: 5, ByBlocks: true, AllTypes: true, SlotIDs: timeslot.RetailHandle,
	}},
}

// houseCall is an element of its answers.
type houseCall struct {
	EHR, Department, NPI, TypeID, TypeName string
	Start                                  time.Time
	ID                                     string
}

var houseCallUpstream = decode.Upstream{
	Source: houseCalls,
	Place: func(key *timeslot.FragmentKey) decode.Place {
		return decode.Place{Base: decode.Public, Path: []string{"house-calls", key.NPI}}
	},
	Decode: func(read decode.Read, body []byte) (*timeslot.Fragment, error) {
		var calls []houseCall
		if err := json.Unmarshal(body, &calls); err != nil {
			return nil, err
		}
		f := &timeslot.Fragment{Key: read.Key, FetchedAt: read.FetchedAt}
		var slots []timeslot.SlotWithID
		for i, c := range calls {
			f.Schedules = append(f.Schedules, timeslot.Schedule{
				EHRInstance: c.EHR, DepartmentID: c.Department, NPI: c.NPI, VisitTypeID: c.TypeID, VisitTypeName: c.TypeName,
			})
			slots = append(slots, timeslot.SlotWithID{Slot: timeslot.Slot{Start: c.Start.Unix(), Schedule: uint32(i)}, ID: c.ID})
		}
		f.SetSlots(slots)
		return f, nil
	},
}

// Two orders that the service does not have.
var (
	byClinician = merge.Profile{
		Name: "byClinician", About: "by NPI, then start",
		Before: func(a, b *merge.Position) int { return strings.Compare(a.NPI, b.NPI) },
	}
	bookableFirst = merge.Profile{
		Name: "bookableFirst", About: "by whether it can be booked, then start",
		Score: func(s timeslot.Score) float64 { return s.Bookable },
	}
)

// atTen is the time of these tests, in the clinics' zone: no slot passes while they run, whatever the day.
func atTen() time.Time { return time.Date(2026, time.December, 7, 18, 0, 0, 0, time.UTC) }

// extended is the service's own path, with a surface and two profiles more.
type extended struct {
	server  *api.Server
	tenant  *acme.Tenant
	calls   []houseCall // what house calls there are
	metrics *metrics.Metrics
}

func newExtended(t *testing.T) *extended {
	t.Helper()
	x := &extended{}
	var err error
	must := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	x.tenant, err = acme.New(acme.Options{Now: atTen})
	must()
	upstream := httptest.NewServer(http.HandlerFunc(x.serveUpstream))
	t.Cleanup(upstream.Close)
	base, err := url.Parse(upstream.URL)
	must()
	surfaces, err := timeslot.NewSurfaces(append(slices.Clone(timeslot.DexCare().List()), houseCallSurface)...)
	must()
	profiles := append(merge.Profiles(), byClinician, bookableFirst)

	recorder, err := metrics.New(metrics.Options{Registerer: prometheus.NewRegistry(), Products: []string{"default"}, Surfaces: surfaces})
	must()
	x.metrics = recorder
	ledger, err := taken.NewLedger(taken.LedgerOptions{Surfaces: surfaces, Now: atTen})
	must()
	index, err := taken.NewSlotIndex(taken.SlotIndexOptions{Surfaces: surfaces, Now: atTen})
	must()
	memory, err := cache.NewMemory(cache.MemoryOptions{MaxBytes: 64 << 20, Fences: ledger.Fences(), OnStore: index.Add, Surfaces: surfaces, Now: atTen})
	must()
	recorder.WatchSlots(memory.Slots)
	fetcher, err := fetch.New(fetch.Options{
		Public: base, Ingress: base, SlotsKey: acme.DefaultSlotsKey, CareOptionsKey: acme.DefaultCareOptionsKey,
		Surfaces: surfaces, Upstreams: append(decode.DexCare(), houseCallUpstream), Recorder: recorder, Now: atTen,
	})
	must()
	sources := map[timeslot.Source]search.SourceOptions{}
	for _, source := range surfaces.ReadFrom() {
		sources[source] = search.SourceOptions{Enabled: true, Policy: timeslot.Policy{Fresh: time.Minute}}
	}
	engine, err := search.New(search.Options{
		Store: memory, Fetcher: fetcher, Taken: ledger, Sources: sources, Recorder: recorder, Surfaces: surfaces, Profiles: profiles, Now: atTen,
		Limits: search.Limits{Window: 14, MaxWindow: 90, MaxProviders: 100, MaxDepartments: 100, PointPrecision: 2},
	})
	must()
	gateway, err := booking.New(booking.Options{Base: base, Index: index, Ledger: ledger, Now: atTen})
	must()
	x.server, err = api.New(api.Options{
		Engine: engine, Gateway: gateway, Recorder: recorder, Surfaces: surfaces, Profiles: profiles, Now: atTen,
		Products: map[string]api.Product{"default": {Ranking: timeslot.Soonest, Budget: 10 * time.Second}},
	})
	must()
	t.Cleanup(func() {
		x.server.Close()
		engine.Close()
		fetcher.Close()
		_ = memory.Close()
		_ = index.Close()
		_ = ledger.Close()
	})
	return x
}

func (x *extended) serveUpstream(w http.ResponseWriter, r *http.Request) {
	npi, ours := strings.CutPrefix(r.URL.Path, "/house-calls/")
	if !ours {
		x.tenant.ServeHTTP(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(slices.DeleteFunc(slices.Clone(x.calls), func(c houseCall) bool { return c.NPI != npi }))
}

func (x *extended) get(target string) reply {
	w := httptest.NewRecorder()
	x.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
}

// TestAFurtherSurfaceIsMergedReportedExportedAndDocumented, although no package but this test knows of it.
func TestAFurtherSurfaceIsMergedReportedExportedAndDocumented(t *testing.T) {
	known := newExtended(t)
	npi := known.tenant.NPIs()[0]
	before := known.get("/v1/timeslots?npi=" + npi).answer(t)
	if len(before.Timeslots) == 0 {
		t.Fatalf("the clinician has no times: %+v", before)
	}
	first := before.Timeslots[0]
	call := houseCall{first.EHRInstance, first.DepartmentID, npi, first.VisitTypeID, first.VisitTypeName, first.SlotDateTime, "aG91c2U="}
	own := call
	own.Start = call.Start.Add(7 * time.Minute)

	x := newExtended(t)
	x.calls = []houseCall{call, own}
	after := x.get("/v1/timeslots?npi=" + npi).answer(t)
	if after.Total != before.Total+1 {
		t.Errorf("%d slots, want one more than %d", after.Total, before.Total)
	}
	sources := map[string]string{}
	for _, s := range after.Timeslots {
		sources[s.SlotDateTime.UTC().String()+s.VisitTypeID] = fmt.Sprint(s.Sources, s.Booking.Flow, s.Booking.SlotID)
	}
	for at, want := range map[time.Time]string{call.Start: "[providerDirect houseCalls]retailaG91c2U=", own.Start: "[houseCalls]retailaG91c2U="} {
		if got := sources[at.UTC().String()+first.VisitTypeID]; got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	reported := false
	for _, r := range after.Sources {
		reported = reported || r.Source == string(houseCalls) && r.Key == npi && r.Status == "fresh" && r.Slots == 2
	}
	if !reported {
		t.Errorf("it is not reported: %+v", after.Sources)
	}
	scrape := httptest.NewRecorder()
	x.metrics.Handler().ServeHTTP(scrape, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, series := range []string{
		`aggregator_cache_slots{source="houseCalls"} 2`,
		`aggregator_upstream_request_duration_seconds_count{operation="house_calls",outcome="ok",source="houseCalls"} 1`,
		`aggregator_breaker_state{operation="house_calls",source="houseCalls"} 0`,
		`aggregator_partial_responses_total{product="default",reason="timeout",source="houseCalls"} 0`,
	} {
		if !strings.Contains(scrape.Body.String(), series+"\n") {
			t.Errorf("not exported: %s", series)
		}
	}
	if list := `"careDirect", "providerDirect", "careOptions", "houseCalls"`; !x.documents(`"enum": [`+list+`]`) || !x.documents(`"enum": [`+list+`, "directory"]`) {
		t.Error("it is not documented")
	}
}

// TestAFurtherProfileRanksPagesAndIsDocumented, one with an order of its own and one with a score.
func TestAFurtherProfileRanksPagesAndIsDocumented(t *testing.T) {
	x := newExtended(t)
	npis := x.tenant.NPIs()[:3]
	ask := "/v1/timeslots?npi=" + strings.Join(npis, ",")
	soonest := x.get(ask + "&limit=500").answer(t)
	for _, profile := range []merge.Profile{byClinician, bookableFirst} {
		var all []slot
		seen := map[string]bool{}
		for cursor := ""; len(seen) == 0 || cursor != ""; {
			page := x.get(ask + "&limit=7&sort=" + string(profile.Name) + cursor).answer(t)
			for _, s := range page.Timeslots {
				seen[s.ID] = true
			}
			all = append(all, page.Timeslots...)
			if cursor = ""; page.NextCursor != nil {
				cursor = "&cursor=" + *page.NextCursor
			}
		}
		if len(all) != soonest.Total || len(seen) != soonest.Total {
			t.Errorf("%s: pages show %d slots, %d different ones, want %d", profile.Name, len(all), len(seen), soonest.Total)
		}
		for i := range all[1:] {
			a, b := &all[i], &all[i+1]
			if d := strings.Compare(a.NPI, b.NPI); profile.Before != nil && (d > 0 || d == 0 && a.SlotDateTime.After(b.SlotDateTime)) {
				t.Fatalf("%s %s comes before %s %s", a.NPI, a.SlotDateTime, b.NPI, b.SlotDateTime)
			}
		}
	}
	const words = "soonest, nearest, balanced, byClinician, bookableFirst"
	if refused := x.get(ask + "&sort=whim"); strings.Count(string(refused.body), `"fix"`) != 1 || !strings.Contains(string(refused.body), `"fix":"give one of `+words+`"`) {
		t.Errorf("refused as %s", refused.body)
	}
	if !x.documents(`"enum": ["`+strings.ReplaceAll(words, ", ", `", "`)+`"]`) || !x.documents("`byClinician` by NPI, then start; `bookableFirst`") {
		t.Error("they are not documented")
	}
}

// documents reports whether the service's description has a text.
func (x *extended) documents(text string) bool {
	return strings.Contains(string(x.get("/openapi.json").body), text)
}
