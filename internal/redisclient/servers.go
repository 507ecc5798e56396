package redisclient

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// servers are the circuit breakers of all servers that hold keys: one, or the masters of a cluster. A server that is down
// costs its own keys only.
type servers struct {
	cluster  *redis.ClusterClient // nil: there is one server
	whole    *breaker             // of the one server; of a cluster, whether its map of slots can be read
	recorder Recorder
	log      *slog.Logger
	tripped  func() // called when a server is no longer asked

	mu    sync.RWMutex
	nodes map[string]*breaker // masters by address

	counting sync.Mutex // the last count is the newest one
	logging  sync.Mutex
	lines    []time.Time // of the last lines, to bound them
}

func newServers(o *Options, client redis.UniversalClient, tripped func()) *servers {
	s := &servers{recorder: o.Recorder, log: o.Logger, tripped: tripped, nodes: map[string]*breaker{}}
	s.cluster, _ = client.(*redis.ClusterClient)
	name := strings.Join(o.Addresses, ",")
	if o.Mode == ModeSentinel {
		name = o.Master + " of " + name
	}
	s.whole = newBreaker(name, s.changed)
	return s
}

// breakerOf is the breaker of the server that has the key.
func (s *servers) breakerOf(ctx context.Context, key string) *breaker {
	if s.cluster == nil || s.whole.bypass() {
		return s.whole
	}
	node, err := s.cluster.MasterForKey(ctx, key)
	if err != nil {
		return s.whole
	}
	return s.node(node.Options().Addr)
}

func (s *servers) node(address string) *breaker {
	s.mu.RLock()
	g := s.nodes[address]
	s.mu.RUnlock()
	if g != nil {
		return g
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g = s.nodes[address]; g == nil {
		g = newBreaker(address, s.changed)
		s.nodes[address] = g
	}
	return g
}

// keep forgets the servers that are masters no more.
func (s *servers) keep(masters []string) {
	s.mu.Lock()
	gone := len(s.nodes)
	for address := range s.nodes {
		if !slices.Contains(masters, address) {
			delete(s.nodes, address)
		}
	}
	gone -= len(s.nodes)
	s.mu.Unlock()
	if gone > 0 {
		s.count()
	}
}

// all are the breakers that count: in a cluster whose map can be read, those of its masters.
func (s *servers) all() []*breaker {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.cluster == nil || s.whole.bypass() || len(s.nodes) == 0 {
		return []*breaker{s.whole}
	}
	list := make([]*breaker, 0, len(s.nodes))
	for _, g := range s.nodes {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *breaker) int { return strings.Compare(a.server, b.server) })
	return list
}

// well reports whether every server can be used for everything.
func (s *servers) well() bool {
	return !slices.ContainsFunc(s.all(), func(g *breaker) bool { return !g.well() })
}

// changed counts and logs one change.
func (s *servers) changed(was, is *condition) {
	s.count()
	if is.trouble.Bypasses() {
		s.tripped()
	}
	if s.cluster != nil && was == nil && is.server == s.whole.server && is.trouble == TroubleNone {
		return // the masters have their own lines
	}
	s.write(was, is)
}

func (s *servers) count() {
	s.counting.Lock()
	defer s.counting.Unlock()
	counts := map[string]int{}
	for _, g := range s.all() {
		if c := g.state.Load(); c != nil {
			counts[string(c.trouble)]++
		}
	}
	s.recorder.RedisServers(counts)
}

// Bounds of the log: a server that comes and goes all the time is not worth a line each time.
const (
	maxLines    = 20
	linesWithin = time.Minute
)

// write logs one line for a change.
func (s *servers) write(was, is *condition) {
	last, ok := s.spare(is.since)
	if !ok {
		return
	}
	attrs := []any{"server", is.server}
	if is.trouble != TroubleNone {
		attrs = append(attrs, "kind", string(is.trouble), "reason", troubles[is.trouble])
	}
	if is.missing != "" {
		attrs = append(attrs, "missing", is.missing)
	}
	if was != nil && was.trouble != TroubleNone {
		attrs = append(attrs, "was", string(was.trouble), "for", is.since.Sub(was.since).Round(time.Millisecond).String())
	}
	if last {
		attrs = append(attrs, "note", "it changes often; nothing more is logged about it for a minute")
	}
	switch {
	case is.trouble == TroubleNone:
		s.log.Info("Redis is in use", attrs...)
	case is.trouble.Bypasses():
		s.log.Warn("Redis is not used", attrs...)
	default:
		s.log.Warn("Redis is used for reading only", attrs...)
	}
}

// spare reports whether another line may be written now, and whether it is the last one for a while.
func (s *servers) spare(now time.Time) (last, ok bool) {
	s.logging.Lock()
	defer s.logging.Unlock()
	s.lines = slices.DeleteFunc(s.lines, func(t time.Time) bool { return now.Sub(t) >= linesWithin })
	if len(s.lines) >= maxLines {
		return false, false
	}
	s.lines = append(s.lines, now)
	return len(s.lines) == maxLines, true
}

// ServerState is how one Redis server is.
type ServerState struct {
	Server  string        // its address
	Kind    Trouble       // empty: it is in use
	Reason  string        // what the kind means
	Missing string        // rights that its user lacks
	Since   time.Time     // zero: not known yet
	Skew    time.Duration // our clock minus the server's; 0: not known
}

// State tells how each server is.
func (c *Client) State() []ServerState {
	breakers := c.servers.all()
	list := make([]ServerState, len(breakers))
	for i, g := range breakers {
		skew, _ := g.ahead()
		list[i] = ServerState{Server: g.server, Skew: skew}
		if c := g.state.Load(); c != nil {
			list[i].Kind, list[i].Reason, list[i].Missing, list[i].Since = c.trouble, troubles[c.trouble], c.missing, c.since
		}
	}
	return list
}
