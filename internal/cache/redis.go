package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
)

// RedisOptions configures [NewRedis].
type RedisOptions struct {
	// LeaseTTL is how long a replica may work on a fragment before others stop waiting for it; as long as the longest
	// upstream call is right. 0: DefaultLeaseTTL.
	LeaseTTL time.Duration

	// Policy is how long this replica serves what a source said. What another replica stored is never fresh, nor served,
	// for longer. nil: the other's own bounds hold.
	Policy func(timeslot.Source) timeslot.Policy

	Surfaces *timeslot.Surfaces // nil: DexCare's
	Now      func() time.Time   // nil: time.Now
	Recorder Recorder           // nil: silent
}

// Redis is the tier that all replicas share. Fragments expire there with their Bounds.StaleOnError.
type Redis struct {
	client    *redisclient.Client
	codec     *codec
	writer    *writer
	notices   *notices // of fragments that were filled
	options   RedisOptions
	prefix    string // of fragments
	channel   string // of notices
	stop      context.CancelFunc
	listening sync.WaitGroup
}

// NewRedis makes the tier on top of a client, which outlives it, and starts its background writes.
func NewRedis(client *redisclient.Client, o RedisOptions) (*Redis, error) {
	if client == nil {
		return nil, errors.New("redis tier: needs a client")
	}
	o.LeaseTTL = cmp.Or(o.LeaseTTL, DefaultLeaseTTL)
	if o.LeaseTTL < time.Millisecond {
		return nil, fmt.Errorf("redis tier: LeaseTTL must be at least a millisecond, not %s", o.LeaseTTL)
	}
	o.Now, o.Recorder = clockOr(o.Now), recorderOr(o.Recorder)
	codec, err := newCodec()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Redis{
		client: client, codec: codec, notices: newNotices(), options: o,
		prefix: client.Namespace() + "f1:", channel: client.Namespace() + "filled", stop: stop,
	}
	client.OnBypass(r.notices.wakeAll)
	r.writer = startWriter(r.finish, r.dropped)
	r.listening.Go(func() { redisclient.Listen(ctx, client.Commands(), r.channel, r.notices.wake) })
	return r, nil
}

// Lookup is as in [Store]: one round trip per server, whatever the number of keys.
func (r *Redis) Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit {
	hits := make([]Hit, len(keys))
	if len(keys) == 0 {
		return hits
	}
	var seen tally
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = r.prefix + key.String()
	}
	now := r.options.Now() // before asking: what time the answer takes makes nothing younger
	replies := make([]stored, len(keys))
	r.client.Batch(ctx, operationGet, names, func(ctx context.Context, pipe redis.Pipeliner, i int) func() error {
		// GETRANGE in place of GET bounds what a foreign value can make us read; an absent key reads as empty.
		replies[i] = stored{left: pipe.PTTL(ctx, names[i]), value: pipe.GetRange(ctx, names[i], 0, maxEncoded)}
		return func() error { return redisclient.Worst(replies[i].left.Err(), replies[i].value.Err()) }
	})
	for i, reply := range replies { // what a bypassed server has was not asked for
		f, err := r.fragment(reply, names[i], keys[i], now)
		switch {
		case err != nil:
			seen.failed++
		case f == nil || f.Bounds.At(now) == timeslot.Expired:
			seen.miss++
		default:
			hits[i] = Hit{Fragment: f, Tier: TierRedis}
			seen.found(hits[i], now)
		}
	}
	seen.report(r.options.Recorder, TierRedis)
	return hits
}

// stored is a fragment's value as it is asked for: how long it still lives, and then what it is. In this order, a value
// that is replaced in between counts as older than it is, and never as younger.
type stored struct {
	left  *redis.DurationCmd
	value *redis.StringCmd
}

// errBypassed stands for what was not asked.
var errBypassed = errors.New("the server is bypassed")

// fragment is what a reply holds; nil when it holds nothing.
func (r *Redis) fragment(reply stored, name string, key timeslot.FragmentKey, now time.Time) (*timeslot.Fragment, error) {
	if reply.value == nil {
		return nil, errBypassed
	}
	data, err := reply.value.Bytes()
	left := reply.left.Val()
	if err != nil || len(data) == 0 || left == 0 || left == -2 { // it expired, or came, in between
		return nil, err
	}
	f, err := r.codec.decode(data, name, key)
	if err != nil {
		return nil, err
	}
	if err := r.options.settleAge(f, left, now); err != nil {
		return nil, err
	}
	f.CountServings()
	return f, nil
}

// Close stops the tier's goroutines and waits for them. It gives queued writes a second to reach the server.
func (r *Redis) Close() error {
	r.writer.close()
	r.stop()
	r.listening.Wait()
	return nil
}

// agreement is how far the clocks of two replicas may be apart and still count as one.
const agreement = time.Second

// settleAge makes a fragment that another replica stored as old as it is by this replica's clock, and no longer of use
// than this replica's own settings allow.
//
// No replica's wall clock is trusted with it. A value lives in Redis until its StaleOnError, and how long that still is
// (left) was counted by Redis' own clock ever since it was stored; so it is its age, whatever the clocks of writer and
// reader say. Where the writer's clock agrees with ours, its finer instants stay. A value without an expiry, or with one
// beyond a whole life, is not of our making.
//
//	fetched                    stored             now                     StaleOnError
//	   ├──────────────────────────┼─────────────────┼──────────left──────────┤
//	   └────────────────────age─────────────────────┘
func (o *RedisOptions) settleAge(f *timeslot.Fragment, left time.Duration, now time.Time) error {
	written := f.FetchedAt
	counted := f.Bounds.StaleOnError.Sub(written) - left
	if left <= 0 || counted < -agreement {
		return fmt.Errorf("expires in %s: %w", left, errDamaged)
	}
	age := now.Sub(written)
	if (age - counted).Abs() > agreement {
		age = counted
	}
	fetched := now.Add(-max(0, age)).UTC() // by our monotonic clock from here on
	shift := func(bound time.Time) time.Time {
		if bound.IsZero() {
			return bound
		}
		return fetched.Add(bound.Sub(written))
	}
	f.FetchedAt = fetched
	f.Bounds = timeslot.Bounds{Fresh: shift(f.Bounds.Fresh), Stale: shift(f.Bounds.Stale), StaleOnError: shift(f.Bounds.StaleOnError)}
	if o.Policy != nil {
		own := o.Policy(o.Surfaces.SourceOf(f.Key.Operation)).Bounds(fetched, f.NotFound)
		f.Bounds = timeslot.Bounds{
			Fresh: earlier(f.Bounds.Fresh, own.Fresh), Stale: earlier(f.Bounds.Stale, own.Stale),
			StaleOnError: earlier(f.Bounds.StaleOnError, own.StaleOnError),
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
