package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// SLO is what a product promises: that share of its answers succeed, and the same share come within Latency.
type SLO struct {
	Latency   time.Duration
	Objective float64 // 0…1
}

// sloMetrics tell rules and dashboards what is promised, so that nobody has to write it down a second time.
type sloMetrics struct{ latency, objective *prometheus.GaugeVec }

func newSLOMetrics() sloMetrics {
	return sloMetrics{
		latency: gauge("slo_latency_seconds", "Latency that a product promises; bound names the bucket of "+
			"http_request_duration_seconds that counts what keeps it.", "product", "bound"),
		objective: gauge("slo_objective", "Share of a product's answers that succeed, and that are in time.", "product"),
	}
}

func (m *sloMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.latency, m.objective}
}

// SetSLOs exports what products promise, at start and after each reload. A latency that is no bucket's bound yet (see
// [Options.Latencies]) is counted by the rules after the next restart.
func (m *Metrics) SetSLOs(slos map[string]SLO) {
	if m == nil {
		return
	}
	m.slo.latency.Reset()
	for product, slo := range slos {
		m.slo.set(m.words.product.fold(product), slo)
	}
	if slo, ok := slos["default"]; ok { // what is not configured works as default, and counts as other
		m.slo.set(other, slo)
	}
}

func (m *sloMetrics) set(product string, slo SLO) {
	bound := slo.Latency.Seconds()
	m.latency.WithLabelValues(product, strconv.FormatFloat(bound, 'g', -1, 64)).Set(bound)
	m.objective.WithLabelValues(product).Set(slo.Objective)
}
