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
	metrics  vegeta.Metrics
	cache    map[string]uint64 // by what Cache-Status says
	worstLag time.Duration     // the latest that a request left after it was due

	second window // since the last progress line
}

type window struct {
	latencies []time.Duration
	ok, hits  int
}

// record counts a result that was due at an instant. vegeta's own latency begins when the request left: a request that
// had to queue for a worker would look fast, exactly when the service is slowest. So what counts is the time from when
// it was due until its answer was complete.
func (t *tally) record(r *vegeta.Result, due time.Time) {
	if lag := r.Timestamp.Sub(due); lag > 0 {
		t.worstLag = max(t.worstLag, lag)
		r.Latency += lag
		r.Timestamp = due
	}
	if t.cache == nil {
		t.cache = map[string]uint64{}
	}
	t.metrics.Add(r)
	kind := cacheKind(r.Headers.Get("Cache-Status"))
	t.cache[kind]++
	t.second.latencies = append(t.second.latencies, r.Latency)
	if r.Error == "" {
		t.second.ok++
	}
	if kind == "hit" || kind == "stale" {
		t.second.hits++
	}
}

// nextSecond hands out what came since the last call.
func (t *tally) nextSecond() window {
	w := t.second
	t.second = window{}
	slices.Sort(w.latencies)
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
			kind = forwarded(value)
		case "ttl":
			if n, err := strconv.Atoi(value); err == nil && n < 0 && kind == "hit" {
				kind = "stale"
			}
		}
	}
	return kind
}

func forwarded(reason string) string {
	if reason == "bypass" {
		return reason
	}
	return "miss"
}
