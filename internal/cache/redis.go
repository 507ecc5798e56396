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
	servers  *servers
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
		prefix: o.namespace() + "f1:", channel: o.namespace() + "filled", stop: stop,
	}
	r.servers = newServers(&o, r.client, r.notices.wakeAll)
	o.met = r.met
	r.options = o
	r.writer = startWriter(r.finish, r.dropped)
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
	now := r.options.Now() // before asking: what time the answer takes makes nothing younger
	for i, reply := range r.get(ctx, names) {
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
}

// stored is a fragment's value as it is asked for: how long it still lives, and then what it is. In this order, a value
// that is replaced in between counts as older than it is, and never as younger.
type stored struct {
	left  *redis.DurationCmd
	value *redis.StringCmd
}

// ask queues the reading of a value. GETRANGE in place of GET bounds what a foreign value can make us read; an absent
// key reads as empty.
func ask(ctx context.Context, pipe redis.Pipeliner, name string) stored {
	return stored{left: pipe.PTTL(ctx, name), value: pipe.GetRange(ctx, name, 0, maxEncoded)}
}

func (s stored) err() error { return worst(s.left.Err(), s.value.Err()) }

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
	return f, nil
}

// get reads all names in one round trip to each server that has some. What a bypassed server has is not asked for.
func (r *Redis) get(ctx context.Context, names []string) []stored {
	replies := make([]stored, len(names))
	r.batch(ctx, operationGet, names, func(ctx context.Context, pipe redis.Pipeliner, i int) {
		replies[i] = ask(ctx, pipe, names[i])
	}, func(i int) error { return replies[i].err() })
	return replies
}

// batch does one operation on many keys, in one pipeline. It queues those whose servers are asked, and notes for each of
// these servers what became of it.
func (r *Redis) batch(ctx context.Context, operation string, keys []string,
	queue func(ctx context.Context, pipe redis.Pipeliner, i int), failure func(i int) error,
) {
	limited, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	pipe, asked := r.client.Pipeline(), make([]*gate, len(keys))
	for i, key := range keys {
		if g := r.servers.of(limited, key); !g.bypass() {
			asked[i] = g
			queue(limited, pipe, i)
		}
	}
	if pipe.Len() == 0 {
		r.options.Recorder.RedisOperation(operation, outcomeBypassed, 0)
		return
	}
	start := time.Now()
	_, _ = pipe.Exec(limited)
	took, met := time.Since(start), map[*gate]error{}
	var all error
	for i, g := range asked {
		if g != nil {
			err := failure(i)
			met[g], all = worst(met[g], err), worst(all, err)
		}
	}
	r.options.Recorder.RedisOperation(operation, outcomeOf(all), took)
	for g, err := range met {
		r.note(ctx, g, err, took)
	}
}

// worst is the error that says most about the server: one that closes the gate, else any.
func worst(a, b error) error {
	if a == nil || b != nil && troubleOf(b).bypasses() {
		return b
	}
	return a
}

// starved is how much later than its limit an operation may end that waited for Redis; what ends later waited for a
// core of our own machine.
const starved = 5 * time.Millisecond

// roundTrip runs one operation on a key, or on several of its slot, within the timeout.
func (r *Redis) roundTrip(ctx context.Context, operation, key string, call func(context.Context) error) bool {
	limited, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	g, start := r.servers.of(limited, key), time.Now()
	err := call(limited)
	took := time.Since(start)
	r.options.Recorder.RedisOperation(operation, outcomeOf(err), took)
	r.note(ctx, g, err, took)
	return err == nil
}

// note judges a server by what an operation met there, and leaves out what the caller's own deadline did.
func (r *Redis) note(ctx context.Context, g *gate, err error, took time.Duration) {
	trouble := g.troubleOf(err)
	switch {
	case err == nil:
		g.answered()
	case isOver(ctx) || trouble == TroubleNone:
	case trouble == TroubleTimeout && (took > r.options.Timeout+starved || !g.silent()): // we came late to the answer, not it to us
	case trouble == TroublePermission:
		g.fail(trouble, r.options.missingRight(err))
	default:
		g.fail(trouble, "")
	}
}

// isOver reports whether ctx has ended, or its deadline has passed: a connection that has the same deadline may notice a
// moment before ctx does.
func isOver(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(deadline)
}

// met notes what another client of the same servers met at a key: the board reads and writes by itself. Its connections
// and its patience are its own, so only what a server said counts.
func (r *Redis) met(key string, err error) {
	if _, isReply := errors.AsType[redis.Error](err); isReply {
		r.note(context.Background(), r.servers.of(context.Background(), key), err, 0)
	}
}

// bypass reports whether the server that has the key is passed by.
func (r *Redis) bypass(key string) bool { return r.servers.of(context.Background(), key).bypass() }

// watch probes until ctx ends: rarely while all is well, so that an idle process knows too, and often while it is not.
func (r *Redis) watch(ctx context.Context) {
	ticker := time.NewTicker(bypassInterval)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if !r.servers.well() || now.Sub(last) >= probeInterval {
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
