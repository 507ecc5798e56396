package search

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestOnlyTheFirstWaitsForASourceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		e.mustSearch(t, q, Caller{})
		pass(2 * time.Minute) // beyond stale, within stale-on-error
		d.set(func() { d.delay[timeslot.ProviderDirect] = time.Hour })
		for i, want := range []time.Duration{775 * time.Millisecond, 0, 0} {
			begin := time.Now()
			a := e.mustSearch(t, q, Caller{Budget: 800 * time.Millisecond})
			if took := time.Since(begin); took != want || a.Total != 1 || a.Reports[0].Status != timeslot.StatusStale || a.Reports[0].Reason == "" {
				t.Errorf("visitor %d: %v, %d slots, %+v; want the old copy after %v and the reason", i, took, a.Total, a.Reports[0], want)
			}
		}
		d.set(func() { d.delay[timeslot.ProviderDirect] = 0 })
		pass(10 * time.Second) // the hanging call ends at the flight's limit
		e.mustSearch(t, q, Caller{Budget: 800 * time.Millisecond})
		synctest.Wait()
		if a := e.mustSearch(t, q, Caller{Budget: 800 * time.Millisecond}); a.Reports[0].Status != timeslot.StatusFresh {
			t.Errorf("healed: %+v, want it fresh", a.Reports[0])
		}
	})
}

func TestOutagesAreForgottenAndBounded(t *testing.T) {
	o, now := newOutages(), time.Now()
	failed := &timeslot.Error{Kind: timeslot.KindTimeout}
	key := func(i int) timeslot.FragmentKey { return timeslot.FragmentKey{NPI: fmt.Sprint(i)} }
	for i := range maxOutages + 10 {
		o.note(key(i), failed, now)
	}
	if len(o.keys) != maxOutages || o.failure(key(0), now) == nil || o.failure(key(maxOutages), now) != nil {
		t.Errorf("%d keys are remembered, want the first %d", len(o.keys), maxOutages)
	}
	later := now.Add(outageMemory)
	if o.failure(key(0), later) != nil {
		t.Error("a failure is remembered for too long")
	}
	o.note(key(maxOutages), failed, later)
	if len(o.keys) != 1 || o.failure(key(maxOutages), later) == nil {
		t.Errorf("%d keys, want room made for the new one", len(o.keys))
	}
	o.forget(key(maxOutages))
	for _, kind := range []timeslot.Kind{timeslot.KindNotFound, timeslot.KindCanceled} {
		o.note(key(1), &timeslot.Error{Kind: kind}, later)
	}
	if len(o.keys) != 0 {
		t.Errorf("%d keys, want none: the thing was fetched, and an answer is no failure", len(o.keys))
	}
}
