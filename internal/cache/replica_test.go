package cache

import (
	"context"
	"fmt"
	"testing"
	"time"
	"timeslots/internal/redisclient"
	"timeslots/internal/redistest"

	"github.com/redis/go-redis/v9"
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

// replica is what one process of the fleet has of this package.
type replica struct {
	*Tiered
	ledger *Ledger
	addr   string
	seen   *redistest.Counter
}

// fleetOf opens n replicas in front of s.
func fleetOf(t testing.TB, s *redistest.Server, n int, change func(*setup, *LedgerOptions)) []*replica {
	t.Helper()
	list := make([]*replica, n)
	for i := range list {
		list[i] = openReplica(t, s.Addr, change)
	}
	return list
}

func openReplica(t testing.TB, addr string, change func(*setup, *LedgerOptions)) *replica {
	t.Helper()
	lo, seen := LedgerOptions{}, redistest.NewCounter()
	r := redisTier(t, addr, func(o *setup) {
		o.Recorder, o.Tenant = seen, "acme"
		if change != nil {
			change(o, &lo)
		}
	})
	lo.Redis, lo.Recorder = r.client, seen
	l := ledger(t, lo)
	tiered, err := NewTiered(memoryTier(t, MemoryOptions{Now: r.options.Now, Recorder: seen, Fences: l.Fences()}), r)
	if err != nil {
		t.Fatal(err)
	}
	return &replica{Tiered: tiered, ledger: l, addr: addr, seen: seen}
}

// hurried has the timeouts of production.
func hurried(r *setup, _ *LedgerOptions) { r.Timeout = redisclient.DefaultTimeout }

// sees tells what the replica would answer now about the doctor's slot at nine.
func (r *replica) sees(ctx context.Context) (hidden, strict bool) {
	view, strict := r.ledger.Current(ctx)
	return view.Hides(&doctor, atNine(), time.Now()), strict
}

// trusting waits until every replica answers strictly: the board is new, so nobody trusts it at first.
func trusting(t testing.TB, fleet []*replica) {
	t.Helper()
	for _, r := range fleet {
		redistest.Eventually(t, "strict views", func() bool { _, strict := r.ledger.Current(t.Context()); return strict })
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

func trustedFleet(t testing.TB, n int, change func(*setup, *LedgerOptions)) (*redistest.Server, []*replica) {
	t.Helper()
	s := redistest.Start(t)
	return s, trustedFleetOn(t, s, n, change)
}

func trustedFleetOn(t testing.TB, s *redistest.Server, n int, change func(*setup, *LedgerOptions)) []*replica {
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
		last := r.ledger.sight.Load().until
		redistest.Eventually(t, "a poll", func() bool { return r.ledger.sight.Load().until.Sub(last) > r.ledger.options.Lease })
	}
}

func everywhere(t *testing.T, fleet []*replica, what string, want bool) {
	t.Helper()
	for i, r := range fleet {
		redistest.Eventually(t, fmt.Sprintf("replica %d: %s", i, what), func() bool {
			hidden, _ := r.sees(t.Context())
			return hidden == want
		})
	}
}
