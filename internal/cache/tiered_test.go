package cache

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// replicas are two processes that share a server, with one clock.
func replicas(t *testing.T) (a, b *Tiered, clock *rig.Clock, seen *redistest.Counter) {
	t.Helper()
	server := rig.StartRedis(t)
	clock, seen = rig.NewClock(), redistest.NewCounter()
	follow(t, server, clock)
	open := func() *Tiered {
		r := tierOn(t, server, func(o *setup) { o.Now, o.Recorder = clock.Now, seen })
		return tieredOn(t, r, MemoryOptions{Now: clock.Now})
	}
	return open(), open(), clock, seen
}

func tiers(hits []Hit) []Tier {
	list := make([]Tier, len(hits))
	for i, hit := range hits {
		list[i] = hit.Tier
	}
	return list
}

func TestWhatOneReplicaFetchedTheOtherFindsOnceInRedisAndThenInMemory(t *testing.T) {
	a, b, clock, seen := replicas(t)
	shared, own := redistest.Fragment(redistest.KeyOfNPI(1), clock.Now()), redistest.Fragment(redistest.KeyOfNPI(2), clock.Now())
	a.Put(t.Context(), shared)
	a.redis.settle(t)
	b.memory.Put(t.Context(), own)
	keys := []timeslot.FragmentKey{own.Key, shared.Key, redistest.KeyOfNPI(3)}
	for _, want := range [][]Tier{{TierMemory, TierRedis, ""}, {TierMemory, TierMemory, ""}} {
		hits := b.Lookup(t.Context(), keys)
		wantFragments(t, hits, own, shared, nil)
		if diff := cmp.Diff(want, tiers(hits)); diff != "" {
			t.Error(diff)
		}
	}
	gets := seen.Count("get/ok")
	b.Lookup(t.Context(), keys[:2])
	if n := seen.Count("get/ok"); n != gets {
		t.Error("Redis was asked although memory had everything")
	}
}

func TestPromotionNeverUndoesALaterPut(t *testing.T) {
	_, b, clock, _ := replicas(t)
	later := redistest.Fragment(redistest.KeyOfNPI(1), clock.Now())
	fromRedis := Hit{Fragment: redistest.Fragment(redistest.KeyOfNPI(1), clock.Now().Add(-time.Second)), Tier: TierRedis}
	b.memory.Put(t.Context(), later) // between the look-up in Redis and the promotion
	if hit := b.promote(fromRedis); hit.Fragment != later || hit.Tier != TierMemory {
		t.Errorf("the answer is the fragment of %s from %s, want the later one from memory", hit.Fragment.FetchedAt, hit.Tier)
	}
}

func TestTieredNeedsBothTiers(t *testing.T) {
	if _, err := NewTiered(memoryTier(t, MemoryOptions{}), nil); err == nil {
		t.Error("accepted a tiered store without Redis")
	}
}
