package search

import (
	"context"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// need says which copies spare a fetch: those that stay fresh for ahead or, where since is set, those that were fetched no
// earlier.
type need struct {
	ahead time.Duration
	since time.Time
}

func (rd *read) need() need { return need{ahead: rd.ahead, since: rd.since} }

// fill has the store give a copy that meets the need.
func (n need) fill(ctx context.Context, s Store, key timeslot.FragmentKey, work cache.Work) (f *timeslot.Fragment, shared bool, err error) {
	if n.since.IsZero() {
		return s.Renew(ctx, key, n.ahead, work)
	}
	return s.FillSince(ctx, key, n.since, work)
}
