package cache

import (
	"context"
	"errors"
	"testing"
	"time"

	"timeslots/internal/redistest"
	"timeslots/internal/timeslot"
)

func TestAFetchThatAnInvalidationOvertakesIsMadeAgain(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 2, nil)
	key := keyOfNPI(1)
	calls := 0
	overtaken := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls == 1 { // at the other replica
			if err := fleet[1].ledger.Invalidate(t.Context(), Scope{NPI: key.NPI}); err != nil {
				t.Error(err)
			}
		}
		return fragment(key, time.Now()), nil
	}
	f, _, err := fleet[0].Fill(t.Context(), key, overtaken)
	if err != nil || calls != 2 || fleet[0].seen.Count("fenced/providerDirect") != 1 {
		t.Fatalf("%d calls, recorded %v, error %v", calls, fleet[0].seen, err)
	}
	if hit := fleet[0].LookAgain(t.Context(), key); hit.Fragment != f {
		t.Error("the second answer is not held")
	}
	fleet[0].redis.settle(t)
	if hit := fleet[1].LookAgain(t.Context(), key); hit.Fragment == nil {
		t.Error("the second answer is not shared")
	}
}

func TestAnAnswerThatIsOvertakenForEverIsServedButNotKept(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	m := memoryTier(t, MemoryOptions{Fences: l.Fences()})
	key, calls := keyOfNPI(1), 0
	work := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		calls++
		return fragment(key, time.Now()), l.Invalidate(t.Context(), Scope{All: true})
	}
	f, _, err := m.Fill(t.Context(), key, work)
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
	if hit := m.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment != nil {
		t.Error("it is kept")
	}
}

func TestAnAnswerThatWasOvertakenIsBetterThanNone(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	m := memoryTier(t, MemoryOptions{Fences: l.Fences()})
	key, calls := keyOfNPI(1), 0
	f, _, err := m.Fill(t.Context(), key, func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls > 1 {
			return nil, errUpstream
		}
		return fragment(key, time.Now()), l.Invalidate(t.Context(), Scope{All: true})
	})
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
}

func TestInvalidatedFragmentsAreMissesAtEveryReplicaAndInRedis(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 3, nil)
	f := fragment(keyOfNPI(1), time.Now())
	keys := []timeslot.FragmentKey{f.Key}
	fleet[0].Put(t.Context(), f)
	fleet[0].redis.settle(t)
	for _, r := range fleet[:2] {
		if found(r.Lookup(t.Context(), keys)) != 1 {
			t.Fatal("not found at first")
		}
	}
	fleet[2].ledger.MarkStale(timeslot.Claim{NPI: f.Key.NPI})
	for _, r := range fleet {
		redistest.Eventually(t, "marked stale", func() bool { return r.Lookup(t.Context(), keys)[0].Outdated })
	}
	if err := fleet[2].ledger.Invalidate(t.Context(), Scope{NPI: f.Key.NPI}); err != nil {
		t.Fatal(err)
	}
	late := openReplica(t, s.Addr, nil)
	trusting(t, []*replica{late})
	for i, r := range append(fleet, late) {
		if found(r.Lookup(t.Context(), keys)) != 0 {
			t.Errorf("replica %d serves it", i)
		}
	}
}

func TestAnInvalidationWithoutRedisHoldsHereAndIsToldLater(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 2, hurried)
	f := fragment(keyOfNPI(1), time.Now())
	for _, r := range fleet {
		r.memory.Put(t.Context(), f)
	}
	s.Kill()
	if err := fleet[0].ledger.Invalidate(t.Context(), Scope{All: true}); !errors.Is(err, ErrNotTold) {
		t.Errorf("error %v, want %v", err, ErrNotTold)
	}
	if hit := fleet[0].memory.LookAgain(t.Context(), f.Key); hit.Fragment != nil {
		t.Error("it does not hold here")
	}
	s.Begin()
	redistest.Eventually(t, "it holds elsewhere", func() bool {
		return fleet[1].memory.LookAgain(t.Context(), f.Key).Fragment == nil
	})
}
