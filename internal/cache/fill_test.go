package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
	"timeslots/test/rig/redistest"
)

// upstream counts its calls and how many of them are under way at a time. Each takes a while, and fails if told to.
type upstream struct {
	key          timeslot.FragmentKey
	takes        time.Duration
	fails        atomic.Int64 // so many times from now on
	calls        atomic.Int64
	active, most atomic.Int64
}

var errUpstream = errors.New("upstream failed")

func (u *upstream) work(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
	u.calls.Add(1)
	n := u.active.Add(1)
	defer u.active.Add(-1)
	for most := u.most.Load(); n > most && !u.most.CompareAndSwap(most, n); most = u.most.Load() {
	}
	at := time.Now()
	redisclient.Rest(ctx, nil, u.takes)
	if u.fails.Add(-1) >= 0 {
		return nil, errUpstream
	}
	return redistest.Fragment(u.key, at), nil
}

// crowd has every replica filled by so many callers at once, and gives what they got.
func crowd(t *testing.T, fleet []*sharer, callers int, u *upstream) (filled, shared, failed int64) {
	t.Helper()
	var ok, other, bad atomic.Int64
	var all sync.WaitGroup
	for _, r := range fleet {
		for range callers {
			all.Go(func() {
				f, fromOther, err := r.Fill(t.Context(), u.key, u.work)
				switch {
				case err != nil:
					bad.Add(1)
				case f.Key != u.key:
					t.Errorf("filled %v", f.Key)
				default:
					ok.Add(1)
				}
				if fromOther {
					other.Add(1)
				}
			})
		}
	}
	all.Wait()
	return ok.Load(), other.Load(), bad.Load()
}

// leaseOf is the lease of a key, which a replica takes.
func leaseOf(t *testing.T, r *sharer, key timeslot.FragmentKey) *lease {
	t.Helper()
	turn, err := r.redis.awaitTurn(t.Context(), key, nil, r.memory.fresh)
	if err != nil || turn.lease == nil {
		t.Fatalf("no lease: %v", err)
	}
	return turn.lease
}

func TestACrowdAtThreeReplicasCostsOneCall(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 3, nil)
	u := &upstream{key: redistest.KeyOfNPI(1), takes: 50 * time.Millisecond}
	filled, shared, failed := crowd(t, fleet, 100, u)
	if filled != 300 || failed != 0 || u.calls.Load() != 1 {
		t.Errorf("filled %d of 300, failed %d, with %d calls, want 1", filled, failed, u.calls.Load())
	}
	if shared == 0 {
		t.Error("nobody was told that the fragment is another replica's")
	}
	again, _, _ := crowd(t, fleet, 10, u)
	if again != 30 || u.calls.Load() != 1 {
		t.Errorf("the second crowd made it %d calls", u.calls.Load())
	}
}

func TestThoseWhoWaitAreWokenByTheNotice(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, nil)
	u := &upstream{key: redistest.KeyOfNPI(1), takes: 600 * time.Millisecond} // the pauses are near their longest by then
	var all sync.WaitGroup
	var ended sync.Map
	for i, r := range fleet {
		all.Go(func() {
			_, _, _ = r.Fill(t.Context(), u.key, u.work)
			ended.Store(i, time.Now())
		})
	}
	all.Wait()
	a, _ := ended.Load(0)
	b, _ := ended.Load(1)
	figure.AtMost(t, "from the winner to the loser", a.(time.Time).Sub(b.(time.Time)).Abs(), 100*time.Millisecond)
	if u.calls.Load() != 1 {
		t.Errorf("%d calls, want 1", u.calls.Load())
	}
}

func TestFailuresAreTriedByOneReplicaAfterTheOther(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 3, nil)
	u := &upstream{key: redistest.KeyOfNPI(1), takes: 20 * time.Millisecond}
	u.fails.Store(2)
	filled, _, failed := crowd(t, fleet, 1, u)
	if filled != 1 || failed != 2 || u.calls.Load() != 3 || u.most.Load() != 1 {
		t.Errorf("filled %d, failed %d, %d calls of which %d at a time, want 1, 2, 3 and 1",
			filled, failed, u.calls.Load(), u.most.Load())
	}
}

func TestAPanicGivesTheLeaseBack(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, nil)
	u := &upstream{key: redistest.KeyOfNPI(1)}
	func() {
		defer func() { _ = recover() }()
		_, _, _ = fleet[0].Fill(t.Context(), u.key, func(context.Context, *timeslot.Fragment) (*timeslot.Fragment, error) { panic("decoder") })
	}()
	start := time.Now()
	if _, _, err := fleet[1].Fill(t.Context(), u.key, u.work); err != nil {
		t.Error(err)
	}
	figure.AtMost(t, "the next one's wait", time.Since(start), time.Second)
}

