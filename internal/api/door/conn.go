package door

import (
	"net"
	"sync"
	"sync/atomic"
)

// conn is a connection, with what the listener has to know of it.
type conn struct {
	net.Conn
	listener *Listener

	waitsSince atomic.Int64 // for a request, in the listener's time; 0: one is being answered
	booking    atomic.Bool  // that one must not be cut short
	closed     sync.Once
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
