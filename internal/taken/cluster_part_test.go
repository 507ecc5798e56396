package taken

import (
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// One master of three that is down turned all sharing of fragments off once.
func TestAMasterThatIsDownCostsItsOwnThird(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes seconds")
	}
	t.Parallel()
	nodes := startCluster(t)
	var addresses []string
	for _, n := range nodes {
		addresses = append(addresses, n.Addr)
		n.Do("CONFIG", "SET", "cluster-require-full-coverage", "no")
	}
	fleet := fleetOf(t, nodes[0], 2, func(o *redisclient.Options, _ *LedgerOptions) {
		o.Mode, o.Addresses, o.Timeout = redisclient.ModeCluster, addresses, 500*time.Millisecond
	})
	trusting(t, fleet)
	a, b := fleet[0], fleet[1]
	board := holder(t, nodes, a.ledger.fleet.board.keys[0])
	down := nodes[(board+1)%3]

	where := map[timeslot.FragmentKey]string{} // before anything is down
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses})
	defer func() { _ = client.Close() }()
	for i := range 60 {
		node, err := client.MasterForKey(t.Context(), a.client.Namespace()+"f1:"+redistest.KeyOfNPI(i).String())
		if err != nil {
			t.Fatal(err)
		}
		where[redistest.KeyOfNPI(i)] = node.Options().Addr
	}
	down.Kill()
	for _, r := range fleet {
		rig.Until(t, "the server that is down is known", func() bool { return someKind(r) })
	}
	calls := 0
	for i := range 60 {
		key := redistest.KeyOfNPI(i)
		first, second := &upstream{key: key}, &upstream{key: key}
		if _, _, err := a.Fill(t.Context(), key, first.work); err != nil {
			t.Fatal(err)
		}
		f, shared, err := b.Fill(t.Context(), key, second.work)
		if err != nil || f == nil {
			t.Fatalf("clinician %d: %v", i, err)
		}
		if alive := where[key] != down.Addr; shared != alive {
			t.Errorf("clinician %d, whose server is up %v: shared %v", i, alive, shared)
		}
		if !shared {
			calls++
		}
	}
	if calls == 0 || calls > 40 {
		t.Errorf("%d of 60 fetched twice, want about a third", calls)
	}
	for _, r := range fleet {
		if _, strict := r.ledger.Current(t.Context()); !strict {
			t.Error("answers are not strict although the server of the taken slots is up")
		}
		for _, state := range r.client.State() {
			if bad := state.Kind != redisclient.TroubleNone; bad != (state.Server == down.Addr) {
				t.Errorf("%+v, want %s alone in trouble", state, down.Addr)
			}
		}
	}
	down.Begin()
	for _, r := range fleet {
		rig.Until(t, "all in use again", func() bool { return !someKind(r) })
	}
}

func someKind(r *replica) bool {
	return slices.ContainsFunc(r.client.State(), func(s redisclient.ServerState) bool { return s.Kind.Bypasses() })
}
