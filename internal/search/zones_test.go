package search

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// zonesAsked has a desk ask, as clinics do that do not say where they are, in which zone the directory has the clinic.
func zonesAsked(d *desk) <-chan string {
	zones := make(chan string, 8)
	d.told = func(ctx context.Context, key timeslot.FragmentKey, call fetch.Call) {
		if sourceOf(key) == timeslot.ProviderDirect {
			zones <- call.Zones(ctx)("e|1")
		}
	}
	return zones
}

// TestTheDirectoryTellsZonesToAColdCall, and is waited for; later it is at hand.
func TestTheDirectoryTellsZonesToAColdCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		zones := zonesAsked(d)
		d.delay[timeslot.Directory] = 500 * time.Millisecond
		for range 2 {
			e.mustSearch(t, q, Caller{})
			if got := <-zones; got != clinic.Timezone {
				t.Errorf("zone %q, want %q", got, clinic.Timezone)
			}
			pass(20 * time.Minute)
		}
		list := timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}
		if d.calls[list] > 2 {
			t.Errorf("the directory was asked %d times in two searches", d.calls[list])
		}
	})
}

// TestWithoutADirectoryNobodyKnowsAZone, and the call goes on.
func TestWithoutADirectoryNobodyKnowsAZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(providerDirectOf(npi, presentBlock(), inHours(1)))
		d.failure[timeslot.Directory] = &timeslot.Error{Kind: timeslot.KindUpstream, Source: timeslot.Directory}
		zones, e := zonesAsked(d), newEngine(t, d, nil)
		if a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{}); a.Total != 1 || <-zones != "" {
			t.Errorf("%d slots, want the one", a.Total)
		}
	})
}
