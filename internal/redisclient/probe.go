package redisclient

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Probe asks every server how it is: each master of a cluster by itself, since each has keys of its own.
func (c *Client) Probe(ctx context.Context) {
	s := c.servers
	if s.cluster == nil {
		c.probeServer(ctx, c.client, s.whole)
		c.reportSkew()
		return
	}
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	start := time.Now()
	var mu sync.Mutex
	var masters []string
	err := s.cluster.ForEachMaster(limited, func(_ context.Context, node *redis.Client) error {
		g := s.node(node.Options().Addr)
		mu.Lock()
		masters = append(masters, g.server)
		mu.Unlock()
		c.probeServer(ctx, node, g)
		return nil
	})
	if err != nil { // nobody tells who the masters are
		c.conclude(ctx, s.whole, err, time.Since(start))
		return
	}
	s.whole.become(TroubleNone, "")
	s.keep(masters)
	c.reportSkew()
}

// probeServer asks one server: for its time while it is well, and for everything that will be wanted of it while that is
// not so or not known.
func (c *Client) probeServer(ctx context.Context, client redis.UniversalClient, g *breaker) {
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	start := time.Now()
	err := c.readClock(limited, client, g)
	took := time.Since(start)
	c.options.Recorder.RedisOperation(operationPing, outcomeOf(err), took)
	if err == nil && !g.well() {
		err = c.tryRights(ctx, client, g)
	}
	if ctx.Err() == nil {
		c.conclude(ctx, g, err, took)
	}
}

// conclude notes what a probe found.
func (c *Client) conclude(ctx context.Context, g *breaker, err error, took time.Duration) {
	lacking, _ := errors.AsType[*lackingRights](err)
	trouble := g.troubleOf(err)
	switch {
	case lacking != nil:
		g.become(TroublePermission, strings.Join(lacking.rights, " "))
	case err == nil:
		g.answered()
		g.become(TroubleNone, "")
	case ctx.Err() != nil:
	case trouble == TroubleTimeout && g.state.Load() != nil && (took > c.options.Timeout+starved || !g.silent()):
	case trouble == TroublePermission:
		g.become(trouble, c.options.missingRight(err))
	case trouble != TroubleNone:
		g.become(trouble, "")
	}
}

// readClock pings, and compares the clocks: the server read its own somewhere between our two readings.
func (c *Client) readClock(ctx context.Context, client redis.UniversalClient, g *breaker) error {
	pipe := client.Pipeline()
	ping, clock := pipe.Ping(ctx), pipe.Time(ctx)
	sent := c.options.Now()
	_, _ = pipe.Exec(ctx)
	if ping.Err() != nil || clock.Err() != nil {
		return Worst(ping.Err(), clock.Err())
	}
	middle := sent.Add(c.options.Now().Sub(sent) / 2)
	g.skew.Store(new(middle.Round(0).Sub(clock.Val()))) // by the wall clock, which others see
	return nil
}

func (c *Client) reportSkew() {
	worst, any := time.Duration(0), false
	for _, g := range c.servers.all() {
		skew, known := g.ahead()
		if any = any || known; skew.Abs() > worst.Abs() {
			worst = skew
		}
	}
	if any {
		c.options.Recorder.RedisClockSkew(worst)
	}
}

// lackingRights is the error of a user who may not do all that the service does.
type lackingRights struct{ rights []string }

func (e *lackingRights) Error() string { return "rights lack: " + strings.Join(e.rights, " ") }

// tryRights does once whatever the service does with Redis, on keys made for it, so that a right that is missing is found
// at start, named, and no reason to be turned on and off again and again.
func (c *Client) tryRights(ctx context.Context, client redis.UniversalClient, g *breaker) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	base, ok := c.keyAt(ctx, g)
	if !ok {
		return nil // a master without slots
	}
	var errs []error
	pipe := client.Pipeline()
	queueRights(ctx, pipe, base, c.options.namespace()+"rights")
	commands, _ := pipe.Exec(ctx)
	for _, c := range commands {
		errs = append(errs, c.Err())
	}
	subscription := client.Subscribe(ctx, c.options.namespace()+"rights")
	_, err := subscription.Receive(ctx)
	_ = subscription.Close()
	return c.judge(append(errs, err))
}

// judge makes one error of many: that of missing rights, else the worst.
func (c *Client) judge(errs []error) error {
	var rights []string
	var failure error
	for _, err := range errs {
		switch troubleOf(err) {
		case TroublePermission:
			if right := c.options.missingRight(err); !slices.Contains(rights, right) {
				rights = append(rights, right)
			}
		case TroubleNone: // absent keys, a script that is not known
		default:
			failure = Worst(failure, err)
		}
	}
	if len(rights) > 0 {
		slices.Sort(rights)
		return &lackingRights{rights: rights}
	}
	return failure
}

// keyAt begins keys that the server has. Tags are tried until one falls into a slot of its own.
func (c *Client) keyAt(ctx context.Context, g *breaker) (base string, ok bool) {
	for n := range 1000 {
		base = c.options.namespace() + "{rights:" + strconv.Itoa(n) + "}:"
		if c.servers.breakerOf(ctx, base) == g {
			return base, true
		}
	}
	return "", false
}

// queueRights uses each command once. docs/operations.md lists them for the operator who makes the user; a test holds the two
// together. Nothing of it stays.
func queueRights(ctx context.Context, pipe redis.Pipeliner, base, channel string) {
	text, hash, set := base+"text", base+"hash", base+"set"
	pipe.SetArgs(ctx, text, 1, redis.SetArgs{Mode: "NX", TTL: time.Minute})
	pipe.Get(ctx, text)
	pipe.GetRange(ctx, text, 0, 0)
	pipe.SetRange(ctx, text, 0, "1")
	pipe.PExpire(ctx, text, time.Minute)
	pipe.PTTL(ctx, text)
	pipe.Eval(ctx, "return 1", []string{text})
	pipe.EvalSha(ctx, strings.Repeat("0", 40), []string{text}) // is not known, which is said to who may ask
	pipe.HSet(ctx, hash, "a", 1)
	pipe.HGetAll(ctx, hash)
	pipe.ZAdd(ctx, set, redis.Z{Score: 1, Member: "a"})
	pipe.ZScore(ctx, set, "a")
	pipe.ZCard(ctx, set)
	pipe.ZRange(ctx, set, 0, 0)
	pipe.ZRangeByScore(ctx, set, &redis.ZRangeBy{Min: "0", Max: "1"})
	pipe.ZScan(ctx, set, 0, "", 1)
	pipe.ZRemRangeByScore(ctx, set, "0", "0")
	pipe.ZRemRangeByRank(ctx, set, 1, 1)
	pipe.ZRem(ctx, set, "a")
	pipe.Publish(ctx, channel, "")
	pipe.Del(ctx, text, hash)
}
