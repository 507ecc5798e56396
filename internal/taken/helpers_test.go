package taken

import (
	"context"
	"testing"
	"time"
	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig/redistest"
)

var sizes = []int{10, 100, 1_000, 10_000}

func withID(id string, s timeslot.Slot) timeslot.SlotWithID {
	return timeslot.SlotWithID{Slot: s, ID: id}
}

func memoryTier(t testing.TB, o cache.MemoryOptions) *cache.Memory {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	m, err := cache.NewMemory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// upstream gives a fragment of its key whenever it is asked.
type upstream struct{ key timeslot.FragmentKey }

func (u *upstream) work(context.Context, *timeslot.Fragment) (*timeslot.Fragment, error) {
	return redistest.Fragment(u.key, time.Now()), nil
}

func found(hits []cache.Hit) int {
	n := 0
	for _, hit := range hits {
		if hit.Fragment != nil {
			n++
		}
	}
	return n
}
