package search

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// local is an upstream whose clinics do not say where they are: what they list is read in the directory's zone.
type local struct {
	*desk
	zones chan string
}

func (l local) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	if sourceOf(key) == timeslot.ProviderDirect {
		l.zones <- call.Zones(ctx)("e|1")
	}
	return l.desk.FetchBlocks(ctx, key, through, call)
}

// TestTheDirectoryTellsZonesToAColdCall, and is waited for; later it is at hand.
func TestTheDirectoryTellsZonesToAColdCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		d.delay[timeslot.Directory] = 500 * time.Millisecond
		up := local{d, make(chan string, 8)}
		e := newEngine(t, d, func(opt *Options) { opt.Fetcher = up })
		for range 2 {
			e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
			if got := <-up.zones; got != clinic.Timezone {
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
		up := local{d, make(chan string, 8)}
		e := newEngine(t, d, func(opt *Options) { opt.Fetcher = up })
		if a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{}); a.Total != 1 || <-up.zones != "" {
			t.Errorf("%d slots, want the one", a.Total)
		}
	})
}
