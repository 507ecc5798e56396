package search

import (
	"context"
	"errors"

	"timeslots/internal/fetch"
	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// Reading is one fragment as a drop-in route repeats it.
type Reading struct {
	Fragment  *timeslot.Fragment
	Stale     bool // past its fresh time: a refresh runs behind, or its source fails
	Waited    bool // an upstream call was waited for
	Collapsed bool // which was another caller's
}

// Read answers one read by the same rules as a search: fresh from the cache, stale with a refresh behind, else
// fetched, else the old copy while the source fails. Its errors are [timeslot.Error].
func (e *Engine) Read(ctx context.Context, key timeslot.FragmentKey, caller Caller) (*Reading, error) {
	if caller.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, caller.Budget)
		defer cancel()
	}
	call := fetch.Call{Product: caller.Product, CorrelationID: caller.CorrelationID}
	pc := &piece{ask: ask{key: key}, freshness: timeslot.Expired}
	e.lookup(ctx, []*piece{pc}, call)
	if !pc.servable() {
		e.fetchPiece(ctx, pc, call)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	if pc.fragment == nil || pc.freshness == timeslot.Expired {
		return nil, pc.err
	}
	return &Reading{
		Fragment: pc.fragment, Stale: pc.freshness != timeslot.Fresh,
		Waited: pc.waited, Collapsed: pc.waited && pc.joined,
	}, nil
}

// Repeat gives the body of a reading without the slots that are taken, and the version of the view that told.
func (e *Engine) Repeat(r *Reading) (body []byte, takenVersion uint64, err error) {
	view, now := e.opt.Taken.View(), e.opt.Now()
	if view.Version() == 0 {
		return r.Fragment.Body, 0, nil
	}
	body, err = decode.Without(r.Fragment, func(s *timeslot.Schedule, slot *timeslot.Slot) bool {
		return view.Hides(s, slot, now)
	})
	return body, view.Version(), err
}