func TestAReplicaThatDiedHoldsUpTheOthersUntilItsLeaseEnds(t *testing.T) {
	t.Parallel()
	const life = 2 * time.Second
	fleet := sharing(t, rig.StartRedis(t), 2, func(o *setup) { o.LeaseTTL = life })
	u := &upstream{key: redistest.KeyOfNPI(1)}
	held := leaseOf(t, fleet[0], u.key) // and never gives it back

	hurry, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, _, err := fleet[1].Fill(hurry, u.key, u.work); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one with little time: error %v after %s", err, time.Since(start))
	}
	figure.AtMost(t, "one with 50ms", time.Since(start), 300*time.Millisecond)
	if _, _, err := fleet[1].Fill(t.Context(), u.key, u.work); err != nil || u.calls.Load() != 1 {
		t.Errorf("one with time: error %v, %d calls", err, u.calls.Load())
	}
	if took := time.Since(start); took < life/2 {
		t.Errorf("the next one went after %s, want the %s of the lease and a pause", took, life)
	}
	figure.AtMost(t, "the next one's turn", time.Since(start), life+1600*time.Millisecond)
	fleet[0].redis.giveBack(held) // too late: the lease is another's by now, or nobody's
}

// late has a deadline that has passed, of which its connection learned before itself.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func TestTheEndOfACallersTimeIsNotTakenForTroubleWithRedis(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, func(o *setup) { o.LeaseTTL = time.Minute })
	u := &upstream{key: redistest.KeyOfNPI(1)}
	leaseOf(t, fleet[0], u.key)
	for range 20 {
		if _, _, err := fleet[1].Fill(late{t.Context()}, u.key, u.work); !errors.Is(err, context.DeadlineExceeded) || u.calls.Load() != 0 {
			t.Errorf("error %v, %d calls", err, u.calls.Load())
		}
	}
	if fleet[1].redis.client.Bypassed("k") {
		t.Error("Redis is passed by")
	}
}

func TestALeaseIsGivenBackByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, nil)
	key := redistest.KeyOfNPI(1)
	held := leaseOf(t, fleet[0], key)
	fleet[1].redis.giveBack(&lease{name: held.name, token: "somebody else's"})
	second := &wanted{lease: &lease{name: held.name, token: "of the second"}, key: key, usable: fleet[1].memory.fresh}
	if _, settled := fleet[1].redis.try(t.Context(), second); settled {
		t.Error("two replicas hold the lease")
	}
	if left := fleet[1].redis.Leases(t.Context(), []timeslot.FragmentKey{{Operation: timeslot.OpDepartments}, key}); left[0] != 0 || left[1] <= 0 {
		t.Errorf("leases last %v, want none and the first replica's", left)
	}
	fleet[0].redis.giveBack(held)
	if next, settled := fleet[1].redis.try(t.Context(), second); !settled || next.lease == nil {
		t.Error("nobody gets the lease that was given back")
	}
}

func TestRedisDyingWhileSomebodyWaitsSendsEverybodyOnHisOwn(t *testing.T) {
	t.Parallel()
	for name, hurt := range map[string]func(*rig.Redis){
		"killed":  (*rig.Redis).Kill,
		"stopped": func(s *rig.Redis) { s.Signal(syscall.SIGSTOP) },
	} {
		t.Run(name, func(t *testing.T) {
			s := rig.StartRedis(t)
			fleet := sharing(t, s, 2, hurriedTier)
			done, next := make(chan error, 1), 100
			wait := func() { // for a lease that the first has
				var u *upstream
				rig.Until(t, "the first has a lease", func() bool { // which a starved machine may be too late for
					next++
					u = &upstream{key: redistest.KeyOfNPI(next)}
					turn, err := fleet[0].redis.awaitTurn(t.Context(), u.key, nil, fleet[0].memory.fresh)
					return err == nil && turn.lease != nil
				})
				go func() {
					_, _, err := fleet[1].Fill(t.Context(), u.key, u.work)
					done <- err
				}()
			}
			wait()
			rig.Until(t, "the second waits", func() bool {
				select {
				case <-done: // a starved machine let its first try run out of time
					wait()
				default:
				}
				return fleet[1].redis.notices.any()
			})
			hurt(s)
			start := time.Now()
			if err := <-done; err != nil {
				t.Error(err)
			}
			figure.AtMost(t, "until it went on its own", time.Since(start), time.Second)
			start = time.Now()
			for i := range 20 { // later ones do not even try
				u := &upstream{key: redistest.KeyOfNPI(2 + i)}
				if _, _, err := fleet[1].Fill(t.Context(), u.key, u.work); err != nil {
					t.Error(err)
				}
			}
			figure.AtMost(t, "20 fills without Redis", time.Since(start), 400*time.Millisecond)
		})
	}
}

func (x *notices) any() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.waiting) > 0
}

func TestFillLooksAgainBeforeItWorks(t *testing.T) {
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	m := memoryTier(t, MemoryOptions{})
	m.Put(t.Context(), f)
	u := &upstream{key: f.Key}
	got, shared, err := m.Fill(t.Context(), f.Key, u.work)
	if got != f || shared || err != nil || u.calls.Load() != 0 {
		t.Errorf("gave %v, shared %t, error %v after %d calls", got, shared, err, u.calls.Load())
	}
	u.key = redistest.KeyOfNPI(2)
	u.fails.Store(1)
	if _, _, err := m.Fill(t.Context(), u.key, u.work); !errors.Is(err, errUpstream) {
		t.Errorf("error %v, want upstream's", err)
	}
	got, _, err = m.Fill(t.Context(), u.key, u.work)
	if hit := m.Lookup(t.Context(), []timeslot.FragmentKey{u.key})[0]; err != nil || hit.Fragment != got {
		t.Errorf("what was filled is not held: %v", err)
	}
}
