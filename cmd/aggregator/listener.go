package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"timeslots/cmd/aggregator/internal/config"
)

// listener is one HTTP server on its socket.
type listener struct {
	server *http.Server
	socket net.Listener
	failed chan error
}

// timeouts bound what a slow client can hold (FAULTS row 26).
type timeouts struct{ header, read, write, idle time.Duration }

var adminTimeouts = timeouts{header: 5 * time.Second, read: 10 * time.Second, idle: time.Minute} // profiles take long to write

func publicTimeouts(cfg *config.Config) timeouts {
	return timeouts{
		header: 5 * time.Second, read: 15 * time.Second,
		write: cfg.Booking.Timeout + 15*time.Second, idle: 75 * time.Second,
	}
}

// maxHeaderBytes bounds request line and headers. net/http adds 4 KiB of its own to what it is told.
const maxHeaderBytes = 16<<10 - 4096

func newListener(addr string, handler http.Handler, t timeouts) (*listener, error) {
	socket, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	l := &listener{socket: socket, failed: make(chan error, 1), server: &http.Server{
		Handler: handler, MaxHeaderBytes: maxHeaderBytes, DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout: t.header, ReadTimeout: t.read, WriteTimeout: t.write, IdleTimeout: t.idle,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it quotes what clients sent
	}}
	go func() {
		if err := l.server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			l.failed <- err
		}
	}()
	return l, nil
}

func (l *listener) addr() string { return l.socket.Addr().String() }

func (l *listener) close() error { return l.server.Close() }

// shutdown waits for requests in flight; those that are left when ctx ends are cut off.
func (l *listener) shutdown(ctx context.Context) error {
	if err := l.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off after shutdown.grace: %w", err), l.server.Close())
	}
	return nil
}

// withDrain asks clients to close their connections once the service is about to leave.
func withDrain(s *service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ready.Load() {
			w.Header().Set("Connection", "close")
		}
		s.ServeHTTP(w, r)
	})
}
