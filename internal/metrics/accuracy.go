package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
)

// accuracyMetrics are about how true the slots are that were shown.
type accuracyMetrics struct {
	compared *prometheus.CounterVec
	strict   *prometheus.CounterVec
	fresh    *prometheus.HistogramVec

	ratio, lag *prometheus.Desc
	meter      atomic.Pointer[accuracy.Meter] // nil: nothing is measured
	words      *words

	strictness *children[strictKey, prometheus.Counter]
}

type strictKey struct {
	product string
	strict  bool
}

// The outcomes of a comparison.
const (
	offerThere     = "there"
	offerGone      = "gone"
	offerTakenHere = "taken_here"
)

func newAccuracyMetrics() *accuracyMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &accuracyMetrics{
		compared: counter("offers_compared_total", "Slots of copies that were fetched again: listed still, gone, or booked here; age is the copy's.",
			"source", "age", "outcome"),
		strict: counter("strict_responses_total", "Answers by whether they know every booking that was answered before.", "product", "consistency"),
		fresh: histogram("fragment_fresh_seconds", "Fresh times that copies were given.",
			[]float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 3600}, "source"),
		ratio: desc("offer_accuracy_ratio", "Share of the slots shown in the last ten minutes that could still be booked, 0 to 1.", "product", "source"),
		lag:   desc("upstream_lag_seconds", "How long upstream goes on listing what was booked through this service: 95th percentile of an hour.", "source"),

		strictness: &children[strictKey, prometheus.Counter]{},
	}
}

func (m *accuracyMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.compared, m.strict, m.fresh, m}
}

// Describe implements prometheus.Collector.
func (m *accuracyMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.ratio
	out <- m.lag
}

// Collect implements prometheus.Collector.
func (m *accuracyMetrics) Collect(out chan<- prometheus.Metric) {
	meter := m.meter.Load()
	known := map[[2]string]bool{}
	for _, r := range meter.Ratios() {
		labels := [2]string{m.words.product.fold(r.Product), m.words.source.fold(string(r.Source))}
		if known[labels] { // a product of before a reload counts as other
			continue
		}
		known[labels] = true
		out <- prometheus.MustNewConstMetric(m.ratio, prometheus.GaugeValue, r.Ratio, labels[:]...)
	}
	for _, source := range m.words.surfaces.Sources() {
		if lag, ok := meter.Lag(source); ok {
			out <- prometheus.MustNewConstMetric(m.lag, prometheus.GaugeValue, lag.Seconds(), string(source))
		}
	}
}

func (m *accuracyMetrics) startAtZero(surfaces *timeslot.Surfaces) {
	for _, source := range surfaces.Sources() {
		for _, age := range offerAges() {
			for _, outcome := range []string{offerThere, offerGone, offerTakenHere} {
				m.compared.WithLabelValues(string(source), age, outcome)
			}
		}
	}
}

func (m *accuracyMetrics) startProductAtZero(product string) {
	m.strict.WithLabelValues(product, consistencyOf(true))
	m.strict.WithLabelValues(product, consistencyOf(false))
}

// WatchAccuracy exports what a meter measures; it is asked at each scrape.
func (m *Metrics) WatchAccuracy(meter *accuracy.Meter) {
	if m != nil {
		m.accuracy.meter.Store(meter)
	}
}

// OffersCompared counts what became of the slots of a copy of some age.
func (m *Metrics) OffersCompared(source timeslot.Source, age time.Duration, c accuracy.Changes) {
	if m == nil {
		return
	}
	from, old := m.words.source.fold(string(source)), offerAge(age)
	for _, line := range [...]struct {
		outcome string
		n       int
	}{{offerThere, c.There}, {offerGone, c.Gone}, {offerTakenHere, c.TakenHere}} {
		if line.n > 0 {
			m.accuracy.compared.WithLabelValues(from, old, line.outcome).Add(float64(line.n))
		}
	}
}

// FragmentFresh records the fresh time that a copy was given.
func (m *Metrics) FragmentFresh(source timeslot.Source, fresh time.Duration) {
	if m != nil {
		m.accuracy.fresh.WithLabelValues(m.words.source.fold(string(source))).Observe(fresh.Seconds())
	}
}

// Consistency counts an answer that offers slots by whether it is strict (docs/consistency.md).
func (m *Metrics) Consistency(product string, strict bool) {
	if m == nil {
		return
	}
	key := strictKey{m.words.product.fold(product), strict}
	child, ok := m.accuracy.strictness.find(key)
	if !ok {
		child = m.accuracy.strictness.keep(key, m.accuracy.strict.WithLabelValues(key.product, consistencyOf(strict)))
	}
	child.Inc()
}

func consistencyOf(strict bool) string {
	if strict {
		return "strict"
	}
	return "best_effort"
}

// offerAges are the bounds that copies are counted under.
func offerAges() []string { return []string{"5s", "15s", "60s", "600s", "more"} }

func offerAge(age time.Duration) string {
	for i, most := range [...]time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 10 * time.Minute} {
		if age <= most {
			return offerAges()[i]
		}
	}
	return "more"
}
