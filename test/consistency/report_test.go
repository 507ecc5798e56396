package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// good is a report that nothing is wrong with.
func good() report {
	return report{
		Replicas: 3, Redis: "one Redis", Took: time.Minute, Lag: 400 * time.Millisecond, Distinct: 12, Nemesis: map[string]int{"stop Redis": 2},
		counts:        counts{Reads: 1000, Strict: 990, BestEffort: 10, Bookings: map[outcome]int{booked: 50, unavailable: 5, unanswered: 3}},
		UpstreamCalls: map[string]int{"*": 90, "booking": 55, "retail-booking": 55, "department-timeslots": 35, "suffixes": 0},
	}
}

func TestWhatFailsARun(t *testing.T) {
	asked := options{minBookings: 55, minReads: 990, minStrict: 0.99}
	for name, c := range map[string]struct {
		change func(*report, *options)
		want   string // part of the error; empty: none
	}{
		"nothing":                       {func(*report, *options) {}, ""},
		"a violation":                   {func(r *report, _ *options) { r.Violations = 1 }, "1 violations"},
		"an answer without the word":    {func(r *report, _ *options) { r.Unmarked = 1 }, "do not say"},
		"an answer that cannot be read": {func(r *report, _ *options) { r.Unreadable = 2 }, "2 answers are unreadable"},
		"too few bookings":              {func(r *report, _ *options) { r.Bookings[unavailable]-- }, "54 bookings"},
		"too few strict reads":          {func(r *report, _ *options) { r.Strict-- }, "989 strict reads"},
		"too small a share":             {func(_ *report, o *options) { o.minStrict = 0.995 }, "99.00 %"},
		"reads that failed":             {func(r *report, _ *options) { r.Failures = map[string]int{"status 503": 500} }, ""},
		"a run of nothing":              {func(r *report, o *options) { *r, *o = report{}, options{minBookings: 1, minReads: 1} }, "too few"},
		"no violation where some should be": {
			func(_ *report, o *options) { o.expectViolations = true }, "no violations",
		},
		"violations where some should be": {
			func(r *report, o *options) { r.Violations, o.expectViolations = 3, true }, "",
		},
	} {
		r, o := good(), asked
		c.change(&r, &o)
		err := r.verdict(&o)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTheReportSaysWhatWasFound(t *testing.T) {
	r := good()
	r.Disabled = []string{"tombstones"}
	r.Violations, r.WorstStrict = 1, 1500*time.Microsecond
	r.Examples = []reoffer{{Replica: 2, Target: "/v1/timeslots?x", Slot: "id a", After: 1500 * time.Microsecond, CacheStatus: "timeslots; hit; ttl=1"}}
	var text bytes.Buffer
	if err := r.print(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"3 replicas, one Redis, upstream lags 400ms, 1m0s\n", "disabled     tombstones\n", "stop Redis 2\n",
		"1000: 990 strict (99.00 %), 10 best-effort", "50 booked, 5 unavailable, 0 other, 3 without an answer",
		"violations   1, the latest 1.5ms after", "replica 2, 1.5ms after: id a in /v1/timeslots?x (timeslots; hit; ttl=1)\n",
		"90 calls: department-timeslots 35, retail-booking 55\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
	file := filepath.Join(t.TempDir(), "report.json")
	if err := r.save(file); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(saved, &back); err != nil || back.Violations != 1 || back.Strict != 990 || back.Bookings[booked] != 50 || len(back.Examples) != 1 {
		t.Errorf("%v: %+v from %s", err, back, saved)
	}
}

func TestTooLittleToTellIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tally, o := newTally(), &options{duration: time.Second, patience: time.Minute, minReads: 2, minBookings: 1}
		began := time.Now()
		for i, what := range []func(){
			func() { tally.judged(strict, nil) }, func() { tally.judged(bestEffort, nil) },
			func() { tally.note(func(n *counts) { n.Bookings[unavailable]++ }) }, func() { tally.judged(strict, nil) },
		} {
			time.AfterFunc(time.Duration(i+1)*5*time.Second, what)
		}
		tally.await(t.Context(), o)
		if took := time.Since(began); took < 20*time.Second || took > 21*time.Second {
			t.Errorf("waited %v, want until the second strict answer, after 20 s", took)
		}
		began = time.Now()
		tally.await(t.Context(), o)
		if took := time.Since(began); took != time.Second {
			t.Errorf("with enough to tell, ran for %v, want its duration", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), o.patience)
		defer cancel()
		began = time.Now()
		tally.await(ctx, &options{duration: time.Second, expectViolations: true})
		if took := time.Since(began); took < o.patience || took > o.patience+time.Second {
			t.Errorf("waited %v for a violation, want %v", took, o.patience)
		}
	})
}

func TestFlagsAreCheckedAllAtOnce(t *testing.T) {
	var said bytes.Buffer
	_, err := parseOptions([]string{"-replicas", "0", "-duration", "0s", "-patience", "2h", "-reads", "0.5", "-bookings", "NaN", "-lag", "1h", "-latency", "2s", "-min-strict", "99", "-no-redis", "-deaf"}, &said)
	for _, flag := range []string{"-replicas", "-duration", "-patience", "-reads", "-bookings", "-lag", "-latency", "-min-strict", "-deaf"} {
		if err == nil || !strings.Contains(err.Error(), flag+" must be ") {
			t.Errorf("nothing about %s in %v", flag, err)
		}
	}
	for _, args := range [][]string{{"-unheard-of"}, {"-duration", "-1s"}, {"stray"}} {
		if code := command(t.Context(), args, &said, &said); code != exitUsage {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	if code := command(t.Context(), []string{"-h"}, &said, &said); code != exitDone || !strings.Contains(said.String(), "-expect-violations") {
		t.Errorf("-h: exit code %d, %s", code, said.String())
	}
	if o, err := parseOptions(nil, &said); err != nil || o.replicas != 3 || o.lag != 400*time.Millisecond || o.duration != time.Minute {
		t.Errorf("defaults %+v, %v", o, err)
	}
}
