package cache

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/timeslot"
)

// MemoryOptions configures [NewMemory].
type MemoryOptions struct {
	MaxBytes uint64           // bound on the fragments held, as weighed by [Weight]; required
	Now      func() time.Time // nil: time.Now
	Recorder Recorder         // nil: silent
	Fences   *Fences          // the ledger's; nil: nothing is ever overtaken by events

	Surfaces *timeslot.Surfaces // nil: DexCare's

	// OnStore is called with every fragment that becomes the one held for its key, whether it was put or came from
	// Redis. It runs in the storing goroutine and must not block. The slot index and the ledger of package taken read along.
	// May be nil.
	OnStore func(*timeslot.Fragment)
}

// Memory is the in-process tier: fragments by key, bounded in bytes, evicted by use so that a scan of random keys does
// not push out the hot ones (docs/faults.md row 20).
type Memory struct {
	cache    *otter.Cache[timeslot.FragmentKey, held]
	now      func() time.Time
	recorder Recorder
	fences   *Fences
	onStore  func(*timeslot.Fragment)
	slots    *slotCounts
}

var _ Store = (*Memory)(nil)

// held carries the weight along, because otter asks for it under a lock.
type held struct {
	fragment *timeslot.Fragment
	weight   uint32
}

// NewMemory makes an empty tier. Close it to stop its clean-up goroutine.
func NewMemory(o MemoryOptions) (*Memory, error) {
	if o.MaxBytes == 0 {
		return nil, errors.New("memory tier: MaxBytes must be positive")
	}
	now := clockOr(o.Now)
	slots := newSlotCounts(o.Surfaces)
	cache, err := otter.New(&otter.Options[timeslot.FragmentKey, held]{
		MaximumWeight: o.MaxBytes,
		Weigher:       func(_ timeslot.FragmentKey, h held) uint32 { return h.weight },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[timeslot.FragmentKey, held]) time.Duration {
			return e.Value.fragment.Bounds.StaleOnError.Sub(now())
		}),
		OnAtomicDeletion: func(e otter.DeletionEvent[timeslot.FragmentKey, held]) { slots.remove(e.Value.fragment) },
		Clock:            NewClock(now),
	})
	if err != nil {
		return nil, fmt.Errorf("memory tier: %w", err)
	}
	return &Memory{
		cache: cache, now: now, recorder: recorderOr(o.Recorder), fences: o.Fences, onStore: o.OnStore, slots: slots,
	}, nil
}

// Lookup implements [Store]. It takes no lock that all requests share.
func (m *Memory) Lookup(_ context.Context, keys []timeslot.FragmentKey) []Hit {
	hits := make([]Hit, len(keys))
	now := m.now()
	var seen tally
	for i, key := range keys {
		hits[i] = m.get(key, now)
		if hits[i].Fragment == nil {
			seen.miss++
			continue
		}
		seen.found(hits[i], now)
	}
	seen.report(m.recorder, TierMemory)
	return hits
}

// freshFor reports whether f stays fresh for ahead, as far as one can tell now.
func (m *Memory) freshFor(f *timeslot.Fragment, ahead time.Duration) bool {
	return f.Bounds.At(m.now().Add(ahead)) == timeslot.Fresh && m.fences.standingOf(f) == untouched
}

// get leaves no expired fragment through: otter's clock may be a moment behind ours.
func (m *Memory) get(key timeslot.FragmentKey, now time.Time) Hit {
	h, ok := m.cache.GetIfPresent(key)
	if !ok || h.fragment.Bounds.At(now) == timeslot.Expired {
		return Hit{}
	}
	return judged(h.fragment, TierMemory, m.fences.standingOf(h.fragment))
}

// judged is f as a hit, or none when f is void.
func judged(f *timeslot.Fragment, tier Tier, s standing) Hit {
	if s == void {
		return Hit{}
	}
	return Hit{Fragment: f, Tier: tier, Outdated: s == doubtful}
}

// Fill implements [Store] for a process on its own.
func (m *Memory) Fill(ctx context.Context, key timeslot.FragmentKey, work Work) (*timeslot.Fragment, bool, error) {
	return m.Renew(ctx, key, 0, work)
}

// Renew implements [Store].
func (m *Memory) Renew(ctx context.Context, key timeslot.FragmentKey, ahead time.Duration, work Work) (*timeslot.Fragment, bool, error) {
	return m.fill(ctx, key, func(f *timeslot.Fragment) bool { return m.freshFor(f, ahead) }, work)
}

// fill gives the copy that is held where it is usable, else what work brings.
func (m *Memory) fill(ctx context.Context, key timeslot.FragmentKey, usable func(*timeslot.Fragment) bool, work Work) (*timeslot.Fragment, bool, error) {
	last := m.get(key, m.now()).Fragment
	if last != nil && usable(last) {
		return last, false, nil
	}
	f, keep, err := m.fences.run(ctx, last, work, m.recorder)
	if keep {
		f = m.keep(f)
	}
	return f, false, err
}

// Leases is as in [Store]: alone, nobody needs one.
func (m *Memory) Leases(_ context.Context, keys []timeslot.FragmentKey) []time.Duration {
	return make([]time.Duration, len(keys))
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, f *timeslot.Fragment) { m.put(f) }

