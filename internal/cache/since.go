package cache

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// A caller may want a copy that upstream gave no earlier than some instant, whatever its bounds say: somebody is about to book
// one of its slots. The copy that is fetched then takes the place of the old one for everybody.

// FillSince implements [Store].
func (m *Memory) FillSince(ctx context.Context, key timeslot.FragmentKey, since time.Time, work Work) (*timeslot.Fragment, bool, error) {
	return m.fill(ctx, key, m.youngerThan(since), work)
}

// FillSince implements [Store]. What another replica fetched since then does as well.
func (t *Tiered) FillSince(ctx context.Context, key timeslot.FragmentKey, since time.Time, work Work) (*timeslot.Fragment, bool, error) {
	return t.fill(ctx, key, t.memory.youngerThan(since), work)
}

// youngerThan accepts copies that were fetched no earlier than since and that no event overtook.
func (m *Memory) youngerThan(since time.Time) func(*timeslot.Fragment) bool {
	return func(f *timeslot.Fragment) bool {
		return !f.FetchedAt.Before(since) && f.Bounds.At(m.now()) != timeslot.Expired && m.fences.standingOf(f) == untouched
	}
}
