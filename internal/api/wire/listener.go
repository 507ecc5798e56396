package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Responder answers plain requests. Respond fills w and gives true, or gives false for whatever it does not know: then
// net/http gets the request. It must not block, and keeps neither r nor w. The real one is api.Server.
type Responder interface {
	Respond(r *Request, w *Reply) bool
}

// Options configure a Listener. Inner is needed, and with a Responder the times.
type Options struct {
	Inner     net.Listener
	Responder Responder     // nil: net/http answers everything
	Header    time.Duration // how long a head may take to arrive; the server's own ReadHeaderTimeout
	Idle      time.Duration // how long a client may wait with its next request; the server's own IdleTimeout
	Write     time.Duration // how long an answer may take to be written

	// The hooks of http.Server that Inner wants to be called with its own connections.
	ConnState   func(net.Conn, http.ConnState)
	ConnContext func(context.Context, net.Conn) context.Context
}

// Listener hands connections to net/http that refuse framings on which readers could disagree, and that answer plain requests
// by themselves. The server's ConnState and ConnContext must be [Listener.ConnState] and [Listener.ConnContext].
type Listener struct {
	net.Listener
	responder           Responder
	header, idle, write time.Duration
	state               func(net.Conn, http.ConnState)
	context             func(context.Context, net.Conn) context.Context

	mu   sync.Mutex // taken when a connection comes and when it goes
	open map[*conn]struct{}
}

// Listen wraps a listener.
func Listen(opt Options) (*Listener, error) {
	if opt.Inner == nil || opt.Responder != nil && (opt.Header <= 0 || opt.Idle <= 0 || opt.Write <= 0) {
		return nil, errors.New("wire: Inner is needed, and with a Responder Header, Idle and Write")
	}
	l := &Listener{
		Listener: opt.Inner, responder: opt.Responder, header: opt.Header, idle: opt.Idle, write: opt.Write,
		state: opt.ConnState, context: opt.ConnContext,
		open: map[*conn]struct{}{},
	}
	if l.state == nil {
		l.state = func(net.Conn, http.ConnState) {}
	}
	if l.context == nil {
		l.context = func(ctx context.Context, _ net.Conn) context.Context { return ctx }
	}
	return l, nil
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: inner, listener: l, idle: true, given: l.responder == nil}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = struct{}{}
	return c, nil
}

func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// Close ends accepting, and closes the connections that net/http would otherwise wait for (see conn.own).
func (l *Listener) Close() error {
	err := l.Listener.Close()
	for _, c := range l.ownConns() {
		_ = c.Close()
	}
	return err
}

func (l *Listener) ownConns() (list []*conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		if c.own.Load() {
			list = append(list, c)
		}
	}
	return list
}

// ConnState follows when net/http waits for a request. It is called by the connection's own goroutine, between its
// reads.
func (l *Listener) ConnState(outer net.Conn, state http.ConnState) {
	c, ok := outer.(*conn)
	if !ok {
		return
	}
	switch state {
	case http.StateIdle:
		c.idle = true
	case http.StateClosed:
		c.release()
	}
	l.state(c.Conn, state)
}

// ConnContext hands the inner connection on.
func (l *Listener) ConnContext(ctx context.Context, outer net.Conn) context.Context {
	if c, ok := outer.(*conn); ok {
		return l.context(ctx, c.Conn)
	}
	return l.context(ctx, outer)
}

// touched tells Inner that a connection is in use although net/http does not know it.
func (l *Listener) touched(inner net.Conn) { l.state(inner, http.StateIdle) }
