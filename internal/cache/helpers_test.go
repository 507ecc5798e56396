package cache

import (
	"testing"
	"time"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func notFound(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{Key: key, FetchedAt: fetched, Bounds: redistest.Policy.Bounds(fetched, true), NotFound: true}
}

// settle waits until what was put has reached the server.
func (r *Redis) settle(t testing.TB) {
	t.Helper()
	rig.Until(t, "queued writes are done", func() bool { return r.writer.bytes.Load() == 0 })
}

func memoryTier(t testing.TB, o MemoryOptions) *Memory {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	m, err := NewMemory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// fresh reports whether f answers a request that wants it fresh.
func (m *Memory) fresh(f *timeslot.Fragment) bool { return m.freshFor(f, 0) }

// follow makes what the server keeps age with the clock, of which it knows nothing. Its own clock goes on as well, so a
// little is left for the last moments.
func follow(t testing.TB, s *rig.Redis, clock *rig.Clock) {
	client := s.Client()
	clock.OnAdvance(func(d time.Duration) {
		ctx := t.Context()
		for _, key := range client.Keys(ctx, "*:f1:*").Val() {
			if left := client.PTTL(ctx, key).Val(); left > 0 {
				client.PExpire(ctx, key, max(left-d, agreement/2))
			}
		}
	})
}

// setup is a Redis tier and the client below it.
type setup struct {
	redisclient.Options
	LeaseTTL time.Duration
	Policy   func(timeslot.Source) timeslot.Policy
}

// tierOn is a Redis tier in front of s. Without changes it is patient, so that a busy test machine does not trip it.
func tierOn(t testing.TB, s *rig.Redis, change func(*setup)) *Redis {
	t.Helper()
	o := setup{Options: redistest.Options(s.Addr)}
	if change != nil {
		change(&o)
	}
	recorder, _ := o.Recorder.(Recorder)
	r, err := NewRedis(redistest.New(t, o.Options), RedisOptions{
		LeaseTTL: o.LeaseTTL, Policy: o.Policy, Now: o.Now, Recorder: recorder,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// tieredOn is a store of its own memory and of r.
func tieredOn(t testing.TB, r *Redis, o MemoryOptions) *Tiered {
	t.Helper()
	tiered, err := NewTiered(memoryTier(t, o), r)
	if err != nil {
		t.Fatal(err)
	}
	return tiered
}

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
		r := tierOn(t, s, func(o *setup) {
			o.Recorder = seen
			if change != nil {
				change(o)
			}
		})
		tiered := tieredOn(t, r, MemoryOptions{Now: r.options.Now, Recorder: seen, Fences: fences})
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
