package wire

import (
	"net"
	"sync"
)

// Reply is an answer under construction: a head, which the responder appends to, and a body that it already has.
type Reply struct {
	Head []byte // status line, headers and the empty line
	Body []byte // sent as it is, and not kept

	parts  [2][]byte
	vector net.Buffers // of parts; a field, so that it need not be allocated
}

// smallBody is the largest body that is copied after the head: below, copying costs less than a second entry in the
// system call's vector.
const smallBody = 4 << 10

// writeTo sends the reply in one system call where the connection allows it.
func (r *Reply) writeTo(c net.Conn) error {
	if len(r.Body) <= smallBody {
		r.Head = append(r.Head, r.Body...)
		_, err := c.Write(r.Head)
		return err
	}
	r.parts = [2][]byte{r.Head, r.Body}
	r.vector = r.parts[:]
	_, err := r.vector.WriteTo(writer(c))
	return err
}

// writer is the connection that takes a vector: net.Buffers looks for the system's own, which wrappers hide.
func writer(c net.Conn) net.Conn {
	for {
		wrapper, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return c
		}
		c = wrapper.NetConn()
	}
}

func (r *Reply) reset() {
	r.Head, r.Body, r.parts, r.vector = r.Head[:0], nil, [2][]byte{}, nil
}

var replies = sync.Pool{New: func() any { return &Reply{Head: make([]byte, 0, 8<<10)} }}
