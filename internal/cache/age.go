package cache

import (
	"fmt"
	"time"

	"timeslots/internal/timeslot"
)

// agreement is how far the clocks of two replicas may be apart and still count as one.
const agreement = time.Second

// settleAge makes a fragment that another replica stored as old as it is by this replica's clock, and no longer of use
// than this replica's own settings allow.
//
// No replica's wall clock is trusted with it. A value lives in Redis until its StaleOnError, and how long that still is
// (left) was counted by Redis' own clock ever since it was stored; so it is its age, whatever the clocks of writer and
// reader say. Where the writer's clock agrees with ours, its finer instants stay. A value without an expiry, or with one
// beyond a whole life, is not of our making.
//
//	fetched                    stored             now                     StaleOnError
//	   ├──────────────────────────┼─────────────────┼──────────left──────────┤
//	   └────────────────────age─────────────────────┘
func (o *RedisOptions) settleAge(f *timeslot.Fragment, left time.Duration, now time.Time) error {
	written := f.FetchedAt
	counted := f.Bounds.StaleOnError.Sub(written) - left
	if left <= 0 || counted < -agreement {
		return fmt.Errorf("expires in %s: %w", left, errDamaged)
	}
	age := now.Sub(written)
	if (age - counted).Abs() > agreement {
		age = counted
	}
	fetched := now.Add(-max(0, age)).UTC() // by our monotonic clock from here on
	shift := func(bound time.Time) time.Time {
		if bound.IsZero() {
			return bound
		}
		return fetched.Add(bound.Sub(written))
	}
	f.FetchedAt = fetched
	f.Bounds = timeslot.Bounds{Fresh: shift(f.Bounds.Fresh), Stale: shift(f.Bounds.Stale), StaleOnError: shift(f.Bounds.StaleOnError)}
	if o.Policy != nil {
		own := o.Policy(o.Surfaces.SourceOf(f.Key.Operation)).Bounds(fetched, f.NotFound)
		f.Bounds = timeslot.Bounds{
			Fresh: earlier(f.Bounds.Fresh, own.Fresh), Stale: earlier(f.Bounds.Stale, own.Stale),
			StaleOnError: earlier(f.Bounds.StaleOnError, own.StaleOnError),
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
