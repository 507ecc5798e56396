package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api/door"
	"timeslots/internal/api/wire"
)

// listener is one HTTP server on its socket.
type listener struct {
	server *http.Server
	socket *door.Listener
	failed chan error
}

// timeouts bound what a slow client can hold (docs/faults.md row 26).
type timeouts struct{ header, read, write, idle time.Duration }

var adminTimeouts = timeouts{header: 5 * time.Second, read: 10 * time.Second, idle: time.Minute} // profiles take long to write

// publicTimeouts suit answers from memory. The door gives more time to whatever may take longer: calls that are passed
// through, and products with a large budget.
func publicTimeouts(cfg *config.Config) timeouts {
	return timeouts{
		header: 5 * time.Second, read: 15 * time.Second,
		write: cfg.Search.Budget + door.Delivery, idle: 75 * time.Second,
	}
}

// maxHeaderBytes bounds request line and headers. net/http adds 4 KiB of its own to what it is told.
const maxHeaderBytes = 16<<10 - 4096

// endpoint is where and how one server listens.
type endpoint struct {
	addr        string
	connections int            // at once, at most
	fast        wire.Responder // requests that it knows do not reach net/http; nil: all do
	timeouts
}

// newListener serves handler at an endpoint.
func newListener(handler http.Handler, at endpoint) (*listener, error) {
	inner, err := net.Listen("tcp", at.addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", at.addr, err)
	}
	l := &listener{socket: door.Listen(inner, at.connections), failed: make(chan error, 1)}
	reader, err := wire.Listen(wire.Options{
		Inner: l.socket, Responder: at.fast, Header: at.header, Idle: at.idle, Write: at.write,
		ConnState: l.socket.ConnState, ConnContext: l.socket.ConnContext,
	})
	if err != nil {
		return nil, errors.Join(err, l.socket.Close())
	}
	l.server = &http.Server{
		Handler: handler, MaxHeaderBytes: maxHeaderBytes, DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout: at.header, ReadTimeout: at.read, WriteTimeout: at.write, IdleTimeout: at.idle,
		ConnState: reader.ConnState, ConnContext: reader.ConnContext,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it quotes what clients sent
	}
	l.serve(leavesOpen{reader, l.socket})
	return l, nil
}

// leavesOpen stays with its open connections when it takes no more: net/http closes a listener as soon as it accepts
// nothing, and those connections may have a request to come (see drain).
type leavesOpen struct {
	*wire.Listener
	socket *door.Listener
}

func (l leavesOpen) Close() error { return l.socket.Close() }

func (l *listener) serve(socket net.Listener) {
	go func() {
		if err := l.server.Serve(socket); !l.socket.Stopping() {
			l.failed <- err
		}
	}()
}

func (l *listener) addr() string { return l.socket.Addr().String() }

func (l *listener) close() error {
	l.socket.Stop()
	return l.server.Close()
}

// Bounds of connections.
const (
	mostConnections  = 50_000
	leastConnections = 64       // enough for operations
	keptDescriptors  = 1024     // for upstream, Redis, operations and files
	perConnection    = 64 << 10 // bytes, generously: buffers, a goroutine and what it works on
)

// maxConnections is how many connections the public listener takes: as many as file descriptors allow, with some to
// spare for everything else, and as fit a quarter of the memory limit.
func maxConnections() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		files.Cur = keptDescriptors
	}
	return connectionsFor(files.Cur, memoryLimit())
}

func connectionsFor(files uint64, memory int64) int {
	spare := min(files/2, keptDescriptors)
	n := min(files-spare, uint64(max(0, memory))/4/perConnection, mostConnections)
	return max(leastConnections, int(n))
}
