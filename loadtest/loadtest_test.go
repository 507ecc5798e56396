package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"timeslots/test/rig"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestAFullRunAgainstAService(t *testing.T) {
	var calls atomic.Int64
	service := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/v1/providers":
			_, _ = io.WriteString(w, `[{"system":"a","npi":"9000000017"},{"system":"b","npi":"9000000017"},{"system":"a","npi":"9000000025"}]`)
		case r.URL.Path == "/v1/timeslots" && r.URL.Query().Get("product") == "findadoctor" && r.URL.Query().Has("npi"):
			w.Header().Set("Cache-Status", "timeslots; hit; ttl=3")
			if calls.Add(1)%2 == 0 {
				w.Header().Set("Cache-Status", "timeslots; fwd=miss")
			}
			_, _ = io.WriteString(w, `{}`)
		default:
			http.NotFound(w, r)
		}
	}))

	var report, progress bytes.Buffer
	o := &options{
		command: "findadoctor", Target: service, Rate: 200, Duration: 1200 * time.Millisecond, Timeout: time.Minute, Workers: 50, Seed: 1,
		scenarios: scenarios{FindADoctor: findADoctorOptions{Directory: service, Skew: 1.2}},
	}
	if err := run(t.Context(), o, &report, &progress); err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 240 {
		t.Errorf("the service saw %d requests, want 240", calls.Load())
	}
	for _, want := range []string{"240 sent of 240 planned", "100.00 %", "200 240 (100.0 %)", "hit 120 (50.0 %), miss 120 (50.0 %)"} {
		if !strings.Contains(report.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, report.String())
		}
	}
	if !strings.Contains(progress.String(), "s  ") { // a slow machine may say two seconds first
		t.Errorf("no line after a second:\n%s", progress.String())
	}
}

// A service that stalls makes requests leave late when workers run out. Their users would have waited, so their
// latency must say so, although each is answered at once when it leaves.
func TestLatencyCountsFromWhenARequestWasDue(t *testing.T) {
	const stall = 400 * time.Millisecond
	var calls atomic.Int64
	service := rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			<-time.After(stall)
		}
	}))
	o := &options{Target: service, Timeout: time.Minute, Workers: 1}
	s := &scenario{
		plan: schedule{peak: 50, length: 400 * time.Millisecond}.plan(time.Minute),
		next: fluShot(1), progress: io.Discard,
	}
	got, err := attack(t.Context(), s, o)
	if err != nil || got.all.metrics.Requests != 20 {
		t.Fatalf("%d requests, want 20 (%v)", got.all.metrics.Requests, err)
	}
	// Due at 20, 40, … ms and answered after 400 ms at the earliest: 200 ms on average. From when they left, all but
	// the first took next to nothing: 20 ms on average.
	if got.all.metrics.Latencies.Mean < 150*time.Millisecond || got.worstLag < 300*time.Millisecond {
		t.Errorf("mean latency %s, latest departure %s: the stall is hidden", got.all.metrics.Latencies.Mean, got.worstLag)
	}
}

func TestAnInterruptedRunReportsWhatWasAnswered(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int64
	service := rig.Listen(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if calls.Add(1) == 10 {
			cancel()
		}
	}))
	var report bytes.Buffer
	o := &options{command: "flushot-spike", Target: service, Rate: 100, Duration: 30 * time.Second, Timeout: time.Minute, Workers: 10}
	if err := run(ctx, o, &report, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), "of 2750 planned") || calls.Load() >= 2750 {
		t.Errorf("%d requests were sent:\n%s", calls.Load(), report.String())
	}
}

func TestTheReportReads(t *testing.T) {
	s := schedule{peak: 10, length: time.Second}.plan(0)
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var tl tally
	for n := range uint64(10) {
		due := began.Add(s.due(n))
		r := &vegeta.Result{Seq: n, Code: 200, Timestamp: due, Latency: time.Duration(n+1) * time.Millisecond, BytesIn: 1000}
		r.Headers = http.Header{"Cache-Status": {[]string{"timeslots; hit; ttl=4", "timeslots; hit; ttl=-4"}[n%2]}}
		switch n {
		case 7:
			r.Code, r.Error, r.Headers = 503, "503 Service Unavailable", http.Header{}
		case 8:
			r.Code, r.Error, r.Headers = 0, "connection refused", nil
		case 9:
			r.Timestamp = due.Add(2500 * time.Millisecond) // left late
		}
		tl.record(r, due, []string{during, before}[n%2])
	}
	tl.close()
	var got bytes.Buffer
	r := newReport(&scenario{name: "flushot-spike", plan: s}, &options{Target: "http://127.0.0.1:8080"}, &tl)
	r.Upstream = &upstreamCalls{Total: 7, PerThousand: 700, Operations: map[string]int64{"departments": 1, "provider-timeslots-v5": 6}}
	if err := publish(&got, &options{}, []*report{r}); err != nil {
		t.Fatal(err)
	}
	writeProgress(&got, 1100*time.Millisecond, &tl)
	writeProgress(&got, 2100*time.Millisecond, &tl)
	golden(t, "testdata/report.golden", got.String())
}

