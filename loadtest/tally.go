package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// tally adds up results. One goroutine uses it.
type tally struct {
	all      sums
	groups   map[string]*sums // the parts that the scenario tells apart
	worstLag time.Duration    // the latest that a request left after it was due

	second window // since the last progress line
	line   []second
}

// sums are of all results, or of one group's.
type sums struct {
	metrics vegeta.Metrics
	cache   map[string]uint64 // by what Cache-Status says
}

type window struct {
	latencies []time.Duration
	ok, hits  int
}

// second is one point of the time line.
type second struct {
	At       float64 `json:"at"` // seconds from the beginning
	Answers  int     `json:"answers"`
	OK       int     `json:"ok"`
	Hits     int     `json:"hits"` // stale ones too
	P50, P99 float64 // seconds
}

// record counts a result that was due at an instant, in a group when it has one. vegeta's own latency begins when the
// request left: a request that had to queue for a worker would look fast, exactly when the service is slowest. So what
// counts is the time from when it was due until its answer was complete.
func (t *tally) record(r *vegeta.Result, due time.Time, group string) {
	if lag := r.Timestamp.Sub(due); lag > 0 {
		t.worstLag = max(t.worstLag, lag)
		r.Latency += lag
		r.Timestamp = due
	}
	kind := cacheKind(r.Headers.Get("Cache-Status"))
	t.all.add(r, kind)
	if group != "" {
		t.group(group).add(r, kind)
	}
	t.second.latencies = append(t.second.latencies, r.Latency)
	if r.Error == "" {
		t.second.ok++
	}
	if kind == "hit" || kind == "stale" {
		t.second.hits++
	}
}

func (t *tally) group(name string) *sums {
	if t.groups == nil {
		t.groups = map[string]*sums{}
	}
	if t.groups[name] == nil {
		t.groups[name] = &sums{}
	}
	return t.groups[name]
}

func (s *sums) add(r *vegeta.Result, kind string) {
	if s.cache == nil {
		s.cache = map[string]uint64{}
	}
	s.metrics.Add(r)
	s.cache[kind]++
}

// close computes what needs all results.
func (t *tally) close() {
	t.all.metrics.Close()
	for _, g := range t.groups {
		g.metrics.Close()
	}
}

// nextSecond hands out what came since the last call, and puts it into the time line.
func (t *tally) nextSecond(elapsed time.Duration) window {
	w := t.second
	t.second = window{}
	slices.Sort(w.latencies)
	t.line = append(t.line, second{
		At: elapsed.Seconds(), Answers: len(w.latencies), OK: w.ok, Hits: w.hits,
		P50: w.quantile(0.5).Seconds(), P99: w.quantile(0.99).Seconds(),
	})
	return w
}

// quantile is the smallest latency that a share q of the requests did not exceed; 0 without requests.
func (w *window) quantile(q float64) time.Duration {
	if len(w.latencies) == 0 {
		return 0
	}
	return w.latencies[min(len(w.latencies)-1, int(q*float64(len(w.latencies))))]
}

// cacheKind reads the service's entry of a Cache-Status header (RFC 9211): "hit", "stale" (a hit whose ttl is
// negative), "miss", "bypass", or "none" when the header says nothing that we know.
func cacheKind(header string) string {
	parts := strings.Split(header, ";")
	kind := "none"
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "hit":
			kind = "hit"
		case "fwd":
			if kind = "miss"; value == "bypass" {
				kind = value
			}
		case "ttl":
			if n, err := strconv.Atoi(value); err == nil && n < 0 && kind == "hit" {
				kind = "stale"
			}
		}
	}
	return kind
}
