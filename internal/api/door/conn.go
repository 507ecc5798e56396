package door

import (
	"net"
	"sync"
	"sync/atomic"
)

// conn is a connection whose bytes from the client are looked at on their way to net/http.
type conn struct {
	net.Conn
	listener *Listener
	wire     wire // net/http reads from one goroutine at a time
	refused  error

	waitsSince atomic.Int64 // for a request, in the listener's time; 0: one is being answered
	booking    atomic.Bool  // that one must not be cut short
	closed     sync.Once
}

// Read passes on what may pass. Once a framing is refused there is nothing more to read: net/http answers what it has
// of that request with 400, and closes.
func (c *conn) Read(b []byte) (int, error) {
	if c.refused != nil {
		return 0, c.refused
	}
	n, err := c.Conn.Read(b)
	passed, refused := c.wire.scan(b[:n])
	if refused == nil {
		return n, err
	}
	if c.refused = refused; passed == 0 {
		return 0, refused
	}
	return passed, nil
}

// CloseWrite lets net/http end an answer before it hangs up on a client that is still sending.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// NetConn is the connection below, for writers that can do more with the system's own. Writing does not pass here.
func (c *conn) NetConn() net.Conn { return c.Conn }

// Close implements net.Conn.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.closed.Do(func() { c.listener.forget(c) })
	return err
}
