package metrics

import "github.com/prometheus/client_golang/prometheus"

// checkMetrics are about slots that people have chosen: whether they were still there.
type checkMetrics struct {
	checks   *prometheus.CounterVec
	statuses *vocabulary
}

func newCheckMetrics() checkMetrics {
	return checkMetrics{
		checks:   counter("checks_total", "Chosen slots that were checked, by what was found.", "product", "status"),
		statuses: closed("available", "taken", "gone", "unknown"),
	}
}

func (m *checkMetrics) collectors() []prometheus.Collector { return []prometheus.Collector{m.checks} }

func (m *checkMetrics) startAtZero(product string) {
	for _, status := range m.statuses.list() {
		m.checks.WithLabelValues(product, status)
	}
}

// SlotChecked counts what was found of a chosen slot.
func (m *Metrics) SlotChecked(product, status string) {
	if m != nil {
		m.check.checks.WithLabelValues(m.words.product.fold(product), m.check.statuses.fold(status)).Inc()
	}
}
