package search

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Warm gathers what an answer to q needs, and has whatever would not stay fresh for ahead refreshed behind: called at
// least as often as that, it keeps the query's fragments fresh, by the same flights, leases, limits and breakers as
// everybody's reads. Its errors are [timeslot.InvalidQueryError] and the context's.
func (e *Engine) Warm(ctx context.Context, q *timeslot.Query, caller Caller, ahead time.Duration) error {
	if bad := e.Prepare(q, true); len(bad) > 0 {
		return &timeslot.InvalidQueryError{Violations: bad}
	}
	g, err := e.gather(ctx, q, caller)
	if err != nil {
		return err
	}
	now, call := e.opt.Now(), caller.call()
	for _, pc := range g.pieces {
		if pc.fragment == nil || pc.freshness != timeslot.Fresh {
			continue // failed, or ordered already
		}
		if left := pc.fragment.Bounds.Fresh.Sub(now); left < ahead {
			e.refreshBehind(pc.key, call, left)
		}
	}
	return ctx.Err()
}
