package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// requestMetrics are about what clients asked and got.
type requestMetrics struct {
	duration  *prometheus.HistogramVec
	inFlight  *prometheus.GaugeVec
	shed      *prometheus.CounterVec
	servedAge *prometheus.HistogramVec
	partial   *prometheus.CounterVec
	unknown   *prometheus.CounterVec

	active    prometheus.Gauge
	durations *children[requestKey, prometheus.Observer]
	ages      *children[string, prometheus.Observer]
}

type requestKey struct {
	product, route string
	code           int
	cache          string
}

func newRequestMetrics(latencies []time.Duration) requestMetrics {
	m := requestMetrics{
		duration: histogram("http_request_duration_seconds", "Time from request to the last byte of its answer.",
			withLatencies(durations(), latencies), "product", "route", "code", "cache"),
		inFlight: gauge("http_requests_in_flight", "Requests being answered."),
		shed:     counter("http_requests_shed_total", "Requests refused because of load.", "product", "reason"),
		servedAge: histogram("served_age_seconds", "Age of the oldest upstream answer that each answer served is made of.",
			ages(), "product"),
		partial: counter("partial_responses_total", "Answers that lack a source's part.", "product", "source", "reason"),
		unknown: counter("dropin_unknown_total", "What drop-in routes were asked that the service does not know.", "route", "kind"),

		durations: &children[requestKey, prometheus.Observer]{},
		ages:      &children[string, prometheus.Observer]{},
	}
	m.active = m.inFlight.WithLabelValues()
	return m
}

func (m *requestMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.duration, m.inFlight, m.shed, m.servedAge, m.partial, m.unknown}
}

func (m *requestMetrics) startAtZero(product string, shedReasons []string, sources []timeslot.Source) {
	for _, reason := range shedReasons {
		m.shed.WithLabelValues(product, reason)
	}
	m.servedAge.WithLabelValues(product)
	for _, source := range sources {
		for _, reason := range failures() {
			m.partial.WithLabelValues(product, string(source), string(reason))
		}
	}
}

// RequestStarted counts a request in.
func (m *Metrics) RequestStarted() {
	if m != nil {
		m.request.active.Inc()
	}
}

// RequestEnded counts a request out. The route is the route's pattern, empty where none matched; cache is one of hit,
// stale, miss, bypass. A traceID (32 hexadecimal digits) becomes the exemplar of its bucket; empty: it was not traced. A
// combination seen before costs no allocation and no lock.
func (m *Metrics) RequestEnded(e trace.Ended, took time.Duration, traceID string) {
	if m == nil {
		return
	}
	m.request.active.Dec()
	key := requestKey{
		product: m.words.product.fold(e.Product), route: m.words.route.fold(e.Route),
		code: foldCode(e.Status), cache: m.words.cache.fold(e.Cache),
	}
	child, ok := m.request.durations.find(key)
	if !ok {
		child = m.request.durations.keep(key,
			m.request.duration.WithLabelValues(key.product, key.route, codeText(key.code), key.cache))
	}
	observe(child, took, traceID)
}

// foldCode keeps the status codes of RFC 9110 §15; an upstream may send any three digits.
func foldCode(code int) int {
	if code < 100 || code > 599 {
		return 0
	}
	return code
}

func codeText(code int) string {
	if code == 0 {
		return other
	}
	return strconv.Itoa(code)
}

// RequestShed counts a request that was refused because of load.
func (m *Metrics) RequestShed(product, reason string) {
	if m != nil {
		m.request.shed.WithLabelValues(m.words.product.fold(product), m.words.shed.fold(reason)).Inc()
	}
}

// DropInUnknown counts what a drop-in route was asked that the service does not know; kind is parameter or route. The route is
// empty where there is none.
func (m *Metrics) DropInUnknown(route, kind string) {
	if m != nil {
		m.request.unknown.WithLabelValues(m.words.route.fold(route), m.words.unknown.fold(kind)).Inc()
	}
}

// ServedAge records how old the oldest upstream answer of an answer was when it was served.
func (m *Metrics) ServedAge(product string, age time.Duration) {
	if m == nil {
		return
	}
	product = m.words.product.fold(product)
	child, ok := m.request.ages.find(product)
	if !ok {
		child = m.request.ages.keep(product, m.request.servedAge.WithLabelValues(product))
	}
	child.Observe(age.Seconds())
}

// PartialResponse counts one source's part that an answer lacks.
func (m *Metrics) PartialResponse(product string, source timeslot.Source, reason timeslot.Kind) {
	if m != nil {
		m.request.partial.WithLabelValues(m.words.product.fold(product),
			m.words.source.fold(string(source)), m.words.reason.fold(string(reason))).Inc()
	}
}
