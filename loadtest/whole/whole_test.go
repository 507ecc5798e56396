package whole

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

var tool string // the load tool, built once

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "loadtest-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if tool, err = rig.Build(context.Background(), dir, "loadtest"); err != nil {
		panic(err)
	}
	rig.Main(m, 6)
}

// part and report are what these tests read of a report.
type part struct {
	Name       string
	Requests   int
	Success    float64
	Status     map[string]int
	Cache      map[string]int
	P99        float64
	Throughput float64
}

// apps is what the sessions of an app came to.
type apps struct {
	Sessions, Failed, Booked, Late, Cancelled int
	Screens                                   map[string]int
	Reads                                     map[string]map[string]int
	Hits                                      float64
	Failures                                  map[string]int
}

type report struct {
	Scenario, Target string
	PageViews        int
	All              part
	Parts            []part
	Seconds          []struct{ At float64 }
	Upstream         struct {
		Total            int
		PerThousandViews float64
		Operations       map[string]int
	}
	Service struct {
		UpstreamCalls map[string]int
		CPU           float64
		Resident      int
	}
	Visitors struct{ Calendars, Complete int }
	Apps     apps
}

func (r report) part(t *testing.T, name string) part {
	t.Helper()
	for _, p := range r.Parts {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no part %q in %+v", name, r.Parts)
	return part{}
}

// tenant is a simulated one, and its address.
func tenant(t *testing.T) (*acme.Tenant, string) {
	t.Helper()
	figure.Long(t)
	a, err := acme.New(acme.Options{Seed: 1, Latency: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return a, rig.Listen(t, a)
}

// noHaste are the bounds of an upstream call where nothing is given up because the machine is slow.
const noHaste = "timeout: 1m, hedgeAfter: -1s"

// budget is the section of the search, where nothing is to be given up because the machine is slow.
func budget() string { return figure.Form("", "search: {budget: 1m}") }

// serve runs the service before a tenant; every copy is fresh for so many seconds.
func serve(t *testing.T, upstream string, fresh int) *rig.Service {
	t.Helper()
	call := figure.Form("stale: 30s", noHaste+", stale: 1h")
	sources := "sources:\n"
	for _, name := range slotSources {
		sources += fmt.Sprintf("  %s: {fresh: %ds, %s}\n", name, fresh, call)
	}
	return rig.Serve(t, rig.Configuration(upstream, sources, budget(), "booking: {tombstone: 48h}",
		"products: {findadoctor: {}, clinics: {}, flushot: {ranking: nearest}, mobileapp: {}}"))
}

// load runs the tool and gives its reports, one or two, and what it printed.
func load(t *testing.T, args ...string) (reports []report, said string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	if !figure.Judged() {
		args = append(args, "--timeout", "1m") // the longest: nobody gives up because the machine is slow
	}
	out, err := exec.CommandContext(t.Context(), tool, append(args, "--json", file)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(string(text), "[") {
		err = json.Unmarshal(text, &reports)
	} else {
		reports = make([]report, 1)
		err = json.Unmarshal(text, &reports[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	return reports, string(out)
}

func TestMixedReadsAndBooks(t *testing.T) {
	figure.Beside(t)
	a, upstream := tenant(t)
	target := serve(t, upstream, 5).Public
	reports, said := load(t, "mixed", "--target", target, "--simulator", upstream, "--rate", "100", "--duration", "3s", "--bookings", "0.1")
	r := reports[0]
	searches, bookings := r.part(t, "search"), r.part(t, "booking")
	if searches.Success < 1 || searches.Requests < 200 {
		t.Errorf("searches: %+v\n%s", searches, said)
	}
	if bookings.Requests < 10 || bookings.Status["200"] < bookings.Requests*9/10 {
		t.Errorf("bookings: %+v\n%s", bookings, said)
	}
	if sold := a.Calls()["retail-booking"].Calls; int(sold) != bookings.Requests {
		t.Errorf("%d bookings were sent, upstream saw %d", bookings.Requests, sold)
	}
}

func TestAnOutageIsReportedByItsThirds(t *testing.T) {
	figure.Beside(t)
	_, upstream := tenant(t)
	target := serve(t, upstream, 1).Public
	load(t, "findadoctor", "--target", target, "--directory", upstream, "--rate", "400", "--duration", "2s") // all are known then
	reports, said := load(t, "outage", "--target", target, "--simulator", upstream, "--rate", "100", "--duration", "6s", "--fault", "provider-direct:status=500")
	r := reports[0]
	before, during, after := r.part(t, "before"), r.part(t, "during"), r.part(t, "after")
	if before.Requests < 150 || during.Requests < 150 || after.Requests < 150 {
		t.Errorf("thirds of %d, %d and %d requests", before.Requests, during.Requests, after.Requests)
	}
	if before.Success < 1 || after.Success < 1 || during.Cache["stale"] == 0 || figure.Judged() && during.Cache["stale"] <= before.Cache["stale"] {
		t.Errorf("before %+v\nduring %+v\nafter %+v", before, during, after)
	}
	if !strings.Contains(said, "fails: provider-direct:status=500") || !strings.Contains(said, "healed") {
		t.Errorf("said\n%s", said)
	}
	if faults := string(rig.Get(t, upstream+"/_acme/faults").Body); strings.TrimSpace(faults) != "[]" {
		t.Errorf("still broken: %s", faults)
	}
}

// The promise of this service to upstream: a tenth of the calls that a cache by address makes, which keeps answers as
// long, for the same page views. How many calls there are is a matter of how fast the machine is as well: copies age while
// it catches up. So the tenth is measured; that everything is asked, answered and counted is sure on any machine.
func TestADayOfPageViewsCostsATenthOfWhatACacheByAddressCosts(t *testing.T) {
	figure.Beside(t)
	positions := figure.Form([]string{"people", "areas"}, []string{"people"}) // areas: the day as it was first measured
	for _, where := range positions {
		t.Run(where, func(t *testing.T) {
			figure.Measure(t, func(t *testing.T, f *figure.Figures) { compareDays(t, f, where) })
		})
	}
}

func compareDays(t *testing.T, f *figure.Figures, positions string) {
	_, upstream := tenant(t)
	fresh, length, rate := figure.Form(15, 10), figure.Form("2m", "3s"), figure.Form(200, 100)
	target, cache := serve(t, upstream, fresh).Public, rig.UpstreamCache(t, upstream, fresh)
	if figure.Judged() { // the directory is known then
		load(t, "trace", "--target", target, "--simulator", upstream, "--rate", "400", "--duration", "3s", "--positions", positions)
	}
	reports, said := load(t, "compare", "trace", "--target", target, "--with", cache, "--direct", "--simulator", upstream,
		"--rate", strconv.Itoa(rate), "--duration", length, "--positions", positions)
	service, nginx := reports[0], reports[1]
	if service.PageViews < 3*rate || nginx.PageViews != service.PageViews || service.All.Requests != service.PageViews || nginx.All.Requests < 2*nginx.PageViews {
		t.Errorf("%d and %d page views, %d and %d requests\n%s", service.PageViews, nginx.PageViews, service.All.Requests, nginx.All.Requests, said)
	}
	if service.All.Success < 1 || service.Upstream.Total == 0 || nginx.Upstream.Total == 0 {
		t.Errorf("success %v; %d and %d upstream calls\n%s", service.All.Success, service.Upstream.Total, nginx.Upstream.Total, said)
	}
	f.AtMost("failures of the cache by address", 100*(1-nginx.All.Success), 2, "%")
	f.AtMost("upstream calls for each thousand page views", service.Upstream.PerThousandViews, nginx.Upstream.PerThousandViews/10, "calls")
	t.Logf("%v\n%v", service.Upstream.Operations, nginx.Upstream.Operations)
}

var heapAlloc = regexp.MustCompile(`# HeapAlloc = (\d+)`)

// heap is what the service holds on to once its garbage is collected, in bytes.
func heap(t *testing.T, s *rig.Service) int {
	t.Helper()
	found := heapAlloc.FindSubmatch(rig.Get(t, s.Admin+"/debug/pprof/heap?gc=1&debug=1").Body)
	if found == nil {
		t.Fatal("the heap's size is not told")
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMemoryDoesNotGrowUnderSteadyLoad(t *testing.T) {
	figure.Only(t)
	figure.Measure(t, func(t *testing.T, f *figure.Figures) {
		_, upstream := tenant(t)
		s := serve(t, upstream, 1)
		var sizes []float64 // MiB
		for range 4 {       // everything is refreshed each second
			load(t, "findadoctor", "--target", s.Public, "--directory", upstream, "--rate", "300", "--duration", "3s")
			sizes = append(sizes, float64(heap(t, s))/(1<<20))
		}
		t.Logf("MiB of heap after 3, 6, 9 and 12 s: %.1f", sizes)
		f.AtMost("heap after twice the time", sizes[3], sizes[1]*5/4+4, "MiB")
	})
}

func TestPeopleNearMeOpenCalendarsOfWhomTheyFound(t *testing.T) {
	figure.Beside(t)
	a, upstream := tenant(t)
	s := serve(t, upstream, 5)
	reports, said := load(t, "nearme", "--target", s.Public, "--admin", s.Admin, "--simulator", upstream, "--rate", "40", "--duration", "3s", "--think", "400ms")
	r := reports[0]
	if r.All.Success < 1 || r.All.Requests < 100 || r.Visitors.Complete != r.All.Requests {
		t.Errorf("%+v\n%s", r.All, said)
	}
	if r.part(t, "hits").Requests == 0 || r.part(t, "waited").Requests == 0 || r.Visitors.Calendars == 0 {
		t.Errorf("%+v\n%s", r.Visitors, said)
	}
	if r.Service.UpstreamCalls["careOptions"] == 0 || r.Service.UpstreamCalls["providerDirect"] == 0 || r.Service.CPU <= 0 || r.Service.Resident < 1<<20 {
		t.Errorf("%+v\n%s", r.Service, said)
	}
	if calendars := a.Calls()["provider-timeslots-v5"].Calls; calendars == 0 {
		t.Errorf("no calendar was read upstream: %v", a.Calls())
	}
}
