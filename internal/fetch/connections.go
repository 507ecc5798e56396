package fetch

import (
	"context"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// NewTransport is the transport for reads: keep-alive, bounded handshakes, TLS 1.2 and up, never through a proxy from
// the environment. HTTP/2 connections are pinged when they are silent, and closed when the ping is not answered. The TLS
// configuration may carry roots and a client certificate; nil means the system's roots.
func NewTransport(config *tls.Config) *http.Transport {
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config = config.Clone() // a transport writes to its own, and several may be made of one
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    2 * time.Second,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingWait, WriteByteTimeout: pingWait},
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// An HTTP/2 connection is pinged after so much silence, also while nothing is asked, and closed when the answer takes
// longer than that.
const (
	pingAfter = 2 * time.Second
	pingWait  = 2 * time.Second
)

// connections are the ways to one base: kept between calls, or new for each.
//
// A kept connection may have died without a word: a balancer or a NAT forgot the flow and drops what is sent on it. On
// HTTP/2 every call would go on being sent there. So each call watches its connection ([watch]), and one that carries
// nothing brings the whole pool into doubt: what died together is left together. Calls under way stay where they are,
// new ones get new connections.
type connections struct {
	template *http.Transport   // what pools are made of; nil: the transport is of another kind, and there is one pool
	alone    http.RoundTripper // a new connection for each call

	mu      sync.Mutex
	pool    *pool
	watches map[*watch]struct{} // of calls under way on kept connections
}

// pool is the connections that are kept at a time. It is guarded by its connections' lock.
type pool struct {
	http.RoundTripper
	calls   int // under way
	doubted bool
}

func newConnections(transport http.RoundTripper) *connections {
	if transport == nil {
		transport = NewTransport(nil)
	}
	c := &connections{alone: transport, pool: &pool{RoundTripper: transport}, watches: map[*watch]struct{}{}}
	if t, ok := transport.(*http.Transport); ok {
		c.template = t
		alone := t.Clone()
		alone.DisableKeepAlives = true
		c.alone = alone
		c.pool = c.newPool()
	}
	return c
}

// newPool makes a pool whose connections know when they last carried something.
func (c *connections) newPool() *pool {
	t := c.template.Clone()
	dial := t.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		inner, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return newLine(inner), nil
	}
	return &pool{RoundTripper: t}
}

// begin is the transport for one call, and the watch over it, whose end is due. The nil watch is of a call that has a
// connection of its own, most often because a first one is late: whether its connection is dead is settled before the
// second call is sent, since the caller who takes its answer does not wait for the first call's end.
func (c *connections) begin(alone bool, late time.Duration) (http.RoundTripper, *watch) {
	if alone {
		c.lookAtAll(late)
		return c.alone, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.template == nil {
		return c.pool, nil
	}
	w := &watch{connections: c, pool: c.pool, late: max(late, leastSilence)}
	c.pool.calls++
	c.watches[w] = struct{}{}
	return c.pool, w
}

// lookAtAll looks at all calls under way at once. A connection that was silent for half of what makes a call late is in
// doubt, as where such a call ends.
func (c *connections) lookAtAll(late time.Duration) {
	c.mu.Lock()
	watches := slices.Collect(maps.Keys(c.watches))
	c.mu.Unlock()
	for _, w := range watches {
		w.lookNow(late)
	}
}

// doubt takes a pool out of use.
func (c *connections) doubt(p *pool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p == c.pool {
		p.doubted = true
		c.pool = c.newPool()
		p.closeIdle()
	}
}

// leave counts a call out. The last one of a pool in doubt closes it.
func (c *connections) leave(w *watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.watches, w)
	if w.pool.calls--; w.pool.calls == 0 && w.pool.doubted {
		w.pool.closeIdle()
	}
}

// close gives back idle connections.
func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pool.closeIdle()
}

func (p *pool) closeIdle() {
	if t, ok := p.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
