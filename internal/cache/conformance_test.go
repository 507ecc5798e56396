package cache

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// keeper is what a store promises about keeping; all but Fill.
type keeper interface {
	Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit
	Put(ctx context.Context, f *timeslot.Fragment)
}

// subject is a store under test with its clock. settle waits for writes in the background.
type subject struct {
	keeper
	clock  *rig.Clock
	settle func()
}

func TestMemoryKeepsTheStorePromises(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T) subject {
		clock := rig.NewClock()
		return subject{memoryTier(t, MemoryOptions{Now: clock.Now}), clock, func() {}}
	})
}

func TestRedisKeepsTheStorePromises(t *testing.T) {
	t.Parallel()
	conformOnRedis(t, func(_ *testing.T, r *Redis) keeper { return r })
}

func TestTieredKeepsTheStorePromises(t *testing.T) {
	t.Parallel()
	conformOnRedis(t, func(t *testing.T, r *Redis) keeper { return tieredOn(t, r, MemoryOptions{Now: r.options.Now}) })
}

func conformOnRedis(t *testing.T, open func(*testing.T, *Redis) keeper) {
	server := rig.StartRedis(t)
	conform(t, func(t *testing.T) subject {
		clock := rig.NewClock()
		follow(t, server, clock)
		r := tierOn(t, server, func(o *setup) { o.Now, o.Tenant = clock.Now, tenantOf(t) })
		return subject{open(t, r), clock, func() { r.settle(t) }}
	})
}

// tenantOf keeps tests that share a server apart.
func tenantOf(t testing.TB) string { return fmt.Sprintf("%x", t.Name()) }

// put stores fragments one after the other.
func (s subject) put(t *testing.T, list ...*timeslot.Fragment) {
	for _, f := range list {
		s.Put(t.Context(), f)
		s.settle()
	}
}

// want finds what is stored for a key; nil: nothing is.
func (s subject) want(t *testing.T, key timeslot.FragmentKey, want *timeslot.Fragment) {
	t.Helper()
	wantFragments(t, s.Lookup(t.Context(), []timeslot.FragmentKey{key}), want)
}

// conform runs every promise of [Store] against stores that open makes.
func conform(t *testing.T, open func(*testing.T) subject) {
	for name, story := range map[string]func(*testing.T, subject){
		"an empty store misses every key":                     emptyMisses,
		"what was put is found under its own key, in order":   putIsFoundInOrder,
		"a fragment is found until its last bound, then gone": foundUntilLastBound,
		"an expired fragment is not stored":                   expiredIsNotStored,
		"of two fragments the later one stays":                theLaterStays,
		"not found is an answer too":                          notFoundIsStored,
		"among concurrent puts the latest stays":              latestOfManyStays,
		"what is needless is let go of, and nothing else":     needlessGoes,
	} {
		t.Run(name, func(t *testing.T) { story(t, open(t)) })
	}
}

func emptyMisses(t *testing.T, s subject) {
	keys := []timeslot.FragmentKey{redistest.KeyOfNPI(1), redistest.KeyOfNPI(2)}
	if diff := cmp.Diff([]Hit{{}, {}}, s.Lookup(t.Context(), keys)); diff != "" {
		t.Error(diff)
	}
	if hits := s.Lookup(t.Context(), nil); len(hits) != 0 {
		t.Errorf("no keys gave %d hits", len(hits))
	}
}

func putIsFoundInOrder(t *testing.T, s subject) {
	one, two := redistest.Fragment(redistest.KeyOfNPI(1), s.clock.Now()), redistest.WithSlots(50, s.clock.Now())
	s.put(t, one, two)
	hits := s.Lookup(t.Context(), []timeslot.FragmentKey{two.Key, redistest.KeyOfNPI(3), one.Key, two.Key})
	wantFragments(t, hits, two, nil, one, two)
}

func foundUntilLastBound(t *testing.T, s subject) {
	f := redistest.Fragment(redistest.KeyOfNPI(1), s.clock.Now())
	s.put(t, f)
	for _, step := range []time.Duration{0, redistest.Policy.Fresh, redistest.Policy.Stale, redistest.Policy.StaleOnError - time.Millisecond} {
		s.clock.Advance(step)
		s.want(t, f.Key, f)
	}
	s.clock.Advance(time.Millisecond)
	s.want(t, f.Key, nil)
}

