package ops

import (
	"slices"
	"time"
)

// Series is one series of the metrics at one moment; metrics.Series has the same shape. Names are without their prefix.
type Series struct {
	Name   string
	Labels map[string]string
	Value  float64

	Count, Sum float64
	Bounds     []float64
	Counts     []float64
}

// Reader gives all series as they are now. The real one is metrics.Metrics.Read.
type Reader func() ([]Series, error)

// tally is all series at one moment, found by name.
type tally struct {
	at     time.Time
	series map[string][]Series
}

func newTally(at time.Time, list []Series) *tally {
	t := &tally{at: at, series: map[string][]Series{}}
	for _, s := range list {
		t.series[s.Name] = append(t.series[s.Name], s)
	}
	return t
}

// pick is what a sum takes: label → value; nothing for a label takes all.
type pick map[string]string

func (p pick) takes(s *Series) bool {
	for label, value := range p {
		if s.Labels[label] != value {
			return false
		}
	}
	return true
}

// sum adds up counters or gauges.
func (t *tally) sum(name string, p pick) (sum float64) {
	for i := range t.series[name] {
		if s := &t.series[name][i]; p.takes(s) {
			sum += s.Value
		}
	}
	return sum
}

// histogram adds up the histograms of a name. ok chooses further; nil takes all.
func (t *tally) histogram(name string, p pick, ok func(labels map[string]string) bool) histogram {
	var h histogram
	for i := range t.series[name] {
		s := &t.series[name][i]
		if !p.takes(s) || ok != nil && !ok(s.Labels) {
			continue
		}
		h.count += s.Count
		h.sum += s.Sum
		if h.bounds == nil {
			h.bounds, h.counts = s.Bounds, slices.Clone(s.Counts)
			continue
		}
		for j := range min(len(h.counts), len(s.Counts)) {
			h.counts[j] += s.Counts[j]
		}
	}
	return h
}

// values are the values of a label, in order.
func (t *tally) values(name, label string) []string {
	var list []string
	for _, s := range t.series[name] {
		list = append(list, s.Labels[label])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// histogram is observations by size.
type histogram struct {
	bounds, counts []float64 // cumulative
	count, sum     float64
}

// since takes off what was there before.
func (h histogram) since(before histogram) histogram {
	d := histogram{bounds: h.bounds, count: h.count - before.count, sum: h.sum - before.sum, counts: slices.Clone(h.counts)}
	for i := range min(len(d.counts), len(before.counts)) {
		d.counts[i] -= before.counts[i]
	}
	return d
}

// quantile is about the q-th part's largest, as Prometheus' histogram_quantile has it: straight lines inside buckets.
func (h histogram) quantile(q float64) float64 {
	if h.count <= 0 || len(h.bounds) == 0 {
		return 0
	}
	rank, below, from := q*h.count, 0.0, 0.0
	for i, upTo := range h.counts {
		if upTo >= rank {
			if upTo == below {
				return h.bounds[i]
			}
			return from + (h.bounds[i]-from)*(rank-below)/(upTo-below)
		}
		below, from = upTo, h.bounds[i]
	}
	return h.bounds[len(h.bounds)-1] // beyond the last bound
}

// within is the share of observations that are at most limit, which should be a bound.
func (h histogram) within(limit float64) float64 {
	if h.count <= 0 {
		return 1
	}
	for i, bound := range h.bounds {
		if bound >= limit-1e-9 {
			return h.counts[i] / h.count
		}
	}
	return 1
}
