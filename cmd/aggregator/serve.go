package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"timeslots/cmd/aggregator/internal/config"
)

type serveCommand struct {
	Config string `required:"" placeholder:"FILE" help:"Configuration file (YAML)."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(p *program) error {
	load := func() (*config.Config, error) { return config.Load(c.Config, p.environ) }
	cfg, err := load()
	if err != nil {
		return err
	}
	return p.serve(cfg, serveOptions{load: load})
}

// serveOptions are what demo adds to serving.
type serveOptions struct {
	load   func() (*config.Config, error) // for a reload
	beside func(ctx context.Context, public, admin string)
}

// serve runs the service: listen, announce, wait, drain.
func (p *program) serve(cfg *config.Config, opt serveOptions) error {
	log, level := newLogger(p.stderr, cfg.Log)
	if _, err := memlimit.Set(memlimit.WithProvider(memlimit.FromCgroup)); err != nil && !errors.Is(err, memlimit.ErrNoLimit) {
		log.Debug("no memory limit taken from the cgroup", "reason", err)
	}
	service, err := newService(cfg, log, level)
	if err != nil {
		return err
	}
	public, err := newListener(cfg.Listen, withDrain(service), publicTimeouts(cfg))
	if err != nil {
		return errors.Join(err, service.close())
	}
	admin, err := newListener(cfg.Admin.Listen, service.adminRoutes(), adminTimeouts)
	if err != nil {
		return errors.Join(err, public.close(), service.close())
	}
	_, _ = fmt.Fprintf(p.stderr, "listening public=%s admin=%s\n", public.addr(), admin.addr())
	service.ready.Store(true)

	stop := p.listenForSignals(func() { service.reload(opt.load) })
	defer stop.release()
	beside, endBeside := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if opt.beside != nil {
			opt.beside(beside, public.addr(), admin.addr())
		}
	}()
	var failure error
	select {
	case <-stop.first:
	case failure = <-public.failed:
	case failure = <-admin.failed:
	}
	endBeside()
	<-done
	return errors.Join(failure, drain(service, cfg.Shutdown, public, admin, stop.second))
}

func newLogger(w io.Writer, cfg config.Log) (*slog.Logger, *slog.LevelVar) {
	level := &slog.LevelVar{}
	_ = level.UnmarshalText([]byte(cfg.Level)) // validated
	opt := &slog.HandlerOptions{Level: level}
	if cfg.Format == "text" {
		return slog.New(slog.NewTextHandler(w, opt)), level
	}
	return slog.New(slog.NewJSONHandler(w, opt)), level
}

// errForced is the end after a second signal.
var errForced = errors.New("ended at once by a second signal")

// drain leaves without losing a request: not ready, still serving for shutdown.delay, then no new connections, and
// those in flight have shutdown.grace.
func drain(s *service, cfg config.Shutdown, public, admin *listener, second <-chan struct{}) error {
	s.ready.Store(false)
	select {
	case <-time.After(cfg.Delay):
	case <-second:
		return errForced
	}
	ctx, cancel := context.WithTimeout(context.Background(), cfg.Grace)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- errors.Join(public.shutdown(ctx), admin.shutdown(ctx), s.close()) }()
	select {
	case err := <-drained:
		return err
	case <-second:
		return errForced
	}
}

// signals tells of the first and the second request to stop.
type signals struct {
	first, second chan struct{}
	release       func()
}

// listenForSignals watches for SIGTERM, SIGINT and SIGHUP, or for the program's own context where a test drives it.
func (p *program) listenForSignals(reload func()) signals {
	s := signals{first: make(chan struct{}), second: make(chan struct{})}
	incoming := make(chan os.Signal, 4)
	signal.Notify(incoming, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	ended := make(chan struct{})
	s.release = func() { signal.Stop(incoming); close(ended) }
	var stopping <-chan struct{}
	if p.stopping != nil {
		stopping = p.stopping.Done()
	}
	go func() {
		next := []chan struct{}{s.first, s.second}
		for len(next) > 0 {
			select {
			case <-stopping:
				stopping = nil
				close(next[0])
				next = next[1:]
			case got := <-incoming:
				if got == syscall.SIGHUP {
					reload()
					continue
				}
				close(next[0])
				next = next[1:]
			case <-ended:
				return
			}
		}
	}()
	return s
}

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
