// Package metrics is what operations see: the Prometheus collectors of docs/metrics.md and the page that serves them.
//
// Nobody imports this package but the wiring. Each package that has something to tell declares a small recorder
// interface of its own, and [Metrics] satisfies all of them. Between a recorder's arguments and a series stands a
// vocabulary, so that no caller, however it is abused, can make more series than the words allow:
//
//	recorder method ──▶ vocabulary (known word or "other") ──▶ child of a vector ──▶ Handler
//
// A nil [*Metrics] is silent, so that no caller has to ask.
package metrics

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"timeslots/internal/timeslot"
)

const (
	namespace = "aggregator"
	other     = "other" // stands for every value outside a label's vocabulary
)

// Options say where the series go and which words their labels may hold.
type Options struct {
	// Registerer receives every collector, Go's and the process's included. Nil: nothing is exported, recording
	// still works.
	Registerer prometheus.Registerer
	// Gatherer is what Handler serves. Default: Registerer, where it can gather (a *prometheus.Registry can).
	Gatherer prometheus.Gatherer
	// Products are the configured use cases. Any other product counts as "other".
	Products []string
	// Surfaces are those that times are read from. Nil: DexCare's.
	Surfaces *timeslot.Surfaces
	// ShedReasons are the words for why a request was turned away. Any other reason counts as "other".
	ShedReasons []string
	// Latencies are the products' own (products.*.slo.latency). Each becomes a bucket's upper bound of
	// http_request_duration_seconds, so that "as fast as promised" can be counted exactly.
	Latencies []time.Duration
	// Version and Revision of the running program, for build_info.
	Version, Revision string
}

// Metrics records what happens. Its methods may be called from any goroutine; each takes well under a microsecond and
// never blocks on a scrape.
type Metrics struct {
	words    words
	request  requestMetrics
	upstream upstreamMetrics
	cache    cacheMetrics
	booking  bookingMetrics
	slo      sloMetrics
	accuracy *accuracyMetrics
	watched  *watched
	gatherer prometheus.Gatherer
}

// New builds the collectors and registers them. It fails where a name is taken already.
func New(o Options) (*Metrics, error) {
	m := &Metrics{
		words:    newWords(&o),
		request:  newRequestMetrics(o.Latencies),
		upstream: newUpstreamMetrics(),
		cache:    newCacheMetrics(),
		booking:  newBookingMetrics(),
		slo:      newSLOMetrics(),
		accuracy: newAccuracyMetrics(),
		watched:  newWatched(o.Surfaces.Sources()),
		gatherer: o.Gatherer,
	}
	m.accuracy.words = &m.words
	if m.gatherer == nil {
		if g, ok := o.Registerer.(prometheus.Gatherer); ok {
			m.gatherer = g
		} else {
			m.gatherer = prometheus.NewRegistry()
		}
	}
	m.startAtZero()
	if err := m.register(o); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Metrics) register(o Options) error {
	if o.Registerer == nil {
		return nil
	}
	all := []prometheus.Collector{
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(o.Version, o.Revision),
		m.watched,
	}
	all = append(all, m.request.collectors()...)
	all = append(all, m.upstream.collectors()...)
	all = append(all, m.cache.collectors()...)
	all = append(all, m.booking.collectors()...)
	all = append(all, m.slo.collectors()...)
	all = append(all, m.accuracy.collectors()...)
	var errs []error
	for _, c := range all {
		if err := o.Registerer.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register metrics: %w", err))
		}
	}
	return errors.Join(errs...)
}

// startAtZero makes the series whose labels are all closed exist from the first scrape on, so that a rate over their
// first event is not lost and an alert can tell "none" from "not exported". Histograms of requests, upstream calls and
// Redis appear with their first observation: routes, codes and operations are not known here, and all combinations
// would be tens of thousands of lines.
func (m *Metrics) startAtZero() {
	m.upstream.startAtZero(m.words.surfaces)
	m.accuracy.startAtZero(m.words.surfaces)
	m.cache.startAtZero()
	m.startProductsAtZero()
}

func (m *Metrics) startProductsAtZero() {
	for _, product := range append(m.words.product.list(), other) {
		m.request.startAtZero(product, m.words.shed.list(), m.words.surfaces.Sources())
		m.booking.startAtZero(product)
		m.accuracy.startProductAtZero(product)
		m.slo.objective.WithLabelValues(product)
	}
}

// SetProducts takes the place of [Options.Products], after a reload. Series of products that are gone stay as they are.
func (m *Metrics) SetProducts(products []string) {
	if m != nil {
		m.words.product.set(products)
		m.startProductsAtZero()
	}
}

func buildInfo(version, revision string) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "The running program; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "revision": revision, "go": runtime.Version()},
	})
	g.Set(1)
	return g
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
}