func expiredIsNotStored(t *testing.T, s subject) {
	f := redistest.Fragment(redistest.KeyOfNPI(1), s.clock.Now().Add(-100*time.Second))
	s.put(t, f)
	s.want(t, f.Key, nil)
}

func theLaterStays(t *testing.T, s subject) {
	for npi, laterFirst := range []bool{true, false} {
		key := redistest.KeyOfNPI(npi)
		older, later := redistest.Fragment(key, s.clock.Now().Add(-time.Nanosecond)), redistest.Fragment(key, s.clock.Now())
		if laterFirst {
			s.put(t, later, older)
		} else {
			s.put(t, older, later)
		}
		s.want(t, key, later)
	}
}

func notFoundIsStored(t *testing.T, s subject) {
	f := notFound(redistest.KeyOfNPI(404), s.clock.Now())
	s.put(t, f)
	s.want(t, f.Key, f)
	s.clock.Advance(redistest.Policy.Negative)
	s.want(t, f.Key, nil)
}

func latestOfManyStays(t *testing.T, s subject) {
	const writers, rounds = 4, 25
	now := s.clock.Now().Add(-time.Second) // nothing is of the future
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range rounds {
				s.Put(t.Context(), redistest.Fragment(redistest.KeyOfNPI(1), now.Add(time.Duration(i*writers+w))))
				s.Lookup(t.Context(), []timeslot.FragmentKey{redistest.KeyOfNPI(1)})
			}
		})
	}
	all.Wait()
	s.settle()
	wantFragments(t, s.Lookup(t.Context(), []timeslot.FragmentKey{redistest.KeyOfNPI(1)}),
		redistest.Fragment(redistest.KeyOfNPI(1), now.Add(writers*rounds-1)))
}

// uncounted compares fragments without how often they were shown, which each process counts anew.
var uncounted = cmpopts.IgnoreFields(timeslot.Fragment{}, "Servings")

// wantFragments compares in order; nil wants a miss.
func wantFragments(t *testing.T, hits []Hit, want ...*timeslot.Fragment) {
	t.Helper()
	got := make([]*timeslot.Fragment, len(hits))
	for i, hit := range hits {
		got[i] = hit.Fragment
		if (hit.Fragment == nil) != (hit.Tier == "") {
			t.Errorf("hit %d: tier %q with fragment %v", i, hit.Tier, hit.Fragment)
		}
	}
	if diff := cmp.Diff(want, got, uncounted); diff != "" {
		t.Errorf("fragments (-want +got):\n%s", diff)
	}
}

// dropper is a store that lets go of copies in memory.
type dropper interface {
	Drop(keys []timeslot.FragmentKey, needless func(*timeslot.Fragment) bool) []timeslot.FragmentKey
}

func needlessGoes(t *testing.T, s subject) {
	d, ok := s.keeper.(dropper)
	if !ok {
		t.Skip("keeps nothing in memory")
	}
	fetched := func(npi int) *timeslot.Fragment { return redistest.Fragment(redistest.KeyOfNPI(npi), s.clock.Now()) }
	one, two, three := fetched(1), fetched(2), fetched(3)
	s.put(t, one, two, three)
	gone := d.Drop([]timeslot.FragmentKey{one.Key, two.Key, redistest.KeyOfNPI(4)}, func(f *timeslot.Fragment) bool { return f == two })
	if diff := cmp.Diff([]timeslot.FragmentKey{two.Key}, gone); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	wantFragments(t, s.Lookup(t.Context(), []timeslot.FragmentKey{one.Key, three.Key}), one, three)
	hit := s.Lookup(t.Context(), []timeslot.FragmentKey{two.Key})[0]
	if _, tiered := s.keeper.(*Tiered); tiered != (hit.Fragment != nil) || hit.Fragment == two {
		t.Errorf("two is at %v; want it nowhere, or in Redis", hit.Tier)
	}
}
