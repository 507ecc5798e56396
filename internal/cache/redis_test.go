package cache

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func thirtyKeys() []timeslot.FragmentKey {
	keys := make([]timeslot.FragmentKey, 30)
	for i := range keys {
		keys[i] = redistest.KeyOfNPI(i)
	}
	return keys
}

func found(hits []Hit) int {
	n := 0
	for _, hit := range hits {
		if hit.Fragment != nil {
			n++
		}
	}
	return n
}

// trips counts round trips.
type trips struct{ n atomic.Int64 }

func (c *trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

func TestThirtyKeysAreOneRoundTrip(t *testing.T) {
	seen := redistest.NewCounter()
	r := tierOn(t, rig.StartRedis(t), func(o *setup) { o.Recorder = seen })
	keys := thirtyKeys()
	for _, key := range keys[:20] {
		r.Put(t.Context(), redistest.Fragment(key, time.Now()))
	}
	r.settle(t)
	gets := seen.Count("get/ok")
	var hits []Hit
	hook := &trips{}
	r.client.Commands().AddHook(hook)
	hits = r.Lookup(t.Context(), keys)
	if got := found(hits); got != 20 {
		t.Errorf("found %d of 20", got)
	}
	if got := seen.Count("get/ok") - gets; got != 1 {
		t.Errorf("recorded %d operations, want 1", got)
	}
	if got := hook.n.Load(); got > 2 { // the second may be the background ping
		t.Errorf("%d round trips, want 1", got)
	}
	if hit, miss := seen.Count("redis/hit"), seen.Count("redis/miss"); hit != 20 || miss != 10 {
		t.Errorf("recorded %d hits and %d misses, want 20 and 10", hit, miss)
	}
}

func TestKeysNameTenantAndTierAndEndWithTheFragment(t *testing.T) {
	server := rig.StartRedis(t)
	r := tierOn(t, server, nil)
	f := redistest.Fragment(redistest.KeyOfNPI(7), time.Now())
	r.Put(t.Context(), f)
	r.settle(t)
	want := "timeslots:acme:prd:f1:" + f.Key.String()
	client := server.Client()
	if keys := client.Keys(t.Context(), "*").Val(); !slices.Equal(keys, []string{want}) {
		t.Fatalf("keys %q, want %q", keys, want)
	}
	if ttl := client.PTTL(t.Context(), want).Val(); ttl > 100*time.Second || ttl < 90*time.Second {
		t.Errorf("expires in %s, want the 100s until StaleOnError", ttl)
	}
	other := tierOn(t, server, func(o *setup) { o.Tier = "uat" })
	wantFragments(t, other.Lookup(t.Context(), []timeslot.FragmentKey{f.Key}), nil)
}

// spoilers write something unusable where a value was. other is the key of a good value.
var spoilers = map[string]struct {
	spoil func(ctx context.Context, client *redis.Client, name, other string)
	stays bool // the next put leaves it alone
}{
	"foreign": {spoil: func(ctx context.Context, client *redis.Client, name, _ string) {
		client.Set(ctx, name, "hello", 0)
	}},
	"truncated": {spoil: func(ctx context.Context, client *redis.Client, name, _ string) {
		value := client.Get(ctx, name).Val()
		client.Set(ctx, name, value[:len(value)-5], 0)
	}},
	"damaged, and from the year 2262": {spoil: func(ctx context.Context, client *redis.Client, name, _ string) {
		client.SetRange(ctx, name, offsetFetched, "\x7f")
	}},
	"another key's": {spoil: func(ctx context.Context, client *redis.Client, name, other string) {
		client.Copy(ctx, other, name, 0, true)
	}},
	"of another type": {spoil: func(ctx context.Context, client *redis.Client, name, _ string) {
		client.Del(ctx, name)
		client.LPush(ctx, name, "x")
	}},
	"of a newer format": {spoil: func(ctx context.Context, client *redis.Client, name, _ string) {
		client.SetRange(ctx, name, offsetVersion, string(rune(codecVersion+1)))
	}, stays: true},
}

func TestUnusableValuesAreMissesAndHealWithTheNextPut(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	client := server.Client()
	for name, test := range spoilers {
		t.Run(name, func(t *testing.T) {
			seen := redistest.NewCounter()
			r := tierOn(t, server, func(o *setup) { o.Tenant, o.Recorder = tenantOf(t), seen })
			victim, other := redistest.Fragment(redistest.KeyOfNPI(1), time.Now()), redistest.Fragment(redistest.KeyOfNPI(2), time.Now())
			r.Put(t.Context(), victim)
			r.Put(t.Context(), other)
			r.settle(t)
			victimName := r.prefix + victim.Key.String()
			test.spoil(t.Context(), client, victimName, r.prefix+other.Key.String())

			keys := []timeslot.FragmentKey{victim.Key, other.Key}
			wantFragments(t, r.Lookup(t.Context(), keys), nil, other)
			if n := seen.Count("redis/error"); n != 1 {
				t.Errorf("recorded %d errors, want 1", n)
			}
			later := redistest.Fragment(victim.Key, time.Now())
			r.Put(t.Context(), later)
			r.settle(t)
			if test.stays {
				wantFragments(t, r.Lookup(t.Context(), keys), nil, other)
				if v := client.Get(t.Context(), victimName).Val(); v[offsetVersion] != codecVersion+1 {
					t.Error("the newer value was overwritten")
				}
				return
			}
			wantFragments(t, r.Lookup(t.Context(), keys), later, other)
		})
	}
}

func TestAClusterIsOnePipelineOverAllItsSlots(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t, "--cluster-enabled", "yes")
	client := server.Client()
	server.Do("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
	rig.Until(t, "the cluster is up", func() bool {
		return strings.Contains(client.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
	})
	seen := redistest.NewCounter()
	r := tierOn(t, server, func(o *setup) { o.Mode, o.Recorder = redisclient.ModeCluster, seen })
	keys := thirtyKeys()
	for _, key := range keys {
		r.Put(t.Context(), redistest.Fragment(key, time.Now()))
	}
	r.settle(t)
	gets := seen.Count("get/ok")
	if n := found(r.Lookup(t.Context(), keys)); n != len(keys) {
		t.Errorf("found %d of %d", n, len(keys))
	}
	if n := seen.Count("get/ok") - gets; n != 1 {
		t.Errorf("%d operations, want 1", n)
	}
}

func TestACallerThatLeavesDoesNotTurnRedisOff(t *testing.T) {
	r := tierOn(t, rig.StartRedis(t), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantFragments(t, r.Lookup(ctx, []timeslot.FragmentKey{redistest.KeyOfNPI(1)}), nil)
	if redistest.Bypassed(r.client) {
		t.Error("Redis is bypassed because a caller left")
	}
}

func TestClosingLeavesNoGoroutine(t *testing.T) {
	server := rig.StartRedis(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	client := redistest.New(t, redistest.Options(server.Addr))
	r, err := NewRedis(client, RedisOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tiered := tieredOn(t, r, MemoryOptions{})
	tiered.Put(t.Context(), redistest.Fragment(redistest.KeyOfNPI(1), time.Now()))
	if err := errors.Join(tiered.Close(), client.Close()); err != nil {
		t.Error(err)
	}
	if n := len(server.Client().Keys(t.Context(), "*").Val()); n != 1 {
		t.Errorf("closing left %d of 1 queued writes to the server", n)
	}
}

// A lease outside the prefix was refused to a user of the prefix, and that turned Redis off again and again.
func TestALeaseIsUnderThePrefixAndInItsFragmentsSlot(t *testing.T) {
	r := tierOn(t, rig.StartRedis(t), nil)
	name := r.prefix + redistest.KeyOfNPI(1).String()
	key := r.leaseKey(name)
	if tag := regexp.MustCompile(`\{(.+?)\}`).FindStringSubmatch(key); !strings.HasPrefix(key, "timeslots:") || tag == nil || tag[1] != name {
		t.Errorf("the lease of %q is at %q", name, key)
	}
}