// golden wants a text to be a file's, or makes it so with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestCacheStatusIsSorted(t *testing.T) {
	for header, want := range map[string]string{
		"timeslots; hit; ttl=12":             "hit",
		"timeslots; hit; ttl=-3":             "stale",
		"timeslots;hit":                      "hit",
		"timeslots; fwd=miss; collapsed":     "miss",
		"timeslots; fwd=bypass":              "bypass",
		"":                                   "none",
		"nonsense":                           "none",
		"timeslots; fwd=miss; ttl=-3":        "miss",
		"timeslots; hit; ttl=not-an-integer": "hit",
	} {
		if got := cacheKind(header); got != want {
			t.Errorf("%q is a %s, want %s", header, got, want)
		}
	}
}

func TestOptionsOutOfBoundsAreRefused(t *testing.T) {
	for args, want := range map[string]string{
		"flushot-spike --rate 20000 --duration 10m":                                             "",
		"flushot-spike --target http://[::1]:8080":                                              "",
		"flushot-spike --target https://care.example.org --allow-remote":                        "",
		"compare trace --with http://127.0.0.1:8090 --direct --simulator http://127.0.0.1:8081": "",
		"compare trace --with http://192.0.2.1":                                                 "--with names another machine",
		"compare findadoctor":                                                                   "--with",
		"flushot-spike --rate 20001":                                                            "--rate must be",
		"flushot-spike --rate NaN":                                                              "--rate must be",
		"flushot-spike --duration 11m":                                                          "--duration must be",
		"flushot-spike --workers 0":                                                             "--workers must be",
		"flushot-spike --timeout 2m":                                                            "--timeout must be",
		"flushot-spike --target http://192.0.2.1":                                               "--allow-remote",
		"flushot-spike --target http://localhost.example.org":                                   "--allow-remote",
		"flushot-spike --target ftp://localhost":                                                "--target must be",
		"findadoctor --target http://127.0.0.1:1 --rate 0":                                      "--rate must be",
		"nearme --rate 20 --duration 3s --think 1s --admin http://127.0.0.1:9090":               "",
		"compare nearme --with http://127.0.0.1:8090 --direct":                                  "",
		"compare nearme --with http://192.0.2.1 --direct":                                       "--with names another machine",
		"nearme --target http://192.0.2.1":                                                      "--allow-remote",
		"mixed --simulator http://192.0.2.1":                                                    "--simulator names another machine",
		"nearme --admin http://192.0.2.1:9090":                                                  "--admin names another machine",
		"nearme --rate 20001":                                                                   "--rate must be",
		"nearme --duration 11m":                                                                 "--duration must be",
		"app --rate 20 --duration 3s --think 1s --bookings 0.1 --admin http://127.0.0.1:9090":   "",
		"compare app --with http://192.0.2.1":                                                   "--with names another machine",
		"app --target http://192.0.2.1":                                                         "--allow-remote",
		"app --rate 20001":                                                                      "--rate must be",
		"accuracy --compare before.json after.json":                                             "",
		"accuracy --check --hot 0.8 --hot-clinic A,B --warmup 5s --look 2s --forms 0.5":         "",
		"accuracy --target http://192.0.2.1":                                                    "--allow-remote",
		"trace --positions nowhere":                                                             "--positions must be one of",
		"trace --positions areas":                                                               "",
		"findadoctor --npi 9000000017 --npi 9000000025 --seed 7 --rate 1":                       "",
	} {
		parser, err := kong.New(&options{}, kong.Exit(func(int) { t.Errorf("%s: exit", args) }))
		if err != nil {
			t.Fatal(err)
		}
		_, err = parser.Parse(strings.Fields(args))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
