package cache

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Tier names where a fragment was found, as in the metrics' label (docs/metrics.md).
type Tier string

// The tiers that hold fragments.
const (
	TierMemory Tier = "memory"
	TierRedis  Tier = "redis"
)

// Hit is a fragment that was found, and where. The zero Hit is a miss.
type Hit struct {
	Fragment *timeslot.Fragment // frozen and shared: callers never write to it
	Tier     Tier
	Outdated bool // marked stale since it was fetched: at best stale, whatever its bounds say (see [Fences])
}

// Store keeps fragments until their Bounds.StaleOnError. [Memory] and [Tiered] implement it.
// All methods may be called concurrently.
type Store interface {
	// Lookup gives one Hit per key, in order. A fragment that may no longer be served under any circumstances is a
	// miss; whether a hit is fresh or stale is for the caller to see. It never fails: trouble is a miss, recorded.
	Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit

	// Fill gives a copy of key that is fresh now: it looks again, and where there is none does the work, of which at
	// most one at a time is under way for a key in all replicas that reach Redis. It stores what work gave, unless an
	// event overtook it. shared tells that the copy is of another replica's making.
	//
	// Fill waits for another replica's work as long as ctx lasts, and never for a write. The error is work's, or the
	// cause of ctx' end. Within a process, Fill does not unite callers: that is for a flight around it.
	Fill(ctx context.Context, key timeslot.FragmentKey, work Work) (f *timeslot.Fragment, shared bool, err error)

	// Renew is Fill for a copy that is about to grow stale: only one that stays fresh for ahead spares the work.
	Renew(ctx context.Context, key timeslot.FragmentKey, ahead time.Duration, work Work) (f *timeslot.Fragment, shared bool, err error)

	// FillSince is Fill where only a copy that upstream gave no earlier than since spares the work, however long it is fresh.
	FillSince(ctx context.Context, key timeslot.FragmentKey, since time.Time, work Work) (f *timeslot.Fragment, shared bool, err error)

	// Leases tells, for those who watch, how long the lease of each key still lasts; 0 where no replica has one, as far
	// as can be told.
	Leases(ctx context.Context, keys []timeslot.FragmentKey) []time.Duration

	// Put stores f, which must not be written to afterwards, in every tier, unless an event overtook it. A fragment
	// fetched earlier than the one already held never replaces it. Put does not wait for Redis.
	Put(ctx context.Context, f *timeslot.Fragment)

	// Drop lets go of those copies of keys in this process's memory that are needless, and gives their keys. Elsewhere they
	// stay until their time is over.
	Drop(keys []timeslot.FragmentKey, needless func(*timeslot.Fragment) bool) (dropped []timeslot.FragmentKey)

	// Close stops the store's goroutines and waits for them. The store must not be used afterwards.
	Close() error
}

// clockOr gives now, or the real clock.
func clockOr(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

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
