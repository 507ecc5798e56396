package search

import (
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestAWarmQueryIsNeverStaleAndCostsOneCallAPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1) // fresh for 15 s
		d.delay[timeslot.ProviderDirect] = 200 * time.Millisecond
		const every = 10 * time.Second
		for range 30 {
			if err := e.Warm(t.Context(), e.prepared(t, q), Caller{}, every); err != nil {
				t.Fatal(err)
			}
			for range 9 {
				pass(time.Second)
				if a := e.mustSearch(t, q, Caller{}); a.Stale || a.Waited {
					t.Fatalf("a visitor found it stale %v, waited %v", a.Stale, a.Waited)
				}
			}
			pass(time.Second)
		}
		if calls := d.count(timeslot.ProviderDirect); calls > 31 {
			t.Errorf("%d calls in 30 periods, want one in each", calls)
		}
	})
}
