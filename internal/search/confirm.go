package search

import (
	"context"
	"slices"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// fetchConfirmed is one upstream call for blocks of a key. A "not found" where the cache still holds an answer is asked
// about once more, on a new connection: of all failures it is the only one that is stored, and a node behind upstream's
// balancer that was deployed wrongly says it too. When the second call fails, the first counts as failed with it, and
// the old answer stays.
func (e *Engine) fetchConfirmed(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	parts, err := e.opt.Fetcher.FetchBlocks(ctx, key, through, call)
	if err != nil || !e.contradicts(ctx, parts) {
		return parts, err
	}
	e.opt.Logger.Info("not found, where there was an answer: asking once more", "source", e.sourceOf(key), "operation", key.Operation)
	call.Alone = true
	return e.opt.Fetcher.FetchBlocks(ctx, key, through, call)
}

// contradicts reports whether something was not found that the cache holds an answer for.
func (e *Engine) contradicts(ctx context.Context, parts []*timeslot.Fragment) bool {
	var keys []timeslot.FragmentKey
	for _, f := range parts {
		if f.NotFound {
			keys = append(keys, f.Key)
		}
	}
	if len(keys) == 0 {
		return false
	}
	now := e.opt.Now()
	return slices.ContainsFunc(e.opt.Store.Lookup(ctx, keys), func(hit cache.Hit) bool {
		return hit.Fragment != nil && !hit.Fragment.NotFound && hit.Fragment.Bounds.At(now) != timeslot.Expired
	})
}
