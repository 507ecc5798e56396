package cache

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"

	"timeslots/internal/timeslot"
)

// Fences know which fragments were overtaken by events (docs/architecture.md §6). Events are numbered. A fetch remembers the
// last number that was known when it began, as the fragment's Epoch, and a later event about it makes the fragment
//
//   - stale: still served, but never as fresh, so that it is refreshed in the background; or
//   - void: a miss. What began before is not even stored.
//
// The comparison is made when reading, so it does not matter which of event, fetch and store comes first, nor in which
// replica. The ledger of package taken makes the events and hands them to the other replicas; stores only ask. A nil *Fences
// knows of no event.
type Fences struct {
	surfaces *timeslot.Surfaces

	newest atomic.Uint64
	events atomic.Pointer[map[Target]numbers] // replaced, never written to

	mu sync.Mutex // for writers
}

// numbers are those of the last events about one target; 0 for none.
type numbers struct{ stale, void uint64 }

// standing is what the events say about a fragment.
type standing uint8

const (
	untouched standing = iota
	doubtful           // marked stale
	void
)

// MaxTargets bounds the events held. Targets are clinicians and departments, so there are as many as the directory
// has; beyond the bound the oldest event is forgotten.
const MaxTargets = 50_000

// EventKind is the letter of an event in Redis.
type EventKind byte

const (
	MarkedStale EventKind = 'S'
	Invalidated EventKind = 'V'
)

// NewFences knows of no event yet. Surfaces are those of the fragments; nil: DexCare's.
func NewFences(surfaces *timeslot.Surfaces) *Fences {
	x := &Fences{surfaces: surfaces}
	x.events.Store(&map[Target]numbers{})
	return x
}

// Epoch is what a fetch that begins now must carry.
func (x *Fences) Epoch() uint64 {
	if x == nil {
		return 0
	}
	return x.newest.Load()
}

// standingOf is how f stands.
func (x *Fences) standingOf(f *timeslot.Fragment) standing {
	if x == nil || f.Epoch >= x.newest.Load() {
		return untouched
	}
	events, worst := *x.events.Load(), untouched
	x.eachTarget(f, func(t Target) {
		worst = max(worst, events[t].against(f.Epoch))
	})
	if worst != void && x.anonymous(f) {
		for t, e := range events {
			if t.reach == ofDepartment || t.reach == slotsAtDesk {
				worst = max(worst, e.against(f.Epoch))
			}
		}
	}
	return worst
}

func (e numbers) against(epoch uint64) standing {
	switch {
	case e.void > epoch:
		return void
	case e.stale > epoch:
		return doubtful
	default:
		return untouched
	}
}

// Event is one event as it is told.
type Event struct {
	Kind   EventKind
	Target Target
	Number uint64 // 0: the next one in this process
}

// Add makes events known, and reports whether one of them was news.
func (x *Fences) Add(list ...Event) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	events, newest, news := maps.Clone(*x.events.Load()), x.newest.Load(), false
	for _, o := range list {
		if o.Number == 0 {
			o.Number = newest + 1
		}
		e := events[o.Target]
		field := &e.stale
		if o.Kind == Invalidated {
			field = &e.void
		}
		if *field >= o.Number {
			continue
		}
		*field, news = o.Number, true
		events[o.Target], newest = e, max(newest, o.Number)
	}
	for len(events) > MaxTargets {
		delete(events, oldest(events))
	}
	if news {
		// In this order: a reader that sees the number sees the event.
		x.events.Store(&events)
		x.newest.Store(newest)
	}
	return news
}

func oldest(events map[Target]numbers) Target {
	var found Target
	least := ^uint64(0)
	for t, e := range events {
		if n := max(e.stale, e.void); n < least {
			found, least = t, n
		}
	}
	return found
}

// Work reads one fragment from upstream and sets its bounds. last is the copy that is held, also when it is stale; nil: there
// is none. The fragment may share what last refers to. Nobody else may hold the fragment itself when it returns.
type Work func(ctx context.Context, last *timeslot.Fragment) (*timeslot.Fragment, error)

// run does the work and stamps the fragment. When an event overtakes it, the work is done once more, because those who
// wait may have come after the event; what is overtaken again is handed out but not to be kept.
func (x *Fences) run(ctx context.Context, last *timeslot.Fragment, work Work, r Recorder) (f *timeslot.Fragment, keep bool, err error) {
	for range 2 {
		epoch := x.Epoch()
		again, err := work(ctx, last)
		if err != nil && f != nil {
			return f, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		f = again
		f.Epoch = epoch
		if x.standingOf(f) != void {
			return f, true, nil
		}
		r.StoreFenced(x.surfaces.SourceOf(f.Key.Operation))
		last = nil // the event may have made it void
	}
	return f, false, nil
}
