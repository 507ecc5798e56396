package taken

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func ledger(t testing.TB, o LedgerOptions) *Ledger {
	t.Helper()
	l, err := NewLedger(o)
	if err != nil {
		t.Fatal(err)
	}
	if l.fleet != nil {
		t.Cleanup(func() { _ = l.Close() })
	}
	return l
}

// replica is what one process of a fleet knows: fragments and taken slots.
type replica struct {
	*cache.Tiered
	client *redisclient.Client
	memory *cache.Memory
	ledger *Ledger
	addr   string
	seen   *redistest.Counter
}

// fleetOf opens n replicas in front of s.
func fleetOf(t testing.TB, s *rig.Redis, n int, change func(*redisclient.Options, *LedgerOptions)) []*replica {
	t.Helper()
	list := make([]*replica, n)
	for i := range list {
		list[i] = openReplica(t, s.Addr, change)
	}
	return list
}

func openReplica(t testing.TB, addr string, change func(*redisclient.Options, *LedgerOptions)) *replica {
	t.Helper()
	o, lo, seen := redistest.Options(addr), LedgerOptions{}, redistest.NewCounter()
	o.Recorder = seen
	if change != nil {
		change(&o, &lo)
	}
	client := redistest.New(t, o)
	lo.Redis, lo.Recorder = client, seen
	l := ledger(t, lo)
	memory, err := cache.NewMemory(cache.MemoryOptions{MaxBytes: 64 << 20, Now: o.Now, Recorder: seen, Fences: l.Fences()})
	if err != nil {
		t.Fatal(err)
	}
	shared, err := cache.NewRedis(client, cache.RedisOptions{Now: o.Now, Recorder: seen})
	if err != nil {
		t.Fatal(err)
	}
	tiered, err := cache.NewTiered(memory, shared)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tiered.Close() })
	return &replica{Tiered: tiered, client: client, memory: memory, ledger: l, addr: addr, seen: seen}
}

// hurried has the timeouts of production.
func hurried(r *redisclient.Options, _ *LedgerOptions) { r.Timeout = redisclient.DefaultTimeout }

// sees tells what the replica would answer now about the doctor's slot at nine.
func (r *replica) sees(ctx context.Context) (hidden, strict bool) {
	view, strict := r.ledger.Current(ctx)
	return view.Hides(&doctor, atNine(), time.Now()), strict
}

// trusting waits until every replica answers strictly: the board is new, so nobody trusts it at first.
func trusting(t testing.TB, fleet []*replica) {
	t.Helper()
	for _, r := range fleet {
		rig.Until(t, "strict views", func() bool { _, strict := r.ledger.Current(t.Context()); return strict })
	}
}

// settled makes the board as old as it must be to be trusted, so that a test does not have to wait for that. The age
// counts by Redis' clock, which need not be the test's.
func settled(t testing.TB, client redis.UniversalClient) {
	t.Helper()
	now, err := client.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	past := float64(-now.Add(-time.Hour).UnixMicro())
	err = client.ZAdd(t.Context(), "timeslots:acme:prd:{acme:prd}:t1:taken", redis.Z{Score: past}).Err()
	if err != nil {
		t.Fatal(err)
	}
}

func trustedFleet(t testing.TB, n int, change func(*redisclient.Options, *LedgerOptions)) (*rig.Redis, []*replica) {
	t.Helper()
	s := rig.StartRedis(t)
	return s, trustedFleetOn(t, s, n, change)
}

func trustedFleetOn(t testing.TB, s *rig.Redis, n int, change func(*redisclient.Options, *LedgerOptions)) []*replica {
	t.Helper()
	settled(t, s.Client())
	fleet := fleetOf(t, s, n, change)
	trusting(t, fleet)
	return fleet
}

// fence waits until every replica has polled after now.
func fence(t *testing.T, fleet []*replica) {
	t.Helper()
	for _, r := range fleet {
		last := r.ledger.current.Load().until
		rig.Until(t, "a poll", func() bool { return r.ledger.current.Load().until.Sub(last) > r.ledger.options.Lease })
	}
}

// allHide wants every replica to hide the slot now.
func allHide(t *testing.T, fleet []*replica) {
	t.Helper()
	for i, r := range fleet {
		if hidden, _ := r.sees(t.Context()); !hidden {
			t.Errorf("replica %d offers the slot", i)
		}
	}
}

// cutOff is a fleet of one and a replica beside it, whose way to Redis the test may close.
func cutOff(t *testing.T) (fleet []*replica, alone *replica, way *rig.Relay) {
	t.Helper()
	s, fleet := trustedFleet(t, 1, hurried)
	way, err := rig.NewRelay(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Close)
	alone = openReplica(t, way.Addr, hurried)
	trusting(t, []*replica{alone})
	return fleet, alone, way
}

func everywhere(t *testing.T, fleet []*replica, what string, want bool) {
	t.Helper()
	for i, r := range fleet {
		rig.Until(t, fmt.Sprintf("replica %d: %s", i, what), func() bool {
			hidden, _ := r.sees(t.Context())
			return hidden == want
		})
	}
}

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
