package wire

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one connection. Between requests it reads for itself; a request that it cannot answer it hands to net/http.
//
// Its state is touched by net/http's goroutine for the connection, and while a request is handled by the one that
// net/http lets wait for the client to leave; net/http lets the two take turns.
type conn struct {
	net.Conn
	listener *Listener

	scanner scanner
	refused error // the framing for which nothing passes any more

	idle    bool   // net/http waits for a request
	seen    bool   // net/http was handed something
	given   bool   // net/http was handed something else than one whole request, or is to read all: it has all from then on
	waiting []byte // read and not yet handed on; lies in buffer
	scanned int    // of waiting: lines that the scanner has taken
	buffer  []byte // of maxHead bytes; nil until something is read

	renewed time.Time // when the deadlines were put off the last time

	// own reports whether the connection is in use and net/http has not seen a request of it yet: it then takes it for one
	// that is still being opened, and would wait for it when it shuts down.
	own atomic.Bool

	mu     sync.Mutex // held while answers are written, so that Close cuts none short
	closed bool
}

// Read implements net.Conn for net/http.
func (c *conn) Read(p []byte) (int, error) {
	switch {
	case c.given && len(c.waiting) == 0:
		return c.pass(p)
	case c.given:
		return c.hand(p, len(c.waiting)), nil
	case c.idle:
		return c.nextRequest(p)
	default:
		return c.watch(p)
	}
}

// pass reads what may pass. Once a framing is refused there is nothing more to read: net/http answers what it has of that
// request with 400, and closes.
func (c *conn) pass(p []byte) (int, error) {
	if c.refused != nil {
		return 0, c.refused
	}
	n, err := c.Conn.Read(p)
	passed, refused := c.scanner.pass(p[:n])
	if refused == nil {
		return n, err
	}
	if c.refused = refused; passed == 0 {
		return 0, refused
	}
	return passed, nil
}

// nextRequest waits for a request that is net/http's to answer, and answers those that come before it.
func (c *conn) nextRequest(p []byte) (int, error) {
	for {
		ended, err := c.awaitHead()
		if err != nil && (len(c.waiting) == 0 || errors.Is(err, os.ErrDeadlineExceeded)) {
			return 0, err
		}
		whole := false
		if ended {
			known := false
			if whole, known, err = c.answered(); err != nil {
				return 0, err
			}
			if known {
				continue
			}
		}
		c.idle, c.seen = false, true
		c.own.Store(false)
		if whole && c.scanned <= len(p) {
			return c.hand(p, c.scanned), nil
		}
		return c.give(p)
	}
}

// awaitHead reads until a head has ended, or as much is there as is looked at, or nothing more comes. A head that has begun
// has the server's time for heads to arrive, as it would with net/http, which sees to the connection's first.
func (c *conn) awaitHead() (ended bool, err error) {
	timed := !c.seen && c.renewed.IsZero()
	for {
		n, ended, err := c.scanner.next(c.waiting[c.scanned:])
		if c.scanned += n; err != nil {
			c.refused, c.waiting = err, c.waiting[:c.scanned]
			return false, err
		}
		if ended || len(c.waiting) == maxHead {
			return ended, nil
		}
		if len(c.waiting) > 0 && !timed {
			timed = true
			_ = c.Conn.SetReadDeadline(time.Now().Add(c.listener.header))
			c.renewed = time.Time{}
		}
		if _, err := c.fill(); err != nil {
			return false, err
		}
	}
}

// answered answers the request whose head has ended, where it is plain and the responder knows it. Where not, whole reports
// whether that head is all of a request for certain.
func (c *conn) answered() (whole, known bool, err error) {
	r, whole, plain := c.scanner.take(c.waiting)
	if !plain {
		return whole, false, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return whole, false, net.ErrClosed
	}
	w := replies.Get().(*Reply)
	defer replies.Put(w)
	defer w.reset()
	if !c.listener.responder.Respond(&r, w) {
		return whole, false, nil
	}
	c.renew()
	c.waiting, c.scanned = c.waiting[c.scanned:], 0
	return whole, true, w.writeTo(c.Conn)
}

// renewEvery is how often deadlines are put off while answers go out: they need not be exact to the second.
const renewEvery = time.Second

// renew does what net/http does after each answer: the client has idle time for its next request, and the write its own.
func (c *conn) renew() {
	now := time.Now()
	if now.Sub(c.renewed) < renewEvery {
		return
	}
	c.renewed = now
	c.own.Store(!c.seen)
	_ = c.Conn.SetReadDeadline(now.Add(renewEvery + c.listener.idle)) // one that is closed by now says so when it is used
	_ = c.Conn.SetWriteDeadline(now.Add(renewEvery + c.listener.write))
	c.listener.touched(c.Conn)
}

// watch is the read with which net/http waits for the client to leave while a request is handled: the request was handed
// over whole, so there is nothing of it left to read. What comes is the next request, early, and stays here.
func (c *conn) watch(p []byte) (int, error) {
	for len(c.waiting) < maxHead {
		if _, err := c.fill(); err != nil {
			return 0, err // also when net/http has had enough of waiting
		}
	}
	return c.give(p)
}

// give leaves the connection to net/http, with all that may pass of what is waiting.
func (c *conn) give(p []byte) (int, error) {
	c.given = true
	passed, refused := c.scanner.pass(c.waiting[c.scanned:])
	if refused != nil {
		c.refused, c.waiting = refused, c.waiting[:c.scanned+passed]
	}
	if len(c.waiting) == 0 {
		c.release()
		return 0, c.refused
	}
	return c.hand(p, len(c.waiting)), nil
}

// fill reads more after what is waiting. With an error nothing was read.
func (c *conn) fill() (int, error) {
	if c.refused != nil {
		return 0, c.refused
	}
	if c.buffer == nil {
		c.buffer = buffers.Get().(*[maxHead]byte)[:]
	}
	kept := copy(c.buffer, c.waiting)
	n, err := c.Conn.Read(c.buffer[kept:])
	c.waiting = c.buffer[:kept+n]
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// hand copies the first n waiting bytes, or as many as fit, to net/http.
func (c *conn) hand(p []byte, n int) int {
	n = copy(p, c.waiting[:n])
	c.waiting, c.scanned = c.waiting[n:], 0
	if len(c.waiting) == 0 {
		c.release()
	}
	return n
}

func (c *conn) release() {
	if c.buffer != nil {
		buffers.Put((*[maxHead]byte)(c.buffer))
		c.buffer, c.waiting = nil, nil
	}
}

// CloseWrite lets net/http end an answer before it hangs up on a client that is still sending.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close waits for an answer that is being written.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		c.listener.forget(c)
	}
	return c.Conn.Close()
}

var buffers = sync.Pool{New: func() any { return new([maxHead]byte) }}
