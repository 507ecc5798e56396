package taken

import (
	"errors"
	"testing"
	"time"
	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func TestInvalidatedFragmentsAreMissesAtEveryReplicaAndInRedis(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 3, nil)
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	keys := []timeslot.FragmentKey{f.Key}
	fleet[0].Put(t.Context(), f)
	for _, r := range fleet[:2] {
		rig.Until(t, "found at first", func() bool { return found(r.Lookup(t.Context(), keys)) == 1 })
	}
	fleet[2].ledger.MarkStale(timeslot.Claim{NPI: f.Key.NPI})
	for _, r := range fleet {
		rig.Until(t, "marked stale", func() bool { return r.Lookup(t.Context(), keys)[0].Outdated })
	}
	if err := fleet[2].ledger.Invalidate(t.Context(), cache.Scope{NPI: f.Key.NPI}); err != nil {
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
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	for _, r := range fleet {
		r.memory.Put(t.Context(), f)
	}
	s.Kill()
	if err := fleet[0].ledger.Invalidate(t.Context(), cache.Scope{All: true}); !errors.Is(err, ErrNotTold) {
		t.Errorf("error %v, want %v", err, ErrNotTold)
	}
	if hit := fleet[0].memory.LookAgain(t.Context(), f.Key); hit.Fragment != nil {
		t.Error("it does not hold here")
	}
	s.Begin()
	rig.Until(t, "it holds elsewhere", func() bool {
		return fleet[1].memory.LookAgain(t.Context(), f.Key).Fragment == nil
	})
}

func TestAnEventMakesANewVersionOfTheView(t *testing.T) {
	for name, event := range map[string]func(*Ledger){
		"marked stale": func(l *Ledger) { l.MarkStale(claimFor(doctor, atNine())) },
		"fenced":       func(l *Ledger) { l.Fence(claimFor(doctor, atNine())) },
		"invalidated": func(l *Ledger) {
			if err := l.Invalidate(t.Context(), cache.Scope{All: true}); err != nil {
				t.Error(err)
			}
		},
	} {
		l := ledger(t, LedgerOptions{})
		before := l.View().Version()
		if event(l); l.View().Version() == before {
			t.Errorf("%s: cached answers are served on", name)
		}
	}
}

func TestAScopeThatNamesNothingIsRefused(t *testing.T) {
	if err := ledger(t, LedgerOptions{}).Invalidate(t.Context(), cache.Scope{}); !errors.Is(err, cache.ErrScope) {
		t.Errorf("error %v, want %v", err, cache.ErrScope)
	}
}
