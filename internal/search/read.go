package search

import (
	"context"
	"errors"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// Reading is one fragment as a drop-in route repeats it.
type Reading struct {
	Fragment   *timeslot.Fragment
	FreshUntil time.Time // when it stops, or stopped, being fresh
	ReviewAt   time.Time // when it is due for an early refresh
	strict     bool      // it was looked up under a valid view of what is void
	Waited     bool      // an upstream call was waited for
	Collapsed  bool      // which was another caller's
}

// Read answers one read by the same rules as a search: fresh from the cache, stale with a refresh in the background, else
// fetched, else the old copy while the source fails. Its errors are [timeslot.Error].
func (e *Engine) Read(ctx context.Context, key timeslot.FragmentKey, caller Caller) (*Reading, error) {
	if caller.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, caller.Budget)
		defer cancel()
	}
	_, strict := e.opt.Taken.Current(ctx)
	call := caller.call()
	rd := &read{ask: ask{key: key}, freshness: timeslot.Expired}
	e.lookup(ctx, []*read{rd}, call)
	if !rd.servable() && !e.useStaleOnError(rd, call) {
		e.fetchStretch(ctx, []*read{rd}, call)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	if !rd.usable() {
		return nil, rd.err
	}
	freshUntil := rd.fragment.Bounds.Fresh
	if now := e.opt.Now(); rd.outdated && freshUntil.After(now) {
		freshUntil = now
	}
	return &Reading{
		Fragment: rd.fragment, FreshUntil: freshUntil, ReviewAt: e.earlyRefresh(rd.fragment), strict: strict,
		Waited: rd.waited, Collapsed: rd.waited && rd.joined,
	}, nil
}

// Shown is the copy that it repeats.
func (r *Reading) Shown() timeslot.Shown {
	if r.Fragment.Servings == nil {
		return nil
	}
	return timeslot.Shown{{Servings: r.Fragment.Servings, FetchedAt: r.Fragment.FetchedAt}}
}

// Repeated is the body of a reading without the slots that are taken.
type Repeated struct {
	Body         []byte
	TakenVersion uint64 // of the view that told which they are
	Strict       bool   // that view has every booking that was answered before, and says which slots they took
	Doubtful     bool   // the body may offer a slot that was booked: nobody knows yet which it is, or when some begin
}

// Repeat leaves the taken slots out of a reading.
func (e *Engine) Repeat(ctx context.Context, r *Reading) (Repeated, error) {
	view, strict := e.opt.Taken.Current(context.WithoutCancel(ctx))
	out := Repeated{Body: r.Fragment.Body, TakenVersion: view.Version(), Strict: r.strict && strict}
	if view.Empty() {
		return out, nil
	}
	now := e.opt.Now()
	for i := range r.Fragment.Schedules {
		out.Doubtful = out.Doubtful || view.Doubts(&r.Fragment.Schedules[i], now)
	}
	rest, err := decode.Without(r.Fragment, e.zonesFor(fetch.Call{})(ctx), func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
		return view.Hides(s, slot, now)
	})
	out.Body, out.Doubtful = rest.Body, out.Doubtful || rest.Unclear > 0
	out.Strict = out.Strict && !out.Doubtful
	return out, err
}

// Clean leaves the taken slots out of an answer to one read that was not made here. What cannot be read stays as it is, and is not
// strict.
func (e *Engine) Clean(ctx context.Context, key timeslot.FragmentKey, body []byte) (cleaned []byte, strict bool) {
	zone := e.zonesFor(fetch.Call{})(ctx)
	fragment, err := decode.Decode(decode.Read{Key: key, FetchedAt: e.opt.Now(), Surfaces: e.opt.Surfaces, Zone: zone}, body)
	if err != nil {
		return body, false
	}
	if e.opt.Offered != nil {
		fragment.Bounds = e.policyOf(key).Bounds(fragment.FetchedAt, false)
		e.opt.Offered(fragment)
	}
	repeated, err := e.Repeat(ctx, &Reading{Fragment: fragment, strict: true})
	if err != nil {
		return body, false
	}
	return repeated.Body, repeated.Strict
}
