package accel

import (
	"bytes"
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

	idle    bool   // net/http waits for a request
	cut     bool   // nothing more comes, or nothing that may pass
	seen    bool   // net/http was handed something
	given   bool   // net/http was handed something else than one whole request: from then on it has all
	waiting []byte // read and not yet handed on; lies in buffer
	buffer  []byte // of maxHead bytes; nil until something is read

	renewed time.Time // when the deadlines were put off the last time

	// own tells that the connection is in use and net/http has not seen a request of it yet: it then takes it for one
	// that is still being opened, and would wait for it when it shuts down.
	own atomic.Bool

	mu     sync.Mutex // held while answers are written, so that Close cuts none short
	closed bool
}

// Read implements net.Conn for net/http.
func (c *conn) Read(p []byte) (int, error) {
	switch {
	case c.given && len(c.waiting) == 0:
		return c.Conn.Read(p)
	case c.given:
		return c.hand(p, len(c.waiting)), nil
	case c.idle:
		return c.nextRequest(p)
	default:
		return c.watch(p)
	}
}

// nextRequest waits for a request that is net/http's to answer, and answers those that come before it.
func (c *conn) nextRequest(p []byte) (int, error) {
	for {
		if err := c.awaitHead(); err != nil && (len(c.waiting) == 0 || errors.Is(err, os.ErrDeadlineExceeded)) {
			return 0, err
		}
		whole, err := c.answerAll()
		if err != nil {
			return 0, err
		}
		if len(c.waiting) == 0 || whole == 0 && incomplete(c.waiting) && !c.cut {
			continue
		}
		c.idle = false
		c.own.Store(false)
		c.seen = true
		if whole == 0 || whole > len(p) {
			c.given, whole = true, len(c.waiting)
		}
		return c.hand(p, whole), nil
	}
}

// awaitHead reads until a head is there whole, or as much as is looked at, or nothing more comes. A head that has begun
// has the server's time for heads to arrive, as it would with net/http.
func (c *conn) awaitHead() error {
	for begun := false; incomplete(c.waiting); begun = true {
		if len(c.waiting) > 0 && !begun {
			_ = c.Conn.SetReadDeadline(time.Now().Add(c.listener.header))
			c.renewed = time.Time{}
		}
		if _, err := c.fill(); err != nil {
			c.cut = true
			return err
		}
	}
	return nil
}

// incomplete tells whether more of a head may come.
func incomplete(b []byte) bool { return len(b) < maxHead && !bytes.Contains(b, endOfHead) }

// watch is the read with which net/http waits for the client to leave while a request is handled: the request was handed
// over whole, so there is nothing of it left to read. What comes is the next request, early, and stays here.
func (c *conn) watch(p []byte) (int, error) {
	for len(c.waiting) < maxHead {
		if _, err := c.fill(); err != nil {
			return 0, err // also when net/http has had enough of waiting
		}
	}
	c.given = true
	return c.hand(p, len(c.waiting)), nil
}

// fill reads more behind what is waiting. With an error nothing was read.
func (c *conn) fill() (int, error) {
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
	if c.waiting = c.waiting[n:]; len(c.waiting) == 0 {
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

// answerAll answers the plain requests that are waiting, as far as the responder knows them. What is left is for
// net/http: whole bytes of it are one whole request without a body, or 0 when that cannot be told.
func (c *conn) answerAll() (whole int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	for len(c.waiting) > 0 {
		r, n, plain := parse(c.waiting)
		if !plain {
			return n, nil
		}
		known, err := c.answer(&r)
		if !known || err != nil {
			return n, err
		}
		c.waiting = c.waiting[n:]
	}
	return 0, nil
}

func (c *conn) answer(r *Request) (known bool, err error) {
	w := replies.Get().(*Reply)
	defer replies.Put(w)
	defer w.reset()
	if !c.listener.responder.Respond(r, w) {
		return false, nil
	}
	c.renew()
	return true, w.writeTo(c.Conn)
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
