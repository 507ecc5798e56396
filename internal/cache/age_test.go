package cache

import (
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// Two replicas whose clocks disagree share one server. What each stores has the age that the server's clock gives it.

// apart opens two replicas of one server; the first one's clock is ahead of the second one's, and each has settings of its
// own.
func apart(t *testing.T, ahead time.Duration, policies ...timeslot.Policy) (server *rig.Redis, a, b *Tiered, clockA, clockB *rig.Clock) {
	t.Helper()
	server = rig.StartRedis(t)
	clockA, clockB = rig.NewClock(), rig.NewClock()
	clockA.Advance(ahead)
	open := func(clock *rig.Clock, own timeslot.Policy) *Tiered {
		r := tierOn(t, server, func(o *setup) {
			o.Now = clock.Now
			o.Policy = func(timeslot.Source) timeslot.Policy { return own }
		})
		return tieredOn(t, r, MemoryOptions{Now: clock.Now})
	}
	if len(policies) == 0 {
		policies = []timeslot.Policy{redistest.Policy, redistest.Policy}
	}
	return server, open(clockA, policies[0]), open(clockB, policies[1]), clockA, clockB
}

// pass lets time pass for what the server keeps.
func pass(t *testing.T, s *rig.Redis, d time.Duration) {
	t.Helper()
	client := s.Client()
	for _, key := range client.Keys(t.Context(), "*:f1:*").Val() {
		client.PExpire(t.Context(), key, client.PTTL(t.Context(), key).Val()-d)
	}
}

// near allows for what a test takes on a busy machine.
func near(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if off := got.Sub(want); off.Abs() > 5*time.Second {
		t.Errorf("%s is off by %s", what, off)
	}
}

func TestAClockThatIsWrongMakesNothingYoungerNorOlderForOthers(t *testing.T) {
	for name, ahead := range map[string]time.Duration{
		"an hour ahead": time.Hour, "half a minute ahead": 30 * time.Second, "an hour behind": -time.Hour,
		"half a minute behind": -30 * time.Second, "two days behind": -48 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, a, b, clockA, clockB := apart(t, ahead, hours, hours)
			key := redistest.KeyOfNPI(1)
			stored := redistest.Fragment(key, clockA.Now())
			stored.Bounds = hours.Bounds(stored.FetchedAt, false)
			a.Put(t.Context(), stored)
			a.redis.settle(t)
			pass(t, server, 8*time.Minute)
			clockB.Advance(8 * time.Minute)
			hit := b.redis.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]
			if hit.Fragment == nil {
				t.Fatal("fetched again, though another replica has just fetched it")
			}
			near(t, "the time of the fetch", hit.Fragment.FetchedAt, clockB.Now().Add(-8*time.Minute))
			near(t, "the end of fresh", hit.Fragment.Bounds.Fresh, clockB.Now().Add(2*time.Minute))
			near(t, "the last end", hit.Fragment.Bounds.StaleOnError, clockB.Now().Add(92*time.Minute))
			if hit := b.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment == nil || hit.Fragment.Bounds.At(clockB.Now()) != timeslot.Fresh {
				t.Errorf("through both tiers: %+v", hit)
			}
			clockB.Advance(3 * time.Minute)
			if hit := b.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment.Bounds.At(clockB.Now()) == timeslot.Fresh {
				t.Error("fresh for longer than the settings say")
			}
		})
	}
}

// hours are settings that a slow test does not outlive: fresh for 10 minutes, 100 in all.
var hours = timeslot.Policy{Fresh: 10 * time.Minute, Stale: 20 * time.Minute, StaleOnError: 70 * time.Minute, Negative: 10 * time.Minute}

