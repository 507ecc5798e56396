package search

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// knowing is a desk that notes what it was told to be held already.
type knowing struct {
	*desk
	last []*timeslot.Fragment
}

func (k *knowing) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	if key.Operation == timeslot.OpProviderTimeslots {
		k.last = append(k.last, call.Last...)
	}
	return k.desk.FetchBlocks(ctx, key, through, call)
}

func TestARefreshKnowsTheCopyThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &knowing{desk: newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(3)))}
		e := newEngine(t, k.desk, func(o *Options) { o.Fetcher = k })
		key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi, Block: presentBlock()}
		for range 3 {
			e.refreshOne(t.Context(), refreshJob{key: key, ahead: time.Hour})
			pass(time.Second)
		}
		if len(k.last) != 3 || k.last[0] != nil {
			t.Fatalf("calls knew %v, want three, of which the first knows nothing", k.last)
		}
		for i, f := range k.last[1:] {
			if f == nil || f.Key != key || time.Since(f.FetchedAt) != time.Duration(3-i)*time.Second {
				t.Errorf("call %d knew %+v, want what the one before brought", i+1, f)
			}
		}
	})
}
