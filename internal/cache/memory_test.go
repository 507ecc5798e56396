package cache

import (
	"runtime"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func TestMemoryHandsOutTheVeryFragmentItWasGiven(t *testing.T) {
	m := memoryTier(t, MemoryOptions{})
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	m.Put(t.Context(), f)
	for range 2 {
		if got := m.Lookup(t.Context(), []timeslot.FragmentKey{f.Key})[0].Fragment; got != f {
			t.Fatalf("got a copy: %p, want %p", got, f)
		}
	}
}

func TestMemoryStaysWithinItsBytesDuringAScanAndKeepsWhatIsHot(t *testing.T) {
	const bound = 4 << 20
	m := memoryTier(t, MemoryOptions{MaxBytes: bound})
	now := time.Now()
	hot := redistest.WithSlots(100, now)
	m.Put(t.Context(), hot)
	kept := 0
	for i := range 2000 {
		scanned := *hot
		scanned.Key = redistest.KeyOfNPI(10_000 + i)
		m.Put(t.Context(), &scanned)
		if m.Lookup(t.Context(), []timeslot.FragmentKey{hot.Key})[0].Fragment != nil {
			kept++
		} else {
			m.Put(t.Context(), hot) // as the search would, having fetched it again
		}
	}
	rig.Until(t, "eviction is done", func() bool { m.cache.CleanUp(); return m.Bytes() <= bound })
	if most := int(bound / Weight(hot)); m.Entries() > most || m.Entries() < most/2 {
		t.Errorf("%d entries, want about %d", m.Entries(), most)
	}
	if kept < 1900 {
		t.Errorf("the hot fragment was there for %d of 2000 look-ups", kept)
	}
}

func TestSlotsAreCountedBySourceWhateverBecomesOfTheirFragments(t *testing.T) {
	clock := rig.NewClock()
	m := memoryTier(t, MemoryOptions{Now: clock.Now, MaxBytes: 1 << 20})
	put := func(npi, slots int, fetched time.Time) {
		f := redistest.WithSlots(slots, fetched)
		f.Key = redistest.KeyOfNPI(npi)
		m.Put(t.Context(), f)
	}
	check := func(when string, want int) {
		t.Helper()
		if got := m.Slots()[timeslot.ProviderDirect]; got != want {
			t.Errorf("%s: %d slots, want %d", when, got, want)
		}
	}
	now := clock.Now()
	put(1, 30, now)
	put(2, 12, now)
	check("two calendars", 42)
	put(1, 20, now.Add(-time.Second))
	check("an older copy is not kept", 42)
	put(1, 0, now.Add(time.Second))
	check("a list that became empty", 12)
	for i := range 400 {
		put(100+i, 50, now)
	}
	m.cache.CleanUp()
	held := 0
	for f := range m.cache.Values() {
		held += len(f.fragment.Slots)
	}
	check("after evictions", held)
	if held >= 400*50 {
		t.Error("nothing was evicted: the test shows nothing")
	}
	if all := m.Slots(); all[timeslot.CareDirect] != 0 || len(all) != 4 {
		t.Errorf("%v", all)
	}
}

func TestWeightIsWhatTheHeapSays(t *testing.T) {
	for name, build := range map[string]func() *timeslot.Fragment{
		"many slots":       func() *timeslot.Fragment { return redistest.WithSlots(5000, time.Now()) },
		"many departments": func() *timeslot.Fragment { return directory(2000) },
		"many distances":   func() *timeslot.Fragment { return distances(5000) },
	} {
		t.Run(name, func(t *testing.T) {
			kept := make([]*timeslot.Fragment, 10)
			before := heapInUse()
			for i := range kept {
				kept[i] = build()
			}
			real := float64(heapInUse()-before) / float64(len(kept))
			if ratio := float64(Weight(kept[0])) / real; ratio < 0.7 || ratio > 1.4 {
				t.Errorf("weighs %d, takes %.0f: ratio %.2f", Weight(kept[0]), real, ratio)
			}
			runtime.KeepAlive(kept)
		})
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func directory(n int) *timeslot.Fragment {
	f := &timeslot.Fragment{Departments: make([]timeslot.Department, n)}
	for i := range f.Departments {
		f.Departments[i] = timeslot.Department{
			ID: redistest.KeyOfNPI(i).NPI, Name: "Clinic " + redistest.KeyOfNPI(i).NPI, Point: &timeslot.Point{Latitude: float64(i)},
			VisitTypes: []timeslot.VisitType{{ID: "1", Name: "FollowUp"}, {ID: "2", Name: "Wellness"}},
		}
	}
	return f
}

func distances(n int) *timeslot.Fragment {
	f := &timeslot.Fragment{Distances: map[string]float64{}}
	for i := range n {
		f.Distances["ehr-east|"+redistest.KeyOfNPI(i).NPI] = float64(i)
	}
	return f
}

func TestOnStoreHearsOfWhatIsKeptOnly(t *testing.T) {
	var heard []*timeslot.Fragment
	m := memoryTier(t, MemoryOptions{OnStore: func(f *timeslot.Fragment) { heard = append(heard, f) }})
	later, older := redistest.Fragment(redistest.KeyOfNPI(1), time.Now()), redistest.Fragment(redistest.KeyOfNPI(1), time.Now().Add(-time.Second))
	expired := redistest.Fragment(redistest.KeyOfNPI(2), time.Now().Add(-time.Hour))
	for _, f := range []*timeslot.Fragment{later, older, expired} {
		m.Put(t.Context(), f)
	}
	if len(heard) != 1 || heard[0] != later {
		t.Errorf("heard of %d fragments, want the later one alone", len(heard))
	}
}

func TestMemoryNeedsABound(t *testing.T) {
	if _, err := NewMemory(MemoryOptions{}); err == nil {
		t.Error("accepted a memory tier without MaxBytes")
	}
}

// Every series of look-ups that docs/metrics.md lists for memory and Redis moves, and no other does.
func TestEveryResultOfALookUpIsCountedWhereItCanHappen(t *testing.T) {
	server := rig.StartRedis(t)
	clock, seen := rig.NewClock(), redistest.NewCounter()
	follow(t, server, clock)
	r := tierOn(t, server, func(o *setup) { o.Now, o.Recorder = clock.Now, seen })
	memory := memoryTier(t, MemoryOptions{Now: clock.Now, Recorder: seen})
	fresh, gone, absent, damaged := redistest.Fragment(redistest.KeyOfNPI(1), clock.Now()), notFound(redistest.KeyOfNPI(2), clock.Now()), redistest.KeyOfNPI(3), redistest.KeyOfNPI(4)
	keys := []timeslot.FragmentKey{fresh.Key, gone.Key, absent, damaged}
	for _, f := range []*timeslot.Fragment{fresh, gone} {
		memory.Put(t.Context(), f)
		r.Put(t.Context(), f)
	}
	r.settle(t)
	server.Do("SET", r.prefix+damaged.String(), "junk", "PX", 60_000)
	for range 2 { // fresh at first, then stale
		memory.Lookup(t.Context(), keys)
		r.Lookup(t.Context(), keys)
		clock.Advance(redistest.Policy.Fresh)
	}
	for tier, least := range map[string]map[string]int{
		"memory": {resultHit: 1, resultStale: 1, resultNegative: 1, resultMiss: 5},
		"redis":  {resultHit: 1, resultStale: 1, resultNegative: 1, resultMiss: 2, resultError: 2},
	} {
		all := 0
		for result, want := range least {
			n := seen.Count(tier + "/" + result)
			if all += n; n < want {
				t.Errorf("%s/%s: %d, want %d", tier, result, n, want)
			}
		}
		if all != 2*len(keys) {
			t.Errorf("%s: %d results of %d keys: %v", tier, all, 2*len(keys), seen)
		}
	}
}