func TestAReaderKeepsToItsOwnSettings(t *testing.T) {
	short := timeslot.Policy{Fresh: 2 * time.Minute, Stale: 3 * time.Minute, StaleOnError: 5 * time.Minute, Negative: time.Minute}
	for name, test := range map[string]struct{ writer, reader, want timeslot.Policy }{
		"a writer that keeps for longer":  {hours, short, short},
		"a writer that keeps for shorter": {short, hours, short},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, a, b, clockA, clockB := apart(t, time.Hour, test.writer, test.reader)
			positive, negative := redistest.Fragment(redistest.KeyOfNPI(1), clockA.Now()), notFound(redistest.KeyOfNPI(2), clockA.Now())
			positive.Bounds = test.writer.Bounds(positive.FetchedAt, false)
			negative.Bounds = test.writer.Bounds(negative.FetchedAt, true)
			a.Put(t.Context(), positive)
			a.Put(t.Context(), negative)
			a.redis.settle(t)
			hits := b.Lookup(t.Context(), []timeslot.FragmentKey{positive.Key, negative.Key})
			if found(hits) != 2 {
				t.Fatalf("%+v", hits)
			}
			want := test.want.Bounds(clockB.Now(), false)
			near(t, "fresh", hits[0].Fragment.Bounds.Fresh, want.Fresh)
			near(t, "stale", hits[0].Fragment.Bounds.Stale, want.Stale)
			near(t, "stale on error", hits[0].Fragment.Bounds.StaleOnError, want.StaleOnError)
			near(t, "negative", hits[1].Fragment.Bounds.Fresh, clockB.Now().Add(test.want.Negative))
		})
	}
}

func TestWhatWasFetchedLaterStaysWhateverTheClocksSay(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"ahead": time.Hour, "a little ahead": 30 * time.Second, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, a, b, clockA, clockB := apart(t, ahead, hours, hours)
			put := func(store *Tiered, clock *rig.Clock, ago time.Duration, mark int) {
				t.Helper()
				f := redistest.Fragment(redistest.KeyOfNPI(1), clock.Now().Add(-ago))
				f.Bounds, f.Dropped = hours.Bounds(f.FetchedAt, false), mark
				store.redis.Put(t.Context(), f)
				store.redis.settle(t)
			}
			want := func(mark int) {
				t.Helper()
				for i, store := range []*Tiered{a, b} {
					if hit := store.redis.Lookup(t.Context(), []timeslot.FragmentKey{redistest.KeyOfNPI(1)})[0]; hit.Fragment == nil || hit.Fragment.Dropped != mark {
						t.Fatalf("replica %d finds %+v, want %d", i, hit.Fragment, mark)
					}
				}
			}
			put(a, clockA, 0, 1)
			want(1)
			put(b, clockB, time.Minute, 2) // fetched before, and slow to arrive
			want(1)
			pass(t, server, 10*time.Second)
			put(b, clockB, 0, 3)
			want(3)
			put(a, clockA, time.Minute, 4)
			want(3)
			pass(t, server, 10*time.Second)
			put(a, clockA, 0, 5)
			want(5)
		})
	}
}

func TestAValueWithAForeignExpiryIsAMiss(t *testing.T) {
	server, a, b, clockA, _ := apart(t, 0)
	a.Put(t.Context(), redistest.Fragment(redistest.KeyOfNPI(1), clockA.Now()))
	a.redis.settle(t)
	client, name := server.Client(), a.redis.prefix+redistest.KeyOfNPI(1).String()
	for _, command := range [][]any{{"PERSIST", name}, {"PEXPIRE", name, time.Hour.Milliseconds()}} {
		server.Do(command...)
		wantFragments(t, b.redis.Lookup(t.Context(), []timeslot.FragmentKey{redistest.KeyOfNPI(1)}), nil)
	}
	a.redis.Put(t.Context(), redistest.Fragment(redistest.KeyOfNPI(1), clockA.Now()))
	a.redis.settle(t)
	if left := client.PTTL(t.Context(), name).Val(); left > 100*time.Second {
		t.Errorf("it lives for %s more: it was not replaced", left)
	}
}

func TestTheSkewOfTheClockIsMeasured(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 0} {
		server, a, _, _, _ := apart(t, ahead)
		theirs, err := server.Client().Time(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		moved := time.Since(theirs) // the test itself may run at another day
		a.redis.client.Probe(t.Context())
		state := a.redis.client.State()[0]
		if off := state.Skew - moved - ahead; off.Abs() > time.Minute {
			t.Errorf("%s ahead: measured %s more than %s", ahead, state.Skew-moved, moved)
		}
	}
}
