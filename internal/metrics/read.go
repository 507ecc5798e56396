package metrics

import (
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// Series is one series at one moment. A histogram has Count, Sum and classic buckets: Counts[i] observations were at
// most Bounds[i].
type Series struct {
	Name   string // without the prefix
	Labels map[string]string
	Value  float64 // of a counter or gauge

	Count, Sum float64
	Bounds     []float64
	Counts     []float64
}

// Read gives all series of ours as they are now.
func (m *Metrics) Read() ([]Series, error) {
	families, err := m.gatherer.Gather()
	var all []Series
	for _, f := range families {
		name, ours := strings.CutPrefix(f.GetName(), namespace+"_")
		if !ours {
			continue
		}
		for _, metric := range f.GetMetric() {
			all = append(all, seriesOf(name, metric))
		}
	}
	return all, err
}

func seriesOf(name string, m *dto.Metric) Series {
	s := Series{Name: name, Labels: make(map[string]string, len(m.GetLabel()))}
	for _, l := range m.GetLabel() {
		s.Labels[l.GetName()] = l.GetValue()
	}
	h := m.GetHistogram()
	if h == nil {
		s.Value = m.GetCounter().GetValue() + m.GetGauge().GetValue() // it is one or the other
		return s
	}
	s.Count, s.Sum = float64(h.GetSampleCount()), h.GetSampleSum()
	for _, b := range h.GetBucket() {
		s.Bounds = append(s.Bounds, b.GetUpperBound())
		s.Counts = append(s.Counts, float64(b.GetCumulativeCount()))
	}
	return s
}