// put keeps f unless an event overtook it, and reports whether f is the fragment that is held now.
func (m *Memory) put(f *timeslot.Fragment) bool {
	if m.fences.standingOf(f) == void {
		m.recorder.StoreFenced(m.slots.surfaces.SourceOf(f.Key.Operation))
		return false
	}
	return m.keep(f) == f
}

// keep stores f unless a later one is held, and gives the one that is the newest now.
func (m *Memory) keep(f *timeslot.Fragment) *timeslot.Fragment {
	now := m.now()
	if f.Bounds.At(now) == timeslot.Expired {
		return f
	}
	candidate := held{fragment: f, weight: m.weigh(f)}
	newest := f
	m.cache.Compute(f.Key, func(old held, found bool) (held, otter.ComputeOp) {
		if found && old.fragment.FetchedAt.After(f.FetchedAt) && old.fragment.Bounds.At(now) != timeslot.Expired {
			newest = old.fragment
			return old, otter.CancelOp
		}
		m.slots.add(f)
		return candidate, otter.WriteOp
	})
	if newest == f && m.onStore != nil {
		m.onStore(f)
	}
	return newest
}

// Drop lets go of copies that serve nobody any more, and gives the keys of those.
func (m *Memory) Drop(keys []timeslot.FragmentKey, needless func(*timeslot.Fragment) bool) (dropped []timeslot.FragmentKey) {
	for _, key := range keys {
		h, ok := m.cache.GetIfPresent(key)
		if !ok || !needless(h.fragment) {
			continue
		}
		m.cache.Compute(key, func(now held, found bool) (held, otter.ComputeOp) {
			if found && now.fragment == h.fragment {
				return now, otter.InvalidateOp
			}
			return now, otter.CancelOp
		})
		dropped = append(dropped, key)
	}
	return dropped
}

// weigh is f's weight, which is known where the content is that of the copy held.
func (m *Memory) weigh(f *timeslot.Fragment) uint32 {
	if h, ok := m.cache.GetIfPresent(f.Key); ok && f.SameContent(h.fragment) {
		return h.weight
	}
	return Weight(f)
}

// Bytes is the weight of what is held, for the gauge.
func (m *Memory) Bytes() uint64 { return m.cache.WeightedSize() }

// Entries is how many fragments are held, for the gauge.
func (m *Memory) Entries() int { return m.cache.EstimatedSize() }

// Slots is how many slots the fragments held list, by source: a source whose lists became empty shows in it.
func (m *Memory) Slots() map[timeslot.Source]int { return m.slots.read() }

// Close implements [Store].
func (m *Memory) Close() error {
	m.cache.StopAllGoroutines()
	return nil
}

// Clock drives otter by an injected now. It counts from its own making, so that with time.Now it follows the monotonic
// clock and a step of the wall clock ages nothing (docs/faults.md row 23).
type Clock struct {
	now  func() time.Time
	base time.Time
}

// NewClock is a clock for otter that shows what now says.
func NewClock(now func() time.Time) Clock { return Clock{now: now, base: now()} }

// NowNano is the time that has passed, in nanoseconds.
func (c Clock) NowNano() int64 { return int64(c.now().Sub(c.base)) }

// Tick is time.Tick: clean-up follows the real clock.
func (c Clock) Tick(d time.Duration) <-chan time.Time { return time.Tick(d) }

// An event that a slot is taken does not say how long the visit takes (docs/dexcare.md §7.6), and nobody is in two places
// until it is over. The copies of what upstream said may tell.

// DurationOf is how many minutes the visit takes that c names: as a copy says of its start, or else the longest that copies
// say of the same clinician, clinic and visit type. 0: none says. It looks through all that is held.
func (m *Memory) DurationOf(c timeslot.Claim) uint16 {
	var exact, usual uint16
	for key, held := range m.cache.All() {
		if key.NPI != "" && key.NPI != c.NPI {
			continue
		}
		f := held.fragment
		for i := range f.Schedules {
			s := &f.Schedules[i]
			if s.NPI != c.NPI || s.Identity(c.Identity.Start) != c.Identity {
				continue
			}
			for j := range f.Slots {
				slot := &f.Slots[j]
				if int(slot.Schedule) != i {
					continue
				}
				usual = max(usual, slot.Duration)
				if slot.Start == c.Identity.Start {
					exact = max(exact, slot.Duration)
				}
			}
		}
	}
	if exact > 0 {
		return exact
	}
	return usual
}

// slotCounts counts the slots of all fragments that are held, by source.
type slotCounts struct {
	surfaces *timeslot.Surfaces
	counts   map[timeslot.Source]*atomic.Int64
}

func newSlotCounts(surfaces *timeslot.Surfaces) *slotCounts {
	c := slotCounts{surfaces: surfaces, counts: map[timeslot.Source]*atomic.Int64{}}
	for _, source := range surfaces.ReadFrom() {
		c.counts[source] = &atomic.Int64{}
	}
	return &c
}

func (c *slotCounts) add(f *timeslot.Fragment) { c.change(f, len(f.Slots)) }

func (c *slotCounts) remove(f *timeslot.Fragment) { c.change(f, -len(f.Slots)) }

func (c *slotCounts) change(f *timeslot.Fragment, by int) {
	c.counts[c.surfaces.SourceOf(f.Key.Operation)].Add(int64(by))
}

func (c *slotCounts) read() map[timeslot.Source]int {
	counts := make(map[timeslot.Source]int, len(c.counts))
	for source, n := range c.counts {
		counts[source] = int(n.Load())
	}
	return counts
}
