package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func twoReports() []*report {
	return []*report{
		{
			Scenario: "trace", Target: "http://127.0.0.1:8080", Views: 100, Plan: "100 requests listed, 2s",
			All:      part{Requests: 100, Success: 1, Throughput: 50, P50: 0.001, P95: 0.002, P99: 0.004, BytesIn: 200_000, Status: map[string]int{"200": 100}, Cache: map[string]uint64{"hit": 80, "stale": 5, "miss": 15}},
			Line:     []second{{At: 1, Answers: 50, OK: 50, Hits: 50, P50: 0.001, P99: 0.004}, {At: 2, Answers: 50, OK: 49, Hits: 25, P50: 0.001, P99: 1.5}},
			Upstream: &upstreamCalls{Total: 3, PerThousand: 30, Operations: map[string]int64{"provider-timeslots-v5": 3}},
		},
		{
			Scenario: "trace", Target: "http://127.0.0.1:8090", Views: 100, Plan: "900 requests listed, 2s",
			All:      part{Requests: 900, Success: 0.5, Throughput: 450, P50: 0.01, P95: 0.02, P99: 0.04, BytesIn: 2_000_000, Status: map[string]int{"200": 450, "503": 450}, Cache: map[string]uint64{"hit": 90, "miss": 540, "none": 270}},
			Line:     []second{{At: 1, Answers: 450, OK: 225, P50: 0.01, P99: 0.04}, {At: 2, Answers: 450, OK: 225, P50: 0.01, P99: 0.04}},
			Upstream: &upstreamCalls{Total: 60, PerThousand: 600},
		},
	}
}

func TestAComparisonGivesRatios(t *testing.T) {
	var out bytes.Buffer
	if err := publish(&out, &options{}, twoReports()); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"p99 4 ms 40 ms 0.1", "success 100 % 50 % 2", "hits 85 % 10 % 8.5", "waited 15 % 60 % 0.25", "bytes a page view 2000 2e+04 0.1", "upstream calls / 1000 30 600 0.05", "page views 100",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
}

func TestAPageNeedsNothingElse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.html")
	if err := writePage(file, twoReports()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{"target: all", "other: all", "target, p99", "other, p99", "30.0 for each thousand", `points="480.0,`, "200 450 (50.0 %), 503 450 (50.0 %)"} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "src=", "href=", "NaN", "Inf", "%!"} {
		if strings.Contains(page, bad) {
			t.Errorf("has %q", bad)
		}
	}
}

func TestAxesReachTheirValues(t *testing.T) {
	for highest, top := range map[float64]float64{0: 1, 0.03: 0.04, 1: 1, 3: 4, 95: 100, 401: 1000} {
		if got := linear(highest).steps[4]; got < top*0.999 || got > top*1.001 {
			t.Errorf("up to %v: the axis ends at %v, want %v", highest, got, top)
		}
	}
	a := logarithmic(250)
	if a.place(0.1) != 0 || a.place(1000) < 0.999 || a.place(0) != 0 || len(a.steps) != 5 {
		t.Errorf("0.1 at %v, 1000 at %v, steps %v", a.place(0.1), a.place(1000), a.steps)
	}
}
