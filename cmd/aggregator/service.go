package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api"
	"timeslots/internal/api/accel"
	"timeslots/internal/api/door"
	"timeslots/internal/booking"
	"timeslots/internal/cache"
	"timeslots/internal/metrics"
	"timeslots/internal/ops"
	"timeslots/internal/trace"
	"timeslots/web"
)

// service is the whole program behind its listeners: what lives as long as the process, and the request path, which a
// reload replaces.
type service struct {
	log      *slog.Logger
	level    *slog.LevelVar
	metrics  *metrics.Metrics
	store    cache.Store
	memory   *cache.Memory
	disabled disabled
	index    *cache.SlotIndex
	ledger   *cache.Ledger
	gateway  *booking.Gateway
	pages    api.Pages // nil: none
	upstream upstream
	tracer   *trace.Tracer

	config  *config.Config // in force; touched by the one goroutine that handles signals
	loaded  *config.Config // as it was read, before what needs a restart was put back
	door    *door.Door
	path    atomic.Pointer[path]
	inForce atomic.Pointer[ops.Configuration]
	ops     *ops.Watch

	oddities ops.Oddities // of upstream's answers

	switches *cache.Switches
	retired  sync.WaitGroup // request paths that a reload replaced and that still finish
	ready    atomic.Bool
}

// extras are what no configuration says.
type extras struct {
	off  disabled
	demo *web.Demo // nil: patients book elsewhere
}

// newService wires everything together. It makes no connection, so it works while Redis and DexCare are away.
func newService(cfg *config.Config, log *slog.Logger, level *slog.LevelVar, more extras) (*service, error) {
	s := &service{log: log, level: level, config: cfg, loaded: cfg, disabled: more.off}
	if err := s.buildMetrics(cfg); err != nil {
		return nil, err
	}
	if err := s.buildTracer(cfg); err != nil {
		return nil, err
	}
	if err := s.buildPages(cfg, more.demo); err != nil {
		return nil, err
	}
	if err := s.buildUpstream(cfg); err != nil {
		return nil, err
	}
	if err := s.buildCache(cfg); err != nil {
		return nil, err
	}
	path, err := s.newPath(cfg)
	if err != nil {
		s.switches.Close()
		return nil, errors.Join(err, s.store.Close())
	}
	s.path.Store(path)
	s.watch()
	if s.door, err = s.newDoor(cfg); err != nil {
		return nil, err
	}
	s.ops = s.newWatch()
	return s, nil
}

func (s *service) buildMetrics(cfg *config.Config) (err error) {
	b := thisBuild()
	s.metrics, err = metrics.New(metrics.Options{
		Registerer: prometheus.NewRegistry(), Products: productNames(cfg.Products),
		ShedReasons: []string{door.ReasonInFlight, door.ReasonPerClient},
		Latencies:   latencies(cfg.Products),
		Version:     b.version, Revision: b.revision,
	})
	s.metrics.SetSLOs(slos(cfg.Products))
	return err
}

func (s *service) buildTracer(cfg *config.Config) (err error) {
	s.tracer, err = trace.New(trace.Options{
		Endpoint: cfg.Tracing.Endpoint, Ratio: cfg.Tracing.Ratio, Tenant: cfg.Tenant, Version: thisBuild().version,
		Instance: replicaName(), Logger: s.log,
	})
	return err
}

// sendTraces is how long the end of the program waits for a collector.
const sendTraces = 2 * time.Second

// closeTracer sends what is left of traces. That it could not be sent is logged, and no failure.
func (s *service) closeTracer() {
	ctx, cancel := context.WithTimeout(context.Background(), sendTraces)
	defer cancel()
	if err := s.tracer.Close(ctx); err != nil {
		s.log.Warn("the last traces could not be sent")
	}
}

// minPending is how long a pending mark lives at least: it covers a crash between upstream's yes and our bookkeeping.
const minPending = 30 * time.Second

func (s *service) buildCache(cfg *config.Config) (err error) {
	if s.index, err = cache.NewSlotIndex(cache.SlotIndexOptions{}); err != nil {
		return err
	}
	var redis *cache.Redis
	if len(cfg.Cache.Redis.Addresses) > 0 {
		if redis, err = newRedis(cfg, s.metrics); err != nil {
			return err
		}
	}
	s.switches = cache.NewSwitches(redis)
	s.ledger, err = cache.NewLedger(cache.LedgerOptions{
		Tombstone: cfg.Booking.Tombstone,
		Pending:   max(minPending, cfg.Booking.Timeout), // a booking under way keeps its mark
		Redis:     redis, Lease: cfg.Booking.Lease,
	})
	if err != nil {
		return err
	}
	s.memory, err = cache.NewMemory(cache.MemoryOptions{
		MaxBytes: uint64(cfg.Cache.Memory.Fragments), Recorder: s.metrics, OnStore: s.index.Add, Fences: s.ledger.Fences(),
	})
	if err != nil {
		return err
	}
	s.store = s.memory
	if redis != nil {
		if s.store, err = cache.NewTiered(s.memory, redis); err != nil {
			return err
		}
	}
	s.gateway, err = s.newGateway(cfg)
	return err
}

