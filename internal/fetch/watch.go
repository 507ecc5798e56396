package fetch

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// line is a connection that knows when it last carried something to us.
type line struct {
	net.Conn
	heard atomic.Int64 // nanoseconds since epoch
}

// epoch is where times of lines count from; by the monotonic clock.
var epoch = time.Now()

func newLine(inner net.Conn) *line {
	l := &line{Conn: inner}
	l.heard.Store(int64(time.Since(epoch)))
	return l
}

// Read implements net.Conn.
func (l *line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if n > 0 {
		l.heard.Store(int64(time.Since(epoch)))
	}
	return n, err
}

// silent is how long nothing came.
func (l *line) silent() time.Duration { return time.Since(epoch) - time.Duration(l.heard.Load()) }

// leastSilence is how long a connection has to be silent at least before it is in doubt: a pause of the runtime or of
// the network is shorter.
const leastSilence = 100 * time.Millisecond

// watch follows one call on a kept connection.
//
// HTTP/2: the connection is in doubt when it has carried nothing, of this call or any other, since the call was sent or
// for as long as makes a call late. The next call costs a handshake at worst. HTTP/1.1: every call has a connection of
// its own, which the transport closes when the call ends without an answer. What that says of the others is believed
// only after a whole timeout on a connection that had been used before.
type watch struct {
	connections *connections
	pool        *pool
	late        time.Duration

	mu     sync.Mutex
	line   *line // nil: none yet, or of a kind that is not known
	since  time.Time
	shared bool // HTTP/2
	reused bool
	timer  *time.Timer
	ended  bool
}

// follow makes the request tell which connection it gets.
func (w *watch) follow(req *http.Request) *http.Request {
	if w == nil {
		return req
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: w.got}))
}

// got is told the connection, and another when the first turned out to be closed.
func (w *watch) got(info httptrace.GotConnInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since, w.reused, w.shared = time.Now(), info.Reused, false
	conn := info.Conn
	if secure, ok := conn.(*tls.Conn); ok {
		w.shared = secure.ConnectionState().NegotiatedProtocol == "h2"
		conn = secure.NetConn()
	}
	w.line, _ = conn.(*line)
	if w.shared && w.timer == nil && !w.ended {
		w.timer = time.AfterFunc(w.late, w.look)
	}
}

// look comes each time that the call could be late.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	if w.silence() >= w.late {
		w.connections.doubt(w.pool)
		return
	}
	w.timer.Reset(w.late)
}

// lookNow is look before its time, because a second call that was late after so long is about to be sent.
func (w *watch) lookNow(late time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended && w.shared && w.silence() >= max(w.late, late)/2 {
		w.connections.doubt(w.pool)
	}
}

// silence is how long the call has waited without anything coming on its connection.
func (w *watch) silence() time.Duration {
	if w.line == nil {
		return 0
	}
	return min(w.line.silent(), time.Since(w.since))
}

// end counts the call out and judges the connection by how it ended. A call that lost to a second one may have been
// ended a moment before it was looked at.
func (w *watch) end(err error) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.doubtful(err) {
		w.connections.doubt(w.pool)
	}
	w.connections.leave(w)
}

func (w *watch) doubtful(err error) bool {
	e, ok := errors.AsType[*timeslot.Error](err)
	switch {
	case !ok || w.silence() < w.late/2:
		return false
	case w.shared:
		return e.Kind == timeslot.KindTimeout || e.Kind == timeslot.KindCanceled
	default:
		return e.Kind == timeslot.KindTimeout && w.reused
	}
}
