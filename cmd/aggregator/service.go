package main

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/accuracy"
	"timeslots/internal/api/door"
	"timeslots/internal/api/pages"
	"timeslots/internal/api/wire"
	"timeslots/internal/booking"
	"timeslots/internal/cache"
	"timeslots/internal/metrics"
	"timeslots/internal/ops"
	"timeslots/internal/redisclient"
	"timeslots/internal/taken"
	"timeslots/internal/trace"
	"timeslots/web"
)

// service is the whole program behind its listeners: what lives as long as the process, and the request path, which a reload
// replaces.
type service struct {
	log      *slog.Logger
	level    *slog.LevelVar
	disabled disabled

	// Each is built by a step of newService, in this order.
	metrics  *metrics.Metrics
	meter    *accuracy.Meter
	tracer   *trace.Tracer
	pages    pages.Pages // nil: none
	upstream upstream
	index    *taken.SlotIndex
	redis    *redisclient.Client // nil: none
	uses     booking.Uses        // nil: there is no Redis
	switches *taken.Switches
	ledger   *taken.Ledger
	memory   *cache.Memory
	store    cache.Store // memory, with Redis where there is one
	gateway  *booking.Gateway
	path     atomic.Pointer[path]
	door     *door.Door
	watch    *ops.Watch

	public, admin *listener // nil until listen
	onStop        onStop
	ready         atomic.Bool

	// What a reload changes. config and loaded are touched by the one goroutine that handles signals.
	config   *config.Config // in force
	loaded   *config.Config // as it was read, before what needs a restart was put back
	policies atomic.Pointer[policies]
	inForce  atomic.Pointer[ops.Configuration]
	retired  sync.WaitGroup // request paths that were replaced and still finish

	oddities ops.Oddities // of upstream's answers

	unknownProducts ops.UnknownProducts // that requests name
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
		{"gauges", s.buildGauges},
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

// Respond implements wire.Responder: answers from memory, past the door while that may be.
func (s *service) Respond(r *wire.Request, w *wire.Reply) (known bool) {
	if !s.door.AllowsBypass() {
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

// onStop is how to end what was started, in the order of starting.
type onStop []func() error

// push notes how to end what was just started.
func (o *onStop) push(stop func() error) { *o = append(*o, stop) }

// run ends everything once, the last started first. A stop that fails holds up none of the others.
func (o *onStop) run() error {
	var errs []error
	for _, stop := range slices.Backward(*o) {
		errs = append(errs, stop())
	}
	*o = nil
	return errors.Join(errs...)
}

// cannotFail is a stop without an error.
func cannotFail(stop func()) func() error {
	return func() error {
		stop()
		return nil
	}
}
