package search

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// forgetful denies clinicians' calendars on kept connections; a new connection leads to a node that may know better.
type forgetful struct {
	*desk
	denies, also bool // also: on new connections
	alone        int
	failure      error // of new connections
}

func (f *forgetful) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	parts, err := f.desk.FetchBlocks(ctx, key, through, call)
	if call.Alone {
		f.alone++
		if f.failure != nil {
			return nil, f.failure
		}
	}
	if f.denies && sourceOf(key) == timeslot.ProviderDirect && (!call.Alone || f.also) {
		return []*timeslot.Fragment{{Key: key, FetchedAt: time.Now(), NotFound: true}}, nil
	}
	return parts, err
}

func TestNotFoundReplacesAnAnswerOnlyWhenItIsConfirmed(t *testing.T) {
	tests := map[string]struct {
		also    bool
		failure error
		status  timeslot.Status
		slots   int
	}{
		"another node knows better": {slots: 1, status: timeslot.StatusFresh},
		"another node agrees":       {also: true, slots: 0, status: timeslot.StatusFresh},
		"nobody else answers":       {failure: &timeslot.Error{Kind: timeslot.KindTimeout}, slots: 1, status: timeslot.StatusStale},
	}
	for name, tt := range tests {
		inBubble(t, name, func(t *testing.T) {
			f := &forgetful{desk: newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1))), also: tt.also, failure: tt.failure}
			e := newEngine(t, f.desk, func(o *Options) { o.Fetcher = f })
			q := queryOf(timeslot.Query{NPIs: []string{npi}})
			e.mustSearch(t, q, Caller{})
			pass(2 * time.Minute)
			f.denies = true
			a, err := e.search(t.Context(), q, Caller{})
			if a == nil || a.Total != tt.slots || a.Reports[0].Status != tt.status {
				t.Fatalf("got %+v, %v; want %d slots, %s", a, err, tt.slots, tt.status)
			}
			if f.alone != 1 {
				t.Errorf("asked %d times once more, want once", f.alone)
			}
		})
	}
}

func TestNotFoundWhereNothingWasIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &forgetful{desk: newDesk(directoryOf(clinic)), denies: true}
		e := newEngine(t, f.desk, func(o *Options) { o.Fetcher = f })
		for range 3 {
			_, _ = e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
			pass(time.Minute)
		}
		if f.alone != 0 {
			t.Errorf("asked %d times once more, want never", f.alone)
		}
	})
}
