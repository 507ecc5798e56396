package door

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Listener hands connections to net/http: bounded in number, and watched as their bytes arrive. The server's ConnState
// and ConnContext must be [Listener.ConnState] and [Listener.ConnContext].
type Listener struct {
	net.Listener
	most  int // connections at once
	began time.Time

	mu       sync.Mutex // taken when a connection comes and when it goes
	open     map[*conn]struct{}
	stopping time.Time     // when Stop was called
	stopped  chan struct{} // closed once Accept has given up
}

// Listen wraps a listener. At most most connections are open at once: a newcomer takes the place of one that has waited
// longest for a request to come, and is turned away when every connection has one.
func Listen(inner net.Listener, most int) *Listener {
	return &Listener{
		Listener: inner, most: most, began: time.Now(),
		open: make(map[*conn]struct{}), stopped: make(chan struct{}),
	}
}

// unsent is how much of its answers the kernel keeps for a client that does not read them, in bytes; by itself it would
// keep megabytes. It suffices for 20 Mbit/s over 100 ms.
const unsent = 256 << 10

// Accept implements net.Listener. After [Listener.Stop] it fails with [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	for again := true; ; {
		inner, err := l.Listener.Accept()
		if err != nil && again && l.extend() {
			again = false // the pause may have passed while this goroutine waited for a core
			continue
		}
		if err != nil {
			return nil, l.giveUp(err)
		}
		if tcp, ok := inner.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(unsent) // the kernel has an opinion of its own where it refuses
		}
		c := &conn{Conn: inner, listener: l}
		c.waitsSince.Store(l.elapsed())
		if l.admit(c) {
			l.extend()
			return c, nil
		}
		_ = inner.Close()
	}
}

// elapsed is the listener's own time. It is never 0.
func (l *Listener) elapsed() int64 { return max(1, int64(time.Since(l.began))) }

func (l *Listener) admit(c *conn) bool {
	l.mu.Lock()
	var evicted []*conn
	full := len(l.open) >= l.most
	if full {
		evicted = l.longestWaiting(1 + l.most/64) // some at a time: finding them looks at all
	}
	admitted := !full || len(evicted) > 0
	if admitted {
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	for _, other := range evicted {
		_ = other.Close()
	}
	return admitted
}

// longestWaiting finds n connections at most, of those that wait for a request to come or to come whole.
func (l *Listener) longestWaiting(n int) []*conn {
	type waiting struct {
		c     *conn
		since int64
	}
	var all []waiting
	for c := range l.open {
		if since := c.waitsSince.Load(); since > 0 {
			all = append(all, waiting{c, since})
		}
	}
	slices.SortFunc(all, func(a, b waiting) int { return cmp.Compare(a.since, b.since) })
	longest := make([]*conn, min(n, len(all)))
	for i := range longest {
		longest[i] = all[i].c
	}
	return longest
}

func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// ConnState follows which connections wait for a request. It runs twice for each and takes no lock.
func (l *Listener) ConnState(inner net.Conn, state http.ConnState) {
	c, ok := inner.(*conn)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		c.waitsSince.Store(0)
	case http.StateIdle:
		c.booking.Store(false)
		c.waitsSince.Store(l.elapsed())
	}
}

type connKey struct{}

// ConnContext lets a request find its connection.
func (l *Listener) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf is the connection that a request came on; nil where it came through no [Listener].
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}
