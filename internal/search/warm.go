package search

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Warm gathers what an answer to q needs, and has whatever would not stay fresh for ahead refreshed in the background: called at
// least as often as that, it keeps the query's fragments fresh, by the same flights, leases, limits and breakers as
// everybody's reads. Its errors are [timeslot.InvalidQueryError] and the context's.
func (e *Engine) Warm(ctx context.Context, q Prepared, caller Caller, ahead time.Duration) error {
	g, err := e.gather(ctx, q, caller.call())
	if err != nil {
		return err
	}
	now, call := e.opt.Now(), caller.call()
	for _, rd := range g.reads {
		if rd.fragment == nil || rd.freshness != timeslot.Fresh {
			continue // failed, or ordered already
		}
		if left := rd.fragment.Bounds.Fresh.Sub(now); left < ahead {
			e.refreshInBackground(rd.key, call, left)
		}
	}
	return ctx.Err()
}
