package metrics

import (
	"maps"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/internal/timeslot"
)

// watched reads, at each scrape, what others can tell at any time: sizes of caches and tables.
type watched struct {
	bytes, maxBytes, entries, slots, circles, maxCircles, tombstones *prometheus.Desc

	sources []timeslot.Source

	mu     sync.Mutex // guards what follows, never held while a function runs
	caches map[string]cacheSize
	listed func() map[timeslot.Source]int // slots
	areas  func() (inUse, most int)
	taken  func() float64
}

type cacheSize struct {
	bytes, entries func() float64
	most           float64 // bytes
}

func newWatched(sources []timeslot.Source) *watched {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &watched{
		bytes:      desc("cache_bytes", "Bytes held by a cache.", "tier"),
		maxBytes:   desc("cache_max_bytes", "Bytes that a cache may hold.", "tier"),
		entries:    desc("cache_entries", "Entries held by a cache.", "tier"),
		slots:      desc("cache_slots", "Slots listed by the upstream answers in memory.", "source"),
		circles:    desc("area_circles", "Circles in use that Care Options is asked for."),
		maxCircles: desc("area_circles_max", "Circles that are remembered at most."),
		tombstones: desc("tombstones", "Slots known to be taken or being booked."),
		caches:     map[string]cacheSize{},
		sources:    sources,
		listed:     func() map[timeslot.Source]int { return nil },
		areas:      func() (inUse, most int) { return 0, 0 },
		taken:      func() float64 { return 0 },
	}
}

func (w *watched) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.bytes, w.maxBytes, w.entries, w.slots, w.circles, w.maxCircles, w.tombstones} {
		out <- d
	}
}

func (w *watched) Collect(out chan<- prometheus.Metric) {
	w.mu.Lock()
	caches, listed, areas, taken := maps.Clone(w.caches), w.listed, w.areas, w.taken
	w.mu.Unlock()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for tier, size := range caches {
		gauge(w.bytes, size.bytes(), tier)
		gauge(w.maxBytes, size.most, tier)
		gauge(w.entries, size.entries(), tier)
	}
	slots := listed()
	for _, source := range w.sources {
		gauge(w.slots, float64(slots[source]), string(source))
	}
	inUse, most := areas()
	gauge(w.circles, float64(inUse))
	gauge(w.maxCircles, float64(most))
	gauge(w.tombstones, taken())
}

// WatchCache exports a tier's size (response, memory), and how many bytes it may have; both functions are called at each
// scrape. A second call for the same tier takes the first one's place.
func (m *Metrics) WatchCache(tier string, most float64, bytes, entries func() float64) {
	if m == nil {
		return
	}
	m.watched.mu.Lock()
	defer m.watched.mu.Unlock()
	m.watched.caches[m.words.tier.fold(tier)] = cacheSize{bytes: bytes, entries: entries, most: most}
}

// WatchSlots exports how many slots the upstream answers in memory list, by source; the function is called at each scrape.
func (m *Metrics) WatchSlots(listed func() map[timeslot.Source]int) {
	if m == nil {
		return
	}
	m.watched.mu.Lock()
	defer m.watched.mu.Unlock()
	m.watched.listed = listed
}

// WatchCircles exports how many circles of Care Options are in use, and how many are remembered at most; the function is
// called at each scrape.
func (m *Metrics) WatchCircles(areas func() (inUse, most int)) {
	if m == nil {
		return
	}
	m.watched.mu.Lock()
	defer m.watched.mu.Unlock()
	m.watched.areas = areas
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
