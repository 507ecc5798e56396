package cache

import (
	"context"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

func TestACopyIsFetchedAnewForWhomItIsTooOldAndServesEverybodyThen(t *testing.T) {
	now := time.Date(2030, 3, 8, 17, 0, 0, 0, time.UTC)
	memory, err := NewMemory(MemoryOptions{MaxBytes: 1 << 20, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: 735}
	calls := 0
	work := func(context.Context, *timeslot.Fragment) (*timeslot.Fragment, error) {
		calls++
		return &timeslot.Fragment{Key: key, FetchedAt: now, Bounds: timeslot.Policy{Fresh: time.Minute, Stale: time.Minute}.Bounds(now, false)}, nil
	}
	since := func(age time.Duration) *timeslot.Fragment {
		t.Helper()
		f, _, err := memory.FillSince(t.Context(), key, now.Add(-age), work)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	since(2 * time.Second)
	now = now.Add(2 * time.Second)
	if f := since(2 * time.Second); calls != 1 || now.Sub(f.FetchedAt) != 2*time.Second {
		t.Errorf("%d calls, fetched at %v; want the copy that is just young enough", calls, f.FetchedAt)
	}
	now = now.Add(time.Millisecond)
	fresh := since(2 * time.Second)
	if calls != 2 || !fresh.FetchedAt.Equal(now) {
		t.Errorf("%d calls, fetched at %v; want a new copy for the old one", calls, fresh.FetchedAt)
	}
	if held := memory.Lookup(t.Context(), []timeslot.FragmentKey{key})[0].Fragment; held != fresh {
		t.Error("others are not served with the new copy")
	}
}
