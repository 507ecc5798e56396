package cache

import (
	"context"
	"errors"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// Tiered asks memory first, and Redis for what memory lacks. A process without Redis uses [Memory] alone.
type Tiered struct {
	memory *Memory
	redis  *Redis

	lookups chan struct{} // places for look-ups in Redis at a time
	missed  misses
}

// maxLookups bounds the look-ups in Redis at a time, well below the pool's connections. A crowd that comes for what
// nobody has would take them all otherwise, and the time-outs would look like a Redis that failed. Those beyond the
// bound miss; [Tiered.Fill], which is shared by all who wait for a fragment, asks Redis again.
const maxLookups = 6

var _ Store = (*Tiered)(nil)

// NewTiered joins two tiers and owns them from then on.
func NewTiered(memory *Memory, redis *Redis) (*Tiered, error) {
	if memory == nil || redis == nil {
		return nil, errors.New("tiered store: needs both a memory and a Redis tier")
	}
	return &Tiered{memory: memory, redis: redis, lookups: make(chan struct{}, maxLookups)}, nil
}

// Lookup implements [Store]. A Redis that is needed costs one round trip for all keys that memory lacks.
func (t *Tiered) Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit {
	hits := t.memory.Lookup(ctx, keys)
	var missing []int
	var rest []timeslot.FragmentKey
	now := time.Now()
	for i := range hits {
		if hits[i].Fragment == nil && !t.missed.recent(keys[i], now) {
			missing = append(missing, i)
			rest = append(rest, keys[i])
		}
	}
	if len(rest) == 0 {
		return hits
	}
	select {
	case t.lookups <- struct{}{}:
		defer func() { <-t.lookups }()
	default:
		return hits
	}
	for i, hit := range t.redis.Lookup(ctx, rest) {
		if hit.Fragment == nil {
			t.missed.note(rest[i], now)
			continue
		}
		hits[missing[i]] = t.promote(hit)
	}
	return hits
}

// promote keeps what Redis had in memory too. A Put that came in between may have a later fragment; then that is the
// answer.
func (t *Tiered) promote(hit Hit) Hit {
	hit = judged(hit.Fragment, hit.Tier, t.memory.fences.standingOf(hit.Fragment))
	if hit.Fragment == nil {
		return Hit{}
	}
	if newest := t.memory.keep(hit.Fragment); newest != hit.Fragment {
		return judged(newest, TierMemory, t.memory.fences.standingOf(newest))
	}
	return hit
}

// Fill implements [Store] for a replica among others. It holds the key's lease while it works, and gives it back when
// the fragment is in Redis: who waits for the lease then finds the fragment.
func (t *Tiered) Fill(ctx context.Context, key timeslot.FragmentKey, work Work) (*timeslot.Fragment, bool, error) {
	return t.Renew(ctx, key, 0, work)
}

// Renew implements [Store].
func (t *Tiered) Renew(ctx context.Context, key timeslot.FragmentKey, ahead time.Duration, work Work) (*timeslot.Fragment, bool, error) {
	return t.fill(ctx, key, func(f *timeslot.Fragment) bool { return t.memory.freshFor(f, ahead) }, work)
}

// fill gives a copy that is usable: one that is held, what another replica fills meanwhile, or what work brings.
func (t *Tiered) fill(ctx context.Context, key timeslot.FragmentKey, usable func(*timeslot.Fragment) bool, work Work) (*timeslot.Fragment, bool, error) {
	last := t.memory.get(key, t.memory.now()).Fragment
	if last != nil && usable(last) {
		return last, false, nil
	}
	turn, err := t.redis.awaitTurn(ctx, key, last, usable)
	if err != nil {
		return nil, false, err
	}
	if turn.filled != nil {
		return t.memory.keep(turn.filled), true, nil
	}
	f, err := t.work(ctx, turn.lease, last, work)
	return f, false, err
}

// work makes a fragment under a lease, which is nil where Redis is out of reach. Whatever happens, a panic included,
// the lease goes back at once or with the write.
func (t *Tiered) work(ctx context.Context, held *lease, last *timeslot.Fragment, work Work) (*timeslot.Fragment, error) {
	done := false
	defer func() {
		if !done {
			t.redis.release(held)
		}
	}()
	f, keep, err := t.memory.fences.run(ctx, last, work, t.memory.recorder)
	if err != nil || !keep {
		return f, err
	}
	newest := t.memory.keep(f)
	if newest == f {
		done = true
		t.redis.put(job{fragment: f, known: f.SameContent(last) && t.memory.fences.standingOf(last) != void, lease: held})
	}
	return newest, nil
}

// Leases is as in [Store].
func (t *Tiered) Leases(ctx context.Context, keys []timeslot.FragmentKey) []time.Duration {
	return t.redis.Leases(ctx, keys)
}

// Put implements [Store].
func (t *Tiered) Put(ctx context.Context, f *timeslot.Fragment) {
	if t.memory.put(f) {
		t.redis.Put(ctx, f)
	}
}

// Drop lets go of copies in memory that serve nobody any more, and gives their keys. Redis keeps its own until their time is
// over.
func (t *Tiered) Drop(keys []timeslot.FragmentKey, needless func(*timeslot.Fragment) bool) (dropped []timeslot.FragmentKey) {
	return t.memory.Drop(keys, needless)
}

// Close implements [Store] for both tiers.
func (t *Tiered) Close() error { return errors.Join(t.redis.Close(), t.memory.Close()) }

// misses remembers for a moment which keys Redis did not have. A crowd that comes for a fragment nobody has would ask
// Redis once for each visitor; so it asks once in a while, and [Tiered.Fill], which all of them share, asks again
// before anything is fetched.
type misses struct {
	mu    sync.Mutex
	until map[timeslot.FragmentKey]time.Time
}

// Bounds of the memory.
const (
	missKept  = 50 * time.Millisecond
	maxMisses = 4096
)

// recent reports whether key was missed a moment ago.
func (m *misses) recent(key timeslot.FragmentKey, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return now.Before(m.until[key])
}

func (m *misses) note(key timeslot.FragmentKey, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.until == nil || len(m.until) >= maxMisses {
		m.until = map[timeslot.FragmentKey]time.Time{}
	}
	m.until[key] = now.Add(missKept)
}
