package main

import (
	"context"
	"errors"
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
	"timeslots/internal/redisclient"
	"timeslots/internal/taken"
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
	redis    *redisclient.Client // nil: none
	disabled disabled
	index    *taken.SlotIndex
	ledger   *taken.Ledger
	gateway  *booking.Gateway
	pages    api.Pages // nil: none
	upstream upstream
	tracer   *trace.Tracer

	config   *config.Config // in force; touched by the one goroutine that handles signals
	loaded   *config.Config // as it was read, before what needs a restart was put back
	door     *door.Door
	path     atomic.Pointer[path]
	inForce  atomic.Pointer[ops.Configuration]
	policies atomic.Pointer[policies]
	ops      *ops.Watch

	oddities ops.Oddities // of upstream's answers
	onStop   onStop

	switches *taken.Switches
	uses     booking.Uses   // nil: there is no Redis
	retired  sync.WaitGroup // request paths that a reload replaced and that still finish
	ready    atomic.Bool

	public, admin *listener // nil until listen
}

// extras are what no configuration says.
type extras struct {
	off  disabled
	demo *web.Demo // nil: patients book elsewhere

	// step is told of each step of the start; its error ends the start there. nil outside of tests.
	step func(name string) error
}

// newService wires everything together, each step upon those before it. It waits for no connection, so it works while Redis and
// DexCare are away. One that fails leaves nothing running.
func newService(cfg *config.Config, log *slog.Logger, level *slog.LevelVar, more extras) (*service, error) {
	s := &service{log: log, level: level, config: cfg, loaded: cfg, disabled: more.off}
	s.policies.Store(policiesOf(cfg))
	for _, step := range []struct {
		name  string
		build func(*config.Config) error
	}{
		{"metrics", s.buildMetrics},
		{"tracer", s.buildTracer},
		{"pages", func(cfg *config.Config) error { return s.buildPages(cfg, more.demo) }},
		{"upstream", s.buildUpstream},
		{"slot index", s.buildIndex},
		{"redis", s.buildRedis},
		{"switches", s.buildSwitches},
		{"ledger", s.buildLedger},
		{"store", s.buildStore},
		{"gateway", s.buildGateway},
		{"path", s.buildPath},
		{"door", s.buildDoor},
		{"watch", s.buildWatch},
	} {
		err := step.build(cfg)
		if err == nil && more.step != nil {
			err = more.step(step.name)
		}
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
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
	if err == nil {
		s.onStop.push(cannotFail(s.closeTracer))
	}
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

func (s *service) buildGateway(cfg *config.Config) (err error) {
	s.gateway, err = booking.New(s.gatewayOptions(cfg))
	if err == nil {
		s.onStop.push(cannotFail(s.gateway.Close))
	}
	return err
}

func (s *service) buildPath(cfg *config.Config) error {
	path, err := s.newPath(cfg)
	if err != nil {
		return err
	}
	s.path.Store(path)
	s.onStop.push(cannotFail(func() {
		s.path.Load().retire()
		s.retired.Wait()
	}))
	s.watch(cfg.Cache.Memory)
	return nil
}

func (s *service) buildDoor(cfg *config.Config) (err error) {
	s.door, err = s.newDoor(cfg)
	s.sayDoor(cfg)
	return err
}

func (s *service) buildWatch(*config.Config) error {
	s.ops = s.newWatch()
	s.onStop.push(cannotFail(s.ops.Close))
	return nil
}

func (s *service) buildUpstream(cfg *config.Config) (err error) {
	s.upstream, err = newUpstream(cfg.Upstream)
	return err
}

func (s *service) gatewayOptions(cfg *config.Config) booking.Options {
	keys := cfg.Upstream.Ingress.Keys
	rules := make([]booking.Rule, len(cfg.Booking.Taken))
	for i, t := range cfg.Booking.Taken {
		rules[i] = booking.Rule{Status: t.Status, Text: t.Text}
	}
	return booking.Options{
		Base: s.upstream.visit, NoVisit: s.upstream.visit == nil, Public: s.upstream.public, Ingress: s.upstream.ingress, TLS: s.upstream.tls, IngressTLS: s.upstream.ingressTLS,
		APIKey: keys.Booking.Reveal(), SlotsKey: keys.Slots.Reveal(), CareOptionsKey: keys.CareOptions.Reveal(),
		PartnerKeys: partnerKeys(cfg.Access), Tombstone: cfg.Booking.Tombstone,
		CapacityMany: cfg.Sources.CareDirect.Capacity == config.CapacityMany,
		Timeout:      cfg.Booking.Timeout, MaxBody: int64(cfg.Booking.MaxBody), Taken: rules,
		Index: s.index, Ledger: s.disabled.bookings(s.ledger), Uses: s.uses, Recorder: s.metrics, Logger: s.log,
	}
}

func partnerKeys(access config.Access) []string {
	keys := make([]string, len(access.Keys))
	for i, key := range access.Keys {
		keys[i] = key.Reveal()
	}
	return keys
}

// watch hands the gauges to the metrics. What the caches may hold stays as long as the process lives.
func (s *service) watch(most config.Memory) {
	s.metrics.WatchCache("memory", float64(most.Fragments),
		func() float64 { return float64(s.memory.Bytes()) }, func() float64 { return float64(s.memory.Entries()) })
	responses := func() (int64, int64) { return s.path.Load().server.Responses() }
	s.metrics.WatchCache("response", float64(most.Responses),
		func() float64 { bytes, _ := responses(); return float64(bytes) }, func() float64 { _, entries := responses(); return float64(entries) })
	s.metrics.WatchSlots(s.memory.Slots)
	s.metrics.WatchCircles(func() (inUse, most int) {
		list, most := s.path.Load().engine.Circles()
		return len(list), most
	})
	s.metrics.WatchTombstones(func() float64 { return float64(s.ledger.Len()) })
}

// enter gives the request path in force; the caller leaves it. A path that a reload retires finishes what it has begun, so who
// comes upon one takes the next.
func (s *service) enter() *path {
	for {
		if p := s.path.Load(); p.inUse.enter() {
			return p
		}
	}
}

// serve hands a public request that the door let in to the request path in force.
func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	p := s.enter()
	defer p.inUse.leave()
	p.server.ServeHTTP(w, r)
}

// Respond implements accel.Responder: answers from memory, past the door while that may be.
func (s *service) Respond(r *accel.Request, w *accel.Reply) (known bool) {
	if !s.door.Ajar() {
		return false
	}
	p := s.enter()
	defer func() {
		p.inUse.leave()
		if recover() != nil { // then the long way, on which a panic gets its 500
			known = false
		}
	}()
	return p.server.Respond(r, w)
}

// close ends the listeners and then what works in the background.
func (s *service) close() error { return s.onStop.run() }
