package cache

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
)

// Redis is the tier that all replicas share. Fragments expire there with their Bounds.StaleOnError.
//
// It works with a server that is absent, hanging or full: see [gate].
type Redis struct {
	client   redis.UniversalClient
	codec    *codec
	gate     gate
	writer   *writer
	notices  *notices // of fragments that were filled
	options  RedisOptions
	prefix   string // of fragments
	channel  string // of notices
	stop     context.CancelFunc
	watching sync.WaitGroup
}

// NewRedis makes the tier and starts its background writes and pings. It asks the server once, within Timeout, so that
// it is known from the start whether Redis answers; an absent one is no error. Only invalid options are.
//
// It also silences go-redis' logger, which is global to the process: see [quiet].
func NewRedis(o RedisOptions) (*Redis, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	codec, err := newCodec()
	if err != nil {
		return nil, err
	}
	redis.SetLogger(quiet{})
	ctx, stop := context.WithCancel(context.Background())
	r := &Redis{
		client: o.client(), codec: codec, notices: newNotices(),
		options: o, prefix: o.namespace() + "f1:", channel: o.namespace() + "filled", stop: stop,
	}
	r.gate.recorder, r.gate.tripped, r.gate.birth = o.Recorder, r.notices.wakeAll, time.Now()
	r.writer = startWriter(r.finish, r.dropped)
	o.Recorder.RedisUp(true)
	r.probe(ctx)
	r.watching.Go(func() { r.watch(ctx) })
	r.watching.Go(func() { listen(ctx, r.client, r.channel, r.notices.wake) })
	return r, nil
}

// Lookup is as in [Store]: one round trip per server, whatever the number of keys.
func (r *Redis) Lookup(ctx context.Context, keys []timeslot.FragmentKey) []Hit {
	hits := make([]Hit, len(keys))
	if len(keys) == 0 {
		return hits
	}
	var seen tally
	r.lookup(ctx, keys, hits, &seen)
	seen.report(r.options.Recorder, TierRedis)
	return hits
}

// LookAgain is as in [Store].
func (r *Redis) LookAgain(ctx context.Context, key timeslot.FragmentKey) Hit {
	hits, seen := make([]Hit, 1), tally{}
	r.lookup(ctx, []timeslot.FragmentKey{key}, hits, &seen)
	if f := hits[0].Fragment; f != nil && f.Bounds.At(r.options.Now()) == timeslot.Fresh {
		return hits[0]
	}
	return Hit{}
}

func (r *Redis) lookup(ctx context.Context, keys []timeslot.FragmentKey, hits []Hit, seen *tally) {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = r.prefix + key.String()
	}
	replies := r.get(ctx, names)
	if replies == nil {
		seen.failed += len(keys)
		return
	}
	now := r.options.Now()
	for i, reply := range replies {
		f, err := r.fragment(reply, names[i], keys[i])
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
}

// fragment is what a reply holds; nil when it holds nothing.
func (r *Redis) fragment(reply *redis.StringCmd, name string, key timeslot.FragmentKey) (*timeslot.Fragment, error) {
	data, err := reply.Bytes()
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return r.codec.decode(data, name, key)
}

// get reads all names in one pipeline. It gives nil when Redis was not asked. GETRANGE in place of GET bounds what a
// foreign value can make us read; an absent key reads as empty.
func (r *Redis) get(ctx context.Context, names []string) []*redis.StringCmd {
	if r.gate.bypass() {
		r.options.Recorder.RedisOperation(operationGet, outcomeBypassed, 0)
		return nil
	}
	replies := make([]*redis.StringCmd, len(names))
	r.roundTrip(ctx, operationGet, func(ctx context.Context) error {
		pipe := r.client.Pipeline()
		for i, name := range names {
			replies[i] = pipe.GetRange(ctx, name, 0, maxEncoded)
		}
		_, _ = pipe.Exec(ctx)
		var failure error
		for _, reply := range replies {
			failure = worst(failure, reply.Err())
		}
		return failure
	})
	return replies
}

// worst is the error that says most about the server: one that trips the gate, else any.
func worst(a, b error) error {
	if a == nil || b != nil && aboutServer(b) {
		return b
	}
	return a
}

// starved is how much later than its limit an operation may end that waited for Redis; what ends later waited for a
// core of our own machine.
const starved = 5 * time.Millisecond

// roundTrip runs one operation within the timeout, records it, and trips the gate when the server, and not the caller's
// own deadline, made it fail.
func (r *Redis) roundTrip(ctx context.Context, operation string, call func(context.Context) error) bool {
	limited, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	start := time.Now()
	err := call(limited)
	outcome, took := outcomeOf(err), time.Since(start)
	r.options.Recorder.RedisOperation(operation, outcome, took)
	switch {
	case err == nil:
		r.gate.answered()
	case ctx.Err() != nil || !aboutServer(err):
	case outcome == outcomeTimeout && took > r.options.Timeout+starved: // we came late to the answer, not it to us
	case outcome == outcomeTimeout:
		r.gate.silent()
	default:
		r.gate.trip()
	}
	return err == nil
}

// probe pings, which closes the gate or trips it. In a cluster every master has to answer, since keys live on all.
func (r *Redis) probe(ctx context.Context) {
	healthy := r.roundTrip(ctx, operationPing, func(ctx context.Context) error {
		if cluster, ok := r.client.(*redis.ClusterClient); ok {
			return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
				return node.Ping(ctx).Err()
			})
		}
		return r.client.Ping(ctx).Err()
	})
	if healthy {
		r.gate.heal()
	}
}

// watch probes until ctx ends: rarely while all is well, so that an idle process knows too, and often while Redis is
// bypassed.
func (r *Redis) watch(ctx context.Context) {
	ticker := time.NewTicker(bypassInterval)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if r.gate.bypass() || now.Sub(last) >= probeInterval {
				last = now
				r.probe(ctx)
			}
		}
	}
}

// Close stops the tier's goroutines and waits for them. It gives queued writes a second to reach the server.
func (r *Redis) Close() error {
	r.writer.close()
	r.stop()
	r.watching.Wait()
	return r.client.Close()
}

// aboutServer tells whether err speaks of the server as a whole. Replies about one key or one command (WRONGTYPE, OOM,
// READONLY, MOVED) do not: reads may still work.
func aboutServer(err error) bool {
	if _, isReply := errors.AsType[redis.Error](err); !isReply {
		return true
	}
	return redis.IsLoadingError(err) || redis.IsMasterDownError(err) || redis.IsClusterDownError(err) ||
		redis.IsMaxClientsError(err) || redis.IsAuthError(err) || redis.IsPermissionError(err)
}

func outcomeOf(err error) string {
	if err == nil {
		return outcomeOK
	}
	if failure, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, redis.ErrPoolTimeout) || ok && failure.Timeout() {
		return outcomeTimeout
	}
	return outcomeError
}
