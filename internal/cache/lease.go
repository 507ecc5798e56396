package cache

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
)

// A replica that wants to fetch a fragment takes the key's lease first, so that a crowd costs one upstream call in the
// whole fleet (docs/architecture.md §5):
//
//	winner   lease ─▶ work ─▶ answer      behind it: write ─▶ give back ─▶ notice
//	loser    no lease ─▶ wait for the notice, or for a pause ─▶ try again: a fragment, or a lease
//
// A winner that failed gives back too, and the next one goes; one that died keeps the lease until it expires. Without
// Redis everybody goes at once.

// Pauses between the tries of one that waits for another's lease, should the notice get lost. Each is cut by up to a
// half at random, so that replicas do not try in step.
const (
	firstPause = 25 * time.Millisecond
	maxPause   = 250 * time.Millisecond
)

// DefaultLeaseTTL is how long the lease of a dead replica stays.
const DefaultLeaseTTL = 3 * time.Second

// lease is the right to fetch one fragment. Only its owner's token gives it back.
type lease struct {
	name  string // of the fragment in Redis
	token string
}

// leasePrefix makes a lease's key: the prefix of all keys before the brace, and between the braces the whole name of the
// fragment. That puts the lease into the fragment's slot of a cluster, so that one pipeline to one server holds both in
// order. No fragment's name contains a brace.
func (o *RedisOptions) leasePrefix() string { return o.Prefix + ":lease:" }

func (r *Redis) leaseKey(name string) string { return r.options.leasePrefix() + "{" + name + "}" }

// turn is what waiting ended with: a fragment that another replica filled, or a lease, or neither, when Redis is out
// of reach and everybody is on his own.
type turn struct {
	filled *timeslot.Fragment
	lease  *lease
}

// awaitTurn waits until another replica filled key with something usable or it is this replica's turn to work. The
// error is the cause of ctx' end.
func (r *Redis) awaitTurn(ctx context.Context, key timeslot.FragmentKey, usable func(*timeslot.Fragment) bool) (turn, error) {
	want := &lease{name: r.prefix + key.String(), token: cryptorand.Text()}
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		notice, leave := r.notices.await(want.name) // before trying, so that no notice falls in between
		t, settled := r.try(ctx, key, want, usable)
		if !settled {
			rest(ctx, notice, pause/2+rand.N(pause/2))
		}
		leave()
		if settled {
			return t, nil
		}
		if isOver(ctx) {
			return turn{}, cmp.Or(context.Cause(ctx), context.DeadlineExceeded)
		}
	}
}

// rest waits until the notice, the end of ctx, or for the pause.
func rest(ctx context.Context, notice <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-notice:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// try asks for the lease and for the fragment in one round trip and in this order: what the previous owner stored
// before it gave back is seen. A try that was not answered is not settled while the gate trusts Redis: the next one
// finds out whether it went through, by the token.
func (r *Redis) try(ctx context.Context, key timeslot.FragmentKey, want *lease, usable func(*timeslot.Fragment) bool) (turn, bool) {
	if r.bypass(want.name) {
		r.options.Recorder.RedisOperation(operationLease, outcomeBypassed, 0)
		return turn{}, true
	}
	var got *redis.StatusCmd
	var owner *redis.StringCmd
	var reply stored
	now := r.options.Now()
	ok := r.roundTrip(ctx, operationLease, want.name, func(ctx context.Context) error {
		pipe := r.client.Pipeline()
		got = pipe.SetArgs(ctx, r.leaseKey(want.name), want.token, redis.SetArgs{Mode: "NX", TTL: r.options.LeaseTTL})
		owner = pipe.Get(ctx, r.leaseKey(want.name))
		reply = ask(ctx, pipe, want.name)
		_, _ = pipe.Exec(ctx)
		return worst(reply.err(), worst(ignoreNil(owner.Err()), ignoreNil(got.Err())))
	})
	if isOver(ctx) {
		return turn{}, false
	}
	won := owner.Val() == want.token
	if f, _ := r.fragment(reply, want.name, key, now); f != nil && usable(f) {
		if won {
			r.release(want)
		}
		return turn{filled: f}, true
	}
	if won {
		return turn{lease: want}, true
	}
	if owner.Val() == "" && isRefusal(got.Err()) { // read-only, or out of memory: nobody will get a lease
		return turn{}, true
	}
	return turn{}, !ok && r.bypass(want.name)
}

// isRefusal tells whether Redis answered a command with an error.
func isRefusal(err error) bool {
	_, answered := errors.AsType[redis.Error](err)
	return answered && err != redis.Nil
}

func ignoreNil(err error) error {
	if err == redis.Nil {
		return nil
	}
	return err
}

// releaseScript gives a lease back, if it is still the owner's, and wakes those who wait for the fragment.
var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.call('PUBLISH', ARGV[2], ARGV[3])
`)

// release gives a lease back behind the request path. A nil lease needs no release.
func (r *Redis) release(l *lease) {
	if l != nil {
		r.writer.add(job{lease: l})
	}
}

func (r *Redis) giveBack(l *lease) {
	r.roundTrip(context.Background(), operationRelease, l.name, func(ctx context.Context) error {
		return releaseScript.Run(ctx, r.client, []string{r.leaseKey(l.name)}, l.token, r.channel, l.name).Err()
	})
}

// Leases is as in [Store].
func (r *Redis) Leases(ctx context.Context, keys []timeslot.FragmentKey) []time.Duration {
	left := make([]time.Duration, len(keys))
	if len(keys) == 0 {
		return left
	}
	names, replies := make([]string, len(keys)), make([]*redis.DurationCmd, len(keys))
	for i, key := range keys {
		names[i] = r.leaseKey(r.prefix + key.String())
	}
	r.batch(ctx, operationGet, names, func(ctx context.Context, pipe redis.Pipeliner, i int) {
		replies[i] = pipe.PTTL(ctx, names[i])
	}, func(i int) error { return replies[i].Err() })
	for i, reply := range replies {
		if reply != nil {
			left[i] = max(0, reply.Val()) // below 0: there is none
		}
	}
	return left
}
