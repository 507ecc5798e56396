package cache

import (
	"testing"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// sharer is one process of a fleet as far as fragments go. All of a fleet know the same events.
type sharer struct {
	*Tiered
	fences *Fences
	seen   *redistest.Counter
}

// sharing opens n processes in front of s.
func sharing(t testing.TB, s *rig.Redis, n int, change func(*setup)) []*sharer {
	t.Helper()
	fences, list := NewFences(nil), make([]*sharer, n)
	for i := range list {
		seen := redistest.NewCounter()
		r := redisTier(t, s.Addr, func(o *setup) {
			o.Recorder = seen
			if change != nil {
				change(o)
			}
		})
		tiered, err := NewTiered(memoryTier(t, MemoryOptions{Now: r.options.Now, Recorder: seen, Fences: fences}), r)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = &sharer{Tiered: tiered, fences: fences, seen: seen}
	}
	return list
}

// hurriedTier has the timeouts of production.
func hurriedTier(o *setup) { o.Timeout = redisclient.DefaultTimeout }

// markStale and invalidate are what a ledger does to fragments.
func (x *Fences) markStale(c timeslot.Claim) { x.declare(MarkedStale, TargetsOf(c)...) }

func (x *Fences) invalidate(s Scope) {
	target, err := s.Target()
	if err != nil {
		panic(err)
	}
	x.declare(Invalidated, target)
}

func (x *Fences) declare(kind EventKind, targets ...Target) {
	for _, target := range targets {
		x.Add(Event{Kind: kind, Target: target})
	}
}
