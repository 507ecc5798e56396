package deploy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

func TestMain(m *testing.M) { rig.Main(m, 6) }

// patience lets the service be as slow as the machine makes it: no answer is then an error or breaks a promise, so that
// ratios are what they have to be.
var patience = []string{
	"search: {budget: 1m}", "sources: {careDirect: {timeout: 1m}, careOptions: {timeout: 1m}, directory: {timeout: 1m}}",
	"booking: {tombstone: 1h}", "products: {default: {slo: {latency: 1m}}}",
}

// A real Prometheus scrapes two replicas with the configuration of docker-compose.yml, its addresses replaced: rules
// load, targets are up, and what is recorded exists.
func TestPrometheusScrapesTwoReplicasAndRecords(t *testing.T) {
	figure.Long(t)
	tenant, err := acme.New(acme.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	upstream := rig.Listen(t, tenant)
	var replicas []*rig.Service
	for range 2 {
		replicas = append(replicas, rig.Serve(t, rig.Configuration(upstream, patience...)))
	}
	prometheus := rig.Prometheus(t, configuration(t, replicas))
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for _, series := range []string{
		`up{job="aggregator"} == 1`, `product:requests:rate5m{product="default"} > 0`, `product:request_duration_seconds:p99_5m{product="default"} > 0`,
		`product:errors:ratio_rate5m{product="default"} == 0`, `product:slow:ratio_rate5m{product="default"} == 0`,
		`product:error_budget_left:3d{product="default"} == 1`, `product:served_age_seconds:p95_5m{product="default"} >= 0`,
		`source:upstream_request_duration_seconds:p95_5m{source="careDirect"} > 0`, `timeslots:upstream_calls_per_request:ratio_rate5m > 0`,
	} {
		want := 1
		if strings.HasPrefix(series, "up{") {
			want = len(replicas)
		}
		rig.Within(t, 3*time.Minute, series, func() bool {
			<-tick.C
			for _, r := range replicas {
				rig.Get(t, r.Public+"/v1/timeslots?latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness")
			}
			return len(query(t, prometheus, series)) == want
		})
	}
	var rules struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	if err := json.Unmarshal(rig.Get(t, prometheus+"/api/v1/rules").Body, &rules); err != nil || len(rules.Data.Groups) == 0 {
		t.Fatalf("%v, %d groups of rules", err, len(rules.Data.Groups))
	}
	for _, g := range rules.Data.Groups {
		for _, r := range g.Rules {
			if r.Health == "err" {
				t.Errorf("%s: %s", r.Name, r.LastError)
			}
		}
	}
}

// configuration is ours with the replicas' addresses and intervals of a second.
func configuration(t *testing.T, replicas []*rig.Service) string {
	t.Helper()
	text := read(t, "prometheus/prometheus.yml")
	here, err := filepath.Abs("prometheus/rules")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(
		`"aggregator-1:9090", "aggregator-2:9090"`, fmt.Sprintf("%q, %q", strings.TrimPrefix(replicas[0].Admin, "http://"), strings.TrimPrefix(replicas[1].Admin, "http://")),
		"5s", "1s", `"rules/*.yml"`, fmt.Sprintf("%q", filepath.Join(here, "*.yml")),
	).Replace(text)
}

func query(t *testing.T, prometheus, expr string) []any {
	t.Helper()
	var answer struct {
		Status string
		Data   struct{ Result []any }
	}
	r := rig.Get(t, prometheus+"/api/v1/query?query="+url.QueryEscape(expr))
	if r.Status == http.StatusServiceUnavailable { // it listens before it is ready
		return nil
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s", expr, err, r.Body)
	}
	return answer.Data.Result
}
