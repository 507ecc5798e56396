package cache

import (
	"time"

	"timeslots/internal/timeslot"
)

// Recorder is told what the stores see (docs/metrics.md). internal/metrics implements it; nil is silent.
// Its methods are called on the request path, concurrently, and must not block.
type Recorder interface {
	// CacheLookup counts n keys looked up in a tier ("memory" or "redis" here) with the same result: "hit", "stale"
	// (servable, but due for a refresh), "negative" (upstream's stored "not found"), "miss", or "error" (Redis did
	// not answer or answered something unusable, so nobody knows).
	CacheLookup(tier, result string, n int)
	// StoreFenced counts an upstream answer that was not stored because an event overtook it.
	StoreFenced(source timeslot.Source)
}

// The words of the Recorder.
const (
	resultHit      = "hit"
	resultStale    = "stale"
	resultNegative = "negative"
	resultMiss     = "miss"
	resultError    = "error"

	operationGet     = "get"
	operationSet     = "set" // which gives a lease back, too
	operationLease   = "lease"
	operationRelease = "release" // of a lease without a fragment
)

type silent struct{}

func (silent) CacheLookup(string, string, int) {}
func (silent) StoreFenced(timeslot.Source)     {}

func recorderOr(r Recorder) Recorder {
	if r == nil {
		return silent{}
	}
	return r
}

// tally counts the results of one look-up, so that the recorder is called once per result instead of once per key.
type tally struct{ hit, stale, negative, miss, failed int }

func (t *tally) found(hit Hit, now time.Time) {
	switch {
	case hit.Fragment.NotFound:
		t.negative++
	case hit.Fragment.Bounds.At(now) == timeslot.Fresh && !hit.Outdated:
		t.hit++
	default:
		t.stale++
	}
}

func (t *tally) report(r Recorder, tier Tier) {
	for _, line := range [...]struct {
		result string
		n      int
	}{{resultHit, t.hit}, {resultStale, t.stale}, {resultNegative, t.negative}, {resultMiss, t.miss}, {resultError, t.failed}} {
		if line.n > 0 {
			r.CacheLookup(string(tier), line.result, line.n)
		}
	}
}
