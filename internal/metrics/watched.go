package metrics

import (
	"maps"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// watched reads, at each scrape, what others can tell at any time: sizes of caches and tables.
type watched struct {
	bytes, entries, tombstones *prometheus.Desc

	mu     sync.Mutex // guards what follows, never held while a function runs
	caches map[string]cacheSize
	taken  func() float64
}

type cacheSize struct{ bytes, entries func() float64 }

func newWatched() *watched {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &watched{
		bytes:      desc("cache_bytes", "Bytes held by a cache.", "tier"),
		entries:    desc("cache_entries", "Entries held by a cache.", "tier"),
		tombstones: desc("tombstones", "Slots known to be taken or being booked."),
		caches:     map[string]cacheSize{},
	}
}

func (w *watched) Describe(out chan<- *prometheus.Desc) {
	out <- w.bytes
	out <- w.entries
	out <- w.tombstones
}

func (w *watched) Collect(out chan<- prometheus.Metric) {
	w.mu.Lock()
	caches, taken := maps.Clone(w.caches), w.taken
	w.mu.Unlock()
	for tier, size := range caches {
		out <- prometheus.MustNewConstMetric(w.bytes, prometheus.GaugeValue, size.bytes(), tier)
		out <- prometheus.MustNewConstMetric(w.entries, prometheus.GaugeValue, size.entries(), tier)
	}
	count := 0.0
	if taken != nil {
		count = taken()
	}
	out <- prometheus.MustNewConstMetric(w.tombstones, prometheus.GaugeValue, count)
}

// WatchCache exports a tier's size (response, memory); both functions are called at each scrape. A second call for
// the same tier takes the first one's place.
func (m *Metrics) WatchCache(tier string, bytes, entries func() float64) {
	if m == nil {
		return
	}
	m.watched.mu.Lock()
	defer m.watched.mu.Unlock()
	m.watched.caches[m.words.tier.fold(tier)] = cacheSize{bytes: bytes, entries: entries}
}

// WatchTombstones exports how many slots are known to be taken; the function is called at each scrape.
func (m *Metrics) WatchTombstones(count func() float64) {
	if m == nil {
		return
	}
	m.watched.mu.Lock()
	defer m.watched.mu.Unlock()
	m.watched.taken = count
}
