package rig

import (
	"net"
	"sync"
)

// Relay stands between clients and a server, and lets connections die as a balancer does that forgot a flow: what is sent
// on them is read and dropped, and nobody is told. New connections work. It is safe for concurrent use.
type Relay struct {
	Addr string        // where clients connect to: HOST:PORT
	Left chan struct{} // a value for each connection that its client closed, as far as there is room for them

	listener net.Listener
	server   string
	serving  sync.WaitGroup

	mu       sync.Mutex
	made     int
	silenced int // connections up to this one
	open     map[net.Conn]struct{}
	closed   bool
}

// NewRelay listens on loopback, for a server at HOST:PORT.
func NewRelay(server string) (*Relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Relay{
		Addr: listener.Addr().String(), Left: make(chan struct{}, 1000),
		listener: listener, server: server, open: map[net.Conn]struct{}{},
	}
	r.serving.Go(r.serve)
	return r, nil
}

// Close ends all connections.
func (r *Relay) Close() {
	_ = r.listener.Close()
	r.mu.Lock()
	r.closed = true
	for c := range r.open {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.serving.Wait()
}

// Silence makes the present connections dead, and gives how many they are.
func (r *Relay) Silence() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	dead := r.made - r.silenced
	r.silenced = r.made
	return dead
}

// Connections is how many there have been.
func (r *Relay) Connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made
}

func (r *Relay) serve() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		r.mu.Lock()
		r.made++
		mine := r.made
		r.open[client], r.open[server] = struct{}{}, struct{}{}
		closed := r.closed
		r.mu.Unlock()
		if closed {
			_, _ = client.Close(), server.Close()
			return
		}
		r.serving.Go(func() {
			r.pass(server, client, mine)
			select {
			case r.Left <- struct{}{}:
			default:
			}
			_ = server.Close()
		})
		r.serving.Go(func() {
			r.pass(client, server, mine)
			if !r.isSilenced(mine) {
				_ = client.Close()
			}
		})
	}
}

func (r *Relay) pass(to, from net.Conn, mine int) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !r.isSilenced(mine) {
			_, _ = to.Write(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}

func (r *Relay) isSilenced(connection int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return connection <= r.silenced
}
