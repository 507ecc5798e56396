package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"timeslots/test/rig/figure"
)

// movedElsewhere are metrics that a quiet fleet may leave alone, and where they are seen to move. Their recorders' callers
// are checked below.
var movedElsewhere = map[string]string{
	"http_requests_in_flight": "log_test.go", "http_requests_shed_total": "limits_test.go", "config_reloads_total": "reload_test.go",
	"upstream_requests_in_flight": "faults", "upstream_hedges_total": "internal/fetch", "coalesced_total": "internal/search",
	"fenced_stores_total": "internal/cache", "decode_dropped_total": "internal/fetch", "tombstone_propagation_seconds": "internal/cache",
	"redis_clock_skew_seconds": "internal/cache", "zone_doubts_total": "untidy_test.go",
	"upstream_lag_seconds": "internal/accuracy",
}

// A fleet of two is asked, fails in part, sells a slot and is read again; what docs/metrics.md lists has to move.
func TestTheMetricsThatAreDocumentedMove(t *testing.T) {
	figure.Beside(t)
	const short = "sources: {providerDirect: {fresh: 50ms, breaker: {minRequests: 3}}}\n"
	f := startFleet(t, 2, "", short)
	a, b := f.replicas[0], f.replicas[1]
	get(t, a.public+hotClinic)
	get(t, a.public+hotClinic)
	get(t, b.public+hotClinic)
	const clinician = "/v1/timeslots?npi=9000000017"
	eventually(t, "a refresh behind an answer, and a comparison of its copies", func() bool {
		get(t, a.public+clinician)
		seen := moved(t, a)
		return seen["refreshes_total"] && seen["offers_compared_total"] && seen["offer_accuracy_ratio"]
	})
	get(t, a.public+hotClinic).answer(t).Timeslots[0].booked(t, a.public)
	get(t, a.public+"/dexcare/v4/departments?unheard=of")
	fail(t, f.simulator, "provider-direct:status=500")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	defer func() {
		if len(missing) > 0 {
			t.Errorf("these do not move: %v", missing)
		}
	}()
	npi := 9000000100
	eventually(t, "every metric", func() bool {
		npi++
		get(t, a.public+fmt.Sprintf("/v1/timeslots?npi=%d,9000000017&departmentUrlName=AcmeRiverton&visitTypeName=Illness", npi))
		get(t, a.public+"/v1/timeslots?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=Illness")
		seen := moved(t, a)
		missing = nil
		for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (?:counter|gauge|histogram)").FindAllStringSubmatch(string(text), -1) {
			if name := row[1]; !seen[name] && movedElsewhere[name] == "" {
				missing = append(missing, name)
			}
		}
		return len(missing) == 0
	})
}

// moved are the metrics of which a series is above zero.
func moved(t *testing.T, r *running) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^aggregator_([a-z_]+?)(?:_count|_sum|_bucket)?(?:\{.*\})? ([0-9.e+-]+)$`).FindAllStringSubmatch(string(get(t, r.admin+"/metrics").body), -1) {
		if line[2] != "0" {
			seen[line[1]] = true
		}
	}
	return seen
}

// A method of the recorder that nobody calls moves nothing.
func TestEveryMethodOfTheRecorderIsCalled(t *testing.T) {
	code := textOf(t, false, "*.go", "../../internal/*/*.go", "../../internal/*/*/*.go")
	recorder := textOf(t, false, "../../internal/metrics/*.go")
	code = strings.ReplaceAll(code, recorder, "")
	methods := 0
	for _, found := range regexp.MustCompile(`(?m)^func \(m \*Metrics\) ([A-Z]\w+)\(`).FindAllStringSubmatch(recorder, -1) {
		methods++
		if !strings.Contains(code, "."+found[1]) {
			t.Errorf("nobody calls %s", found[1])
		}
	}
	if methods < 15 {
		t.Errorf("found %d methods", methods)
	}
}
