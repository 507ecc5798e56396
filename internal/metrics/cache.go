package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// cacheMetrics are about what is kept, in memory and in Redis.
type cacheMetrics struct {
	lookups     *prometheus.CounterVec
	redis       *prometheus.HistogramVec
	redisUp     *prometheus.GaugeVec // vectors: absent until a Redis is configured
	servers     *prometheus.GaugeVec
	skew        *prometheus.GaugeVec
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
		redisUp: gauge("redis_up", "Share of Redis' servers that can be used for everything: 1 all, 0 none."),
		servers: gauge("redis_servers", "Redis' servers by what is wrong with them; ok: nothing.", "kind"),
		skew:    gauge("redis_clock_skew_seconds", "By how much this replica's clock is ahead of Redis'."),
		reloads: counter("config_reloads_total", "Reloads of the configuration.", "outcome"),
		propagation: histogram("tombstone_propagation_seconds",
			"Time from a slot being taken to this replica hiding it.", durations()),
		lookup: &children[lookupKey, prometheus.Counter]{},
	}
}

func (m *cacheMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.lookups, m.redis, m.redisUp, m.servers, m.skew, m.reloads, m.propagation}
}

func (m *cacheMetrics) startAtZero() {
	for _, tier := range tiers() {
		for _, result := range lookupsOf(tier) {
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

// RedisServers says how many of Redis' servers have which trouble; those without stand under the empty word. Without a
// Redis nobody calls it, and the series do not exist.
func (m *Metrics) RedisServers(count map[string]int) {
	if m == nil {
		return
	}
	byKind, all := map[string]int{}, 0
	for kind, n := range count {
		if kind == "" {
			kind = redisOK
		}
		byKind[m.words.trouble.fold(kind)] += n
		all += n
	}
	for _, kind := range troubles() {
		m.cache.servers.WithLabelValues(kind).Set(float64(byKind[kind]))
	}
	m.cache.redisUp.WithLabelValues().Set(float64(byKind[redisOK]) / float64(max(all, 1)))
}

// RedisClockSkew says by how much this replica's clock is ahead of Redis'.
func (m *Metrics) RedisClockSkew(d time.Duration) {
	if m != nil {
		m.cache.skew.WithLabelValues().Set(d.Seconds())
	}
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
