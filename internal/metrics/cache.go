package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// cacheMetrics are about what is kept, in memory and in Redis.
type cacheMetrics struct {
	lookups     *prometheus.CounterVec
	redis       *prometheus.HistogramVec
	redisUp     *prometheus.GaugeVec // a vector without labels: absent until a Redis is configured
	reloads     *prometheus.CounterVec
	propagation *prometheus.HistogramVec

	lookup *children[lookupKey, prometheus.Counter]
}

type lookupKey struct{ tier, result string }

func newCacheMetrics() cacheMetrics {
	return cacheMetrics{
		lookups: counter("cache_lookups_total", "Look-ups by tier and by what they found.", "tier", "result"),
		redis: histogram("redis_operation_duration_seconds", "Time of one round trip to Redis.",
			durations(), "operation", "outcome"),
		redisUp: gauge("redis_up", "Whether Redis answers: 1 yes, 0 no."),
		reloads: counter("config_reloads_total", "Configuration reloads.", "outcome"),
		propagation: histogram("tombstone_propagation_seconds",
			"Time from a slot being taken to this replica hiding it.", durations()),
		lookup: &children[lookupKey, prometheus.Counter]{},
	}
}

func (m *cacheMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.lookups, m.redis, m.redisUp, m.reloads, m.propagation}
}

func (m *cacheMetrics) startAtZero() {
	for _, tier := range tiers() {
		for _, result := range lookups() {
			m.lookup.keep(lookupKey{tier, result}, m.lookups.WithLabelValues(tier, result))
		}
	}
	for _, outcome := range reloads() {
		m.reloads.WithLabelValues(outcome)
	}
	m.propagation.WithLabelValues()
}

// CacheLookup counts n look-ups of one tier (response, memory, redis) that ended the same way (hit, stale, miss,
// negative, error).
func (m *Metrics) CacheLookup(tier, result string, n int) {
	if m == nil || n <= 0 {
		return
	}
	key := lookupKey{m.words.tier.fold(tier), m.words.lookup.fold(result)}
	child, ok := m.cache.lookup.find(key)
	if !ok {
		child = m.cache.lookup.keep(key, m.cache.lookups.WithLabelValues(key.tier, key.result))
	}
	child.Add(float64(n))
}

// RedisOperation records one round trip to Redis, or one that was bypassed.
func (m *Metrics) RedisOperation(operation, outcome string, d time.Duration) {
	if m != nil {
		m.cache.redis.WithLabelValues(m.words.redis.fold(operation), m.words.redisResult.fold(outcome)).Observe(d.Seconds())
	}
}

// RedisUp says whether Redis answers. Without a Redis nobody calls it, and the series does not exist.
func (m *Metrics) RedisUp(up bool) {
	if m == nil {
		return
	}
	value := 0.0
	if up {
		value = 1
	}
	m.cache.redisUp.WithLabelValues().Set(value)
}

// TombstonePropagation records how long it took until this replica hid a slot that was taken elsewhere.
func (m *Metrics) TombstonePropagation(d time.Duration) {
	if m != nil {
		m.cache.propagation.WithLabelValues().Observe(d.Seconds())
	}
}

// ConfigReload counts a configuration reload: applied or rejected.
func (m *Metrics) ConfigReload(outcome string) {
	if m != nil {
		m.cache.reloads.WithLabelValues(m.words.reload.fold(outcome)).Inc()
	}
}
