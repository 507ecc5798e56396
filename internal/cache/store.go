package cache

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Tier names where a fragment was found, as in the metrics' label (INTERFACE §5).
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
}

// Store keeps fragments until their Bounds.StaleOnError. [Memory], [Redis] and [Tiered] implement it.
// All methods may be called concurrently.
type Store interface {
	// Lookup gives one Hit per key, in order. A fragment that may no longer be served under any circumstances is a
	// miss; whether a hit is fresh or stale is for the caller to see. It never fails: trouble is a miss, recorded.
	Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit

	// LookAgain finds a copy of key that is fresh now, also where an older one is nearer: another replica may have
	// refreshed it since. Otherwise it gives the zero Hit. It is for the second look inside a flight and does not
	// count as a look-up in the metrics.
	LookAgain(ctx context.Context, key timeslot.FragmentKey) Hit

	// Put stores f, which must not be written to afterwards, in every tier. A fragment fetched earlier than the one
	// already held never replaces it. Put does not wait for Redis.
	Put(ctx context.Context, f *timeslot.Fragment)

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
