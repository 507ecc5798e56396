package cache

import (
	"testing"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

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
	look := func() {
		memory.Lookup(t.Context(), keys)
		r.Lookup(t.Context(), keys)
	}
	look()
	clock.Advance(redistest.Policy.Fresh)
	look()
	want := map[string]bool{"memory/error": false}
	for _, result := range []string{resultHit, resultStale, resultMiss, resultNegative} {
		want["memory/"+result], want["redis/"+result] = true, true
	}
	want["redis/"+resultError] = true
	for series, moves := range want {
		if n := seen.Count(series); (n > 0) != moves {
			t.Errorf("%s: %d, want it to move %v", series, n, moves)
		}
	}
}
