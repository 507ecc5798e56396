package redisclient

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Client is the servers that all replicas share, as one replica sees them. It works with servers that are absent,
// hanging or full: see [breaker].
type Client struct {
	client   redis.UniversalClient
	servers  *servers
	options  Options
	stop     context.CancelFunc
	watching sync.WaitGroup

	mu       sync.Mutex
	onBypass []func()
}

// New makes the client and starts its probes. It asks the server once, within Timeout, so that it is known from the start
// whether Redis answers; an absent one is no error. Only invalid options are.
//
// It also silences go-redis' logger, which is global to the process: see [Quiet].
func New(o Options) (*Client, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	redis.SetLogger(Quiet{})
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{client: o.client(o.Timeout*6/10, poolSize), options: o, stop: stop}
	c.servers = newServers(&o, c.client, c.bypassBegan)
	c.Probe(ctx)
	c.watching.Go(func() { c.watch(ctx) })
	return c, nil
}

// Commands is what scripts and commands run on, inside of [Client.RoundTrip].
func (c *Client) Commands() redis.UniversalClient { return c.client }

// Timeout is what one round trip may take.
func (c *Client) Timeout() time.Duration { return c.options.Timeout }

// Namespace begins every key but those of leases: prefix, tenant and tier. What follows begins with the kind of key and
// its generation, as in "f1:".
func (c *Client) Namespace() string { return c.options.namespace() }

// LeaseNamespace begins the keys of leases, which hold whole names of other keys.
func (c *Client) LeaseNamespace() string { return c.options.Prefix + ":lease:" }

// Tag is what puts keys of this tenant and tier into one slot of a cluster.
func (c *Client) Tag() string { return "{" + c.options.Tenant + ":" + c.options.Tier + "}" }

// Another makes a client of the same servers with connections of its own, each of which waits for at most patience. It
// never hangs either, but passes no server by: tell [Client.Met] what it met.
func (c *Client) Another(patience time.Duration, connections int) redis.UniversalClient {
	return c.options.client(patience, connections)
}

// OnBypass has told called whenever a server is no longer asked, for those who wait for something from it.
func (c *Client) OnBypass(told func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onBypass = append(c.onBypass, told)
}

func (c *Client) bypassBegan() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, told := range c.onBypass {
		told()
	}
}

// Batch does one operation on many keys, in one pipeline: one round trip to each server that has some. It queues those
// whose servers are asked; what queue gives tells what became of a key, and is called once that is known. Each of these
// servers is judged by it.
func (c *Client) Batch(ctx context.Context, operation string, keys []string, queue func(ctx context.Context, pipe redis.Pipeliner, i int) func() error) {
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	pipe, asked, failures := c.client.Pipeline(), make([]*breaker, len(keys)), make([]func() error, len(keys))
	for i, key := range keys {
		if g := c.servers.breakerOf(limited, key); !g.bypass() {
			asked[i] = g
			failures[i] = queue(limited, pipe, i)
		}
	}
	if pipe.Len() == 0 {
		c.Skipped(operation)
		return
	}
	start := time.Now()
	_, _ = pipe.Exec(limited)
	took, met := time.Since(start), map[*breaker]error{}
	var all error
	for i, g := range asked {
		if g != nil {
			err := failures[i]()
			met[g], all = Worst(met[g], err), Worst(all, err)
		}
	}
	c.Record(operation, all, took)
	for g, err := range met {
		c.note(ctx, g, err, took)
	}
}

// RoundTrip runs one operation on a key, or on several of its slot, within the timeout. It reports whether that went well.
func (c *Client) RoundTrip(ctx context.Context, operation, key string, call func(context.Context) error) bool {
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	g, start := c.servers.breakerOf(limited, key), time.Now()
	err := call(limited)
	took := time.Since(start)
	c.Record(operation, err, took)
	c.note(ctx, g, err, took)
	return err == nil
}

// Record counts an operation that ended with err.
func (c *Client) Record(operation string, err error, took time.Duration) {
	c.options.Recorder.RedisOperation(operation, outcomeOf(err), took)
}

// Skipped counts an operation that was not sent.
func (c *Client) Skipped(operation string) {
	c.options.Recorder.RedisOperation(operation, outcomeBypassed, 0)
}

// Worst is the error that says most about the server: one that opens the breaker, else any.
func Worst(a, b error) error {
	if a == nil || b != nil && troubleOf(b).Bypasses() {
		return b
	}
	return a
}

// starved is how much later than its limit an operation may end that waited for Redis; what ends later waited for a
// core of our own machine.
const starved = 5 * time.Millisecond

// note judges a server by what an operation met there, and leaves out what the caller's own deadline did.
func (c *Client) note(ctx context.Context, g *breaker, err error, took time.Duration) {
	trouble := g.troubleOf(err)
	switch {
	case err == nil:
		g.answered()
	case IsOver(ctx) || trouble == TroubleNone:
	case trouble == TroubleTimeout && (took > c.options.Timeout+starved || !g.silent()): // we came late to the answer, not it to us
	case trouble == TroublePermission:
		g.fail(trouble, c.options.missingRight(err))
	default:
		g.fail(trouble, "")
	}
}

// IsOver reports whether ctx has ended, or its deadline has passed: a connection that has the same deadline may notice a
// moment before ctx does.
func IsOver(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(deadline)
}

// Met notes what a client of [Client.Another] met at a key. Its connections and its patience are its own, so only what a
// server said counts.
func (c *Client) Met(key string, err error) {
	if IsReply(err) {
		c.note(context.Background(), c.servers.breakerOf(context.Background(), key), err, 0)
	}
}

// IsReply reports whether a server answered with this error.
func IsReply(err error) bool {
	_, is := errors.AsType[redis.Error](err)
	return is
}

// Bypassed reports whether the server that has the key is passed by.
func (c *Client) Bypassed(key string) bool {
	return c.servers.breakerOf(context.Background(), key).bypass()
}

// watch probes until ctx ends: rarely while all is well, so that an idle process knows too, and often while it is not.
func (c *Client) watch(ctx context.Context) {
	ticker := time.NewTicker(bypassInterval)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if !c.servers.well() || now.Sub(last) >= probeInterval {
				last = now
				c.Probe(ctx)
			}
		}
	}
}

// Close stops the probes and closes the connections. Close those who use the client before it.
func (c *Client) Close() error {
	c.stop()
	c.watching.Wait()
	return c.client.Close()
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

// Listen hands every message on the channel to hear until ctx ends. It survives the server's absence; what is said
// meanwhile is lost, so nothing may rest on it.
func Listen(ctx context.Context, client redis.UniversalClient, channel string, hear func(message string)) {
	subscription := client.Subscribe(ctx, channel)
	defer func() { _ = subscription.Close() }()
	messages := subscription.Channel(redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return
		case m, open := <-messages:
			if !open {
				return
			}
			hear(m.Payload)
		}
	}
}

// Rest waits until the notice, the end of ctx, or for the pause.
func Rest(ctx context.Context, notice <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-notice:
	case <-timer.C:
	case <-ctx.Done():
	}
}