func newRedis(cfg *config.Config, recorder cache.Recorder) (*cache.Redis, error) {
	r := cfg.Cache.Redis
	opt := cache.RedisOptions{
		Addresses: r.Addresses, Mode: cache.Mode(r.Mode), Master: r.Master,
		Username: r.Username, Password: r.Password.Reveal(), DB: r.DB,
		Timeout: r.Timeout, Prefix: r.Prefix, Tenant: cfg.Tenant, Tier: cfg.Tier, LeaseTTL: leaseTTL(cfg.Sources), Recorder: recorder,
	}
	if r.TLS {
		opt.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	redis, err := cache.NewRedis(opt)
	if err != nil {
		return nil, fmt.Errorf("cache.redis: %w", err)
	}
	return redis, nil
}

func (s *service) buildUpstream(cfg *config.Config) (err error) {
	s.upstream, err = newUpstream(cfg.Upstream)
	return err
}

func (s *service) newGateway(cfg *config.Config) (*booking.Gateway, error) {
	keys := cfg.Upstream.Ingress.Keys
	rules := make([]booking.Rule, len(cfg.Booking.Taken))
	for i, t := range cfg.Booking.Taken {
		rules[i] = booking.Rule{Status: t.Status, Text: t.Text}
	}
	return booking.New(booking.Options{
		Base: s.upstream.visit, Public: s.upstream.public, Ingress: s.upstream.ingress, TLS: s.upstream.ingressTLS.Clone(),
		APIKey: keys.Booking.Reveal(), SlotsKey: keys.Slots.Reveal(), CareOptionsKey: keys.CareOptions.Reveal(),
		PartnerKeys: partnerKeys(cfg.Access), Tombstone: cfg.Booking.Tombstone,
		CapacityMany: cfg.Sources.CareDirect.Capacity == config.CapacityMany,
		Timeout:      cfg.Booking.Timeout, MaxBody: int64(cfg.Booking.MaxBody), Taken: rules,
		Index: s.index, Ledger: s.disabled.bookings(s.ledger), Recorder: s.metrics, Logger: s.log,
	})
}

func partnerKeys(access config.Access) []string {
	keys := make([]string, len(access.Keys))
	for i, key := range access.Keys {
		keys[i] = key.Reveal()
	}
	return keys
}

// watch hands the gauges to the metrics.
func (s *service) watch() {
	s.metrics.WatchCache("memory",
		func() float64 { return float64(s.memory.Bytes()) }, func() float64 { return float64(s.memory.Entries()) })
	responses := func() (int64, int64) { return s.path.Load().server.Responses() }
	s.metrics.WatchCache("response",
		func() float64 { bytes, _ := responses(); return float64(bytes) }, func() float64 { _, entries := responses(); return float64(entries) })
	s.metrics.WatchTombstones(func() float64 { return float64(s.ledger.Len()) })
}

// serve hands a public request that the door let in to the request path in force. A path that a reload retires finishes
// what it has begun, so a request that comes upon one takes the next.
func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	for {
		if p := s.path.Load(); p.enter() {
			defer p.leave()
			p.server.ServeHTTP(w, r)
			return
		}
	}
}

// Respond implements accel.Responder: answers from memory, past the door while that may be.
func (s *service) Respond(r *accel.Request, w *accel.Reply) (known bool) {
	if !s.door.Ajar() {
		return false
	}
	p := s.path.Load()
	if !p.enter() {
		return false // net/http comes upon the next one
	}
	defer func() {
		p.leave()
		if recover() != nil { // then the long way, on which a panic gets its 500
			known = false
		}
	}()
	return p.server.Respond(r, w)
}

// close ends background work, after the listeners are closed.
func (s *service) close() error {
	s.ops.Close()
	s.path.Load().retire()
	s.retired.Wait()
	s.gateway.Close()
	s.switches.Close()
	s.closeTracer()
	return errors.Join(s.ledger.Close(), s.store.Close(), s.index.Close()) // the ledger tells Redis what is left to tell
}
