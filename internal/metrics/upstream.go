package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/timeslot"
)

// upstreamMetrics are about the calls to DexCare and what protects them.
type upstreamMetrics struct {
	duration  *prometheus.HistogramVec
	inFlight  *prometheus.GaugeVec
	hedges    *prometheus.CounterVec
	refused   *prometheus.CounterVec
	breaker   *prometheus.GaugeVec
	dropped   *prometheus.CounterVec
	doubts    *prometheus.CounterVec
	fenced    *prometheus.CounterVec
	coalesced *prometheus.CounterVec
	refreshes *prometheus.CounterVec
}

func newUpstreamMetrics() upstreamMetrics {
	return upstreamMetrics{
		duration: histogram("upstream_request_duration_seconds", "Time of one upstream call, decoding included.",
			durations(), "source", "operation", "outcome"),
		inFlight:  gauge("upstream_requests_in_flight", "Upstream calls under way.", "source"),
		hedges:    counter("upstream_hedges_total", "Second calls sent because the first was slow.", "source", "won"),
		refused:   counter("upstream_refused_total", "Upstream calls that our own protection refused.", "source", "reason"),
		breaker:   gauge("breaker_state", "Circuit breaker: 0 closed, 1 half-open, 2 open.", "source", "operation"),
		dropped:   counter("decode_dropped_total", "Parts of upstream answers that decoding refused.", "source", "reason"),
		doubts:    counter("zone_doubts_total", "Clinics without a usable zone, and starts written with another offset than their zone's.", "source", "reason"),
		fenced:    counter("fenced_stores_total", "Upstream answers dropped because they were overtaken.", "source"),
		coalesced: counter("coalesced_total", "Reads that shared somebody else's upstream call.", "scope"),
		refreshes: counter("refreshes_total", "Refreshes in the background, of answers that were served already.", "source", "outcome"),
	}
}

func (m *upstreamMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{
		m.duration, m.inFlight, m.hedges, m.refused, m.breaker, m.dropped, m.doubts, m.fenced, m.coalesced, m.refreshes,
	}
}

func (m *upstreamMetrics) startAtZero(surfaces *timeslot.Surfaces) {
	m.inFlight.WithLabelValues(string(timeslot.Booking)) // never hedged, refused, stored or refreshed
	for _, source := range surfaces.ReadFrom() {
		m.inFlight.WithLabelValues(string(source))
		m.hedges.WithLabelValues(string(source), "true")
		m.hedges.WithLabelValues(string(source), "false")
		m.refused.WithLabelValues(string(source), string(timeslot.KindOpen))
		m.refused.WithLabelValues(string(source), string(timeslot.KindLimited))
		for _, outcome := range refreshes() {
			m.refreshes.WithLabelValues(string(source), outcome)
		}
		m.fenced.WithLabelValues(string(source))
		for _, reason := range dropped() {
			m.dropped.WithLabelValues(string(source), reason)
		}
		for _, reason := range doubts() {
			m.doubts.WithLabelValues(string(source), reason)
		}
	}
	for _, op := range surfaces.Operations() {
		m.breaker.WithLabelValues(string(surfaces.SourceOf(op)), string(op))
	}
	for _, scope := range scopes() {
		m.coalesced.WithLabelValues(scope)
	}
}

// UpstreamStarted counts a call to upstream in.
func (m *Metrics) UpstreamStarted(source timeslot.Source) {
	if m != nil {
		m.upstream.inFlight.WithLabelValues(m.words.source.fold(string(source))).Inc()
	}
}

// UpstreamEnded counts a call out.
func (m *Metrics) UpstreamEnded(c timeslot.UpstreamCall) {
	if m == nil {
		return
	}
	source := m.words.source.fold(string(c.Source))
	m.upstream.inFlight.WithLabelValues(source).Dec()
	observe(m.upstream.duration.WithLabelValues(source, m.words.operation.fold(string(c.Operation)),
		m.words.outcome.fold(c.Outcome)), c.Took, c.TraceID)
}

// UpstreamHedged counts a second call; won reports whether its answer came first.
func (m *Metrics) UpstreamHedged(source timeslot.Source, won bool) {
	if m != nil {
		m.upstream.hedges.WithLabelValues(m.words.source.fold(string(source)), strconv.FormatBool(won)).Inc()
	}
}

// UpstreamRefused counts a call that a breaker or a limit did not let through.
func (m *Metrics) UpstreamRefused(source timeslot.Source, reason timeslot.Kind) {
	if m != nil {
		m.upstream.refused.WithLabelValues(m.words.source.fold(string(source)), m.words.reason.fold(string(reason))).Inc()
	}
}

// BreakerChanged sets a breaker's state: 0 closed, 1 half-open, 2 open.
func (m *Metrics) BreakerChanged(source timeslot.Source, operation timeslot.Operation, state int) {
	if m != nil {
		m.upstream.breaker.WithLabelValues(m.words.source.fold(string(source)),
			m.words.operation.fold(string(operation))).Set(float64(state))
	}
}

// DecodeDropped counts n entries that decoding left out, or values that it read as unknown.
func (m *Metrics) DecodeDropped(source timeslot.Source, reason string, n int) {
	if m != nil && n > 0 {
		m.upstream.dropped.WithLabelValues(m.words.source.fold(string(source)), m.words.dropped.fold(reason)).Add(float64(n))
	}
}

// ZoneDoubted counts n clinics whose zone is missing or unknown, or starts that were written with another offset than their
// zone has then.
func (m *Metrics) ZoneDoubted(source timeslot.Source, reason string, n int) {
	if m != nil && n > 0 {
		m.upstream.doubts.WithLabelValues(m.words.source.fold(string(source)), m.words.doubt.fold(reason)).Add(float64(n))
	}
}

// StoreFenced counts an upstream answer that was dropped because an invalidation overtook it.
func (m *Metrics) StoreFenced(source timeslot.Source) {
	if m != nil {
		m.upstream.fenced.WithLabelValues(m.words.source.fold(string(source))).Inc()
	}
}

// Coalesced counts a read that shared a call; scope is process or fleet.
func (m *Metrics) Coalesced(scope string) {
	if m != nil {
		m.upstream.coalesced.WithLabelValues(m.words.scope.fold(scope)).Inc()
	}
}

// Refresh counts a refresh in the background: ok, error, or dropped because too many were waiting.
func (m *Metrics) Refresh(source timeslot.Source, outcome string) {
	if m != nil {
		m.upstream.refreshes.WithLabelValues(m.words.source.fold(string(source)), m.words.refresh.fold(outcome)).Inc()
	}
}
