package search

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestAWarmQueryIsNeverStaleAndCostsOneCallAPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		d.delay[timeslot.ProviderDirect] = 200 * time.Millisecond
		e := newEngine(t, d, nil) // fresh for 15 s
		q := queryOf(timeslot.Query{NPIs: []string{npi}})
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

func TestAWarmQueryThatAsksForTooMuchIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(directoryOf(clinic)), nil)
		var many []string
		for i := range 200 {
			many = append(many, fmt.Sprintf("9%09d", i))
		}
		q := queryOf(timeslot.Query{NPIs: many})
		if _, bad := e.Prepare(q, true); len(bad) == 0 {
			t.Error("two hundred clinicians are warmed")
		}
	})
}
