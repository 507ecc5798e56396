package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig/figure"
)

// brokenFiles are configurations that somebody saved by mistake, and what the one log line about each must name. Each
// has a secret in it that must not be repeated.
var brokenFiles = map[string]struct{ text, names string }{
	"empty":                       {"", "upstream"},
	"cut in the middle":           {"listen: 127.0.0.1:0\nadmin: {listen: 127.0.0.1:0, token: \"s3cret-canary", "yaml"},
	"not YAML":                    {"<html>s3cret-canary</html>", "yaml"},
	"a list":                      {"- listen\n- s3cret-canary\n", "yaml"},
	"tabs":                        {"listen: 127.0.0.1:0\n\tadmin: s3cret-canary\n", "yaml"},
	"an unknown key":              {"lissen: s3cret-canary", "lissen"},
	"a key twice":                 {"log: {level: info}\nlog: {level: warn} # s3cret-canary", "log"},
	"a number for a duration":     {"booking: {timeout: 30} # s3cret-canary", "booking.timeout"},
	"a duration without a unit":   {"search: {budget: \"800\"} # s3cret-canary", "search.budget"},
	"a negative budget":           {"search: {budget: -1s} # s3cret-canary", "search.budget"},
	"a size without a unit":       {"cache: {memory: {fragments: big}} # s3cret-canary", "cache.memory.fragments"},
	"an unknown ranking":          {"products: {flushot: {ranking: cheapest}} # s3cret-canary", "products.flushot.ranking"},
	"an objective of one":         {"products: {default: {slo: {objective: 1}}} # s3cret-canary", "slo.objective"},
	"a warm query for a product":  {"products: {flushot: {warm: [{every: 10s, query: \"npi=9000000017&product=x\"}]}} # s3cret-canary", "warm"},
	"a short tombstone":           {"booking: {tombstone: 1m} # s3cret-canary", "booking.tombstone"},
	"an unknown version":          {"sources: {providerDirect: {version: v9}} # s3cret-canary", "sources.providerDirect.version"},
	"no concurrency":              {"sources: {careDirect: {concurrency: 0}} # s3cret-canary", "sources.careDirect.concurrency"},
	"a failure ratio of two":      {"sources: {careDirect: {breaker: {failureRatio: 2}}} # s3cret-canary", "breaker.failureRatio"},
	"proxies that are no network": {"limits: {trustedProxies: [everybody]} # s3cret-canary", "limits.trustedProxies"},
	"an origin with a path":       {"cors: {origins: [\"https://a.example/path\"]} # s3cret-canary", "cors.origins"},
	"a level that is none":        {"log: {level: loud} # s3cret-canary", "log.level"},
	"a secret that is not there":  {"access: {keys: [\"file:/nowhere/s3cret-file\"]}", "access.keys"},
	"plain text to another host":  {"upstream: {public: {url: \"http://example.org\"}} # s3cret-canary", "upstream.public"},
}

func TestABrokenFileChangesNothingAndIsNamedInOneLine(t *testing.T) {
	if len(brokenFiles) < 20 {
		t.Fatalf("%d cases", len(brokenFiles))
	}
	for name, broken := range brokenFiles {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			s := built(t, served("127.0.0.1:1"), &logged)
			before, path := s.config.Hash(), s.path.Load()
			text := broken.text
			if !strings.Contains(text, "upstream:") && broken.names != "yaml" && text != "" {
				text = strings.Replace(served("127.0.0.1:1"), "products: {campaign: {ranking: nearest, maxAge: 5s}}", "", 1) + text
			}
			s.reload(func() (*config.Config, error) { return config.LoadBytes("broken", []byte(text), nil) })
			if s.config.Hash() != before || s.path.Load() != path {
				t.Error("it took effect")
			}
			lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
			if len(lines) != 1 || !strings.Contains(lines[0], broken.names) && broken.names != "yaml" || !strings.Contains(lines[0], "not reloaded") {
				t.Errorf("want one line that names %s:\n%s", broken.names, logged.String())
			}
			if strings.Contains(logged.String(), "s3cret-canary") || strings.Contains(logged.String(), "admin-secret") {
				t.Errorf("a secret is logged: %s", logged.String())
			}
			if n := rejected(t, s); n != 1 {
				t.Errorf("%v reloads count as rejected", n)
			}
		})
	}
}

func rejected(t *testing.T, s *service) (n float64) {
	t.Helper()
	series, err := s.metrics.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range series {
		if one.Name == "config_reloads_total" && fmt.Sprint(one.Labels["outcome"]) == "rejected" {
			n += one.Value
		}
	}
	return n
}

func TestAReloadThatLeavesAPartAsItWasSaysSo(t *testing.T) {
	var logged bytes.Buffer
	load := func(text string) func() (*config.Config, error) {
		return func() (*config.Config, error) { return config.LoadBytes("changed", []byte(text), nil) }
	}
	first := served("127.0.0.1:1")
	s := built(t, first, &logged)
	s.reload(load(strings.Replace(first, "maxAge: 5s", "maxAge: 7s", 1)))
	if said := logged.String(); strings.Count(said, `"configuration reloaded"`) != 1 || strings.Contains(said, "in part") {
		t.Errorf("a change that was taken: %s", said)
	}
	logged.Reset()
	s.reload(load(strings.Replace(strings.Replace(first, "maxAge: 5s", "maxAge: 9s", 1), "admin-secret", "another-secret", 1)))
	if said := logged.String(); strings.Contains(said, `"configuration reloaded"`) || !strings.Contains(said, "reloaded in part") || !strings.Contains(said, `["admin"]`) || strings.Contains(said, "secret") {
		t.Errorf("a token that was not taken: %s", said)
	}
}

func TestReloadsUnderLoadLoseNoRequest(t *testing.T) {
	figure.Beside(t)
	addr := startTenant(t)
	load := func(n int) func() (*config.Config, error) {
		return func() (*config.Config, error) {
			text := served(addr) + fmt.Sprintf("search: {budget: %dms}\nlog: {level: error}\n", 50_000+n)
			return config.LoadBytes("test", []byte(text), patience(t, text))
		}
	}
	text := served(addr)
	s := built(t, text, io.Discard, patience(t, text)...)
	var visitors sync.WaitGroup
	for v := range 8 {
		visitors.Go(func() {
			for i := range 20 {
				w := httptest.NewRecorder()
				s.door.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/v1/timeslots?npi=90000%05d", 100*v+i), nil))
				if w.Code != http.StatusOK && w.Code != http.StatusNotFound {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			}
		})
	}
	for n := range 10 {
		s.reload(load(n + 1))
	}
	visitors.Wait()
}
