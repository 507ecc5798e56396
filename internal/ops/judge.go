package ops

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	requests = "http_request_duration_seconds"
	calls    = "upstream_request_duration_seconds"
)

// isPromised reports whether a request counts in its product's promise: searches, drop-in reads, bookings.
func isPromised(labels map[string]string) bool {
	return strings.HasPrefix(labels["route"], "/v1/") || strings.HasPrefix(labels["route"], "/dexcare/")
}

// isTimed reports whether how long a request took is ours to promise: what passes through takes the time that upstream takes.
func isTimed(labels map[string]string) bool { return isPromised(labels) && labels["cache"] != "bypass" }

// judge makes the state of two moments. Where before is nil, rates are since the start.
func judge(before, now *tally, window time.Duration) *State {
	d := delta{before: before, now: now, seconds: max(window.Seconds(), 1)}
	s := &State{At: now.at.UTC(), Window: d.seconds, InFlight: now.sum("http_requests_in_flight", nil)}
	for _, name := range now.values("slo_objective", "product") {
		s.Products = append(s.Products, d.product(name))
	}
	for _, name := range now.values("upstream_requests_in_flight", "source") {
		s.Sources = append(s.Sources, d.source(name))
	}
	for _, b := range now.series["breaker_state"] {
		s.Breakers = append(s.Breakers, Breaker{b.Labels["source"], b.Labels["operation"], breakerWords[int(b.Value)%len(breakerWords)]})
	}
	for _, tier := range now.values("cache_bytes", "tier") {
		s.Cache = append(s.Cache, d.cache(tier))
	}
	s.Redis = d.redis()
	s.Tombstones = Tombstones{
		Count: now.sum("tombstones", nil), PerMinute: 60 * d.rate("bookings_total", pick{"outcome": "booked"}),
		Unknown: now.sum("bookings_total", pick{"outcome": "unknown"}),
	}
	for _, b := range now.series["build_info"] {
		s.Build = Build{b.Labels["version"], b.Labels["revision"], b.Labels["go"]}
	}
	return s
}

var breakerWords = [...]string{"closed", "half-open", "open"}

// delta is what happened between two moments.
type delta struct {
	before, now *tally
	seconds     float64
}

func (d *delta) rate(name string, p pick) float64 {
	grown := d.now.sum(name, p)
	if d.before != nil {
		grown -= d.before.sum(name, p)
	}
	return grown / d.seconds
}

func (d *delta) histogram(name string, p pick, ok func(map[string]string) bool) histogram {
	h := d.now.histogram(name, p, ok)
	if d.before != nil {
		h = h.since(d.before.histogram(name, p, ok))
	}
	return h
}

func (d *delta) product(name string) Product {
	p := Product{Name: name, Cache: map[string]float64{}, Bookings: map[string]float64{}}
	labels := pick{"product": name}
	all, timed := d.histogram(requests, labels, isPromised), d.histogram(requests, labels, isTimed)
	failed := d.histogram(requests, labels, func(l map[string]string) bool { return isPromised(l) && strings.HasPrefix(l["code"], "5") })
	p.SLO = SLO{Latency: d.now.sum("slo_latency_seconds", labels), Objective: d.now.sum("slo_objective", labels)}
	p.Rate, p.P50, p.P95, p.P99 = all.count/d.seconds, timed.quantile(0.5), timed.quantile(0.95), timed.quantile(0.99)
	p.InTime, p.Budget = timed.within(p.SLO.Latency), 1
	if all.count > 0 {
		p.Errors = failed.count / all.count
		for _, word := range []string{"hit", "stale", "miss", "bypass"} {
			p.Cache[word] = d.histogram(requests, pick{"product": name, "cache": word}, isPromised).count / all.count
		}
	}
	if spare := 1 - p.SLO.Objective; spare > 0 {
		p.Budget = 1 - p.Errors/spare
	}
	ages := d.histogram("served_age_seconds", labels, nil)
	p.AgeP50, p.AgeP95 = ages.quantile(0.5), ages.quantile(0.95)
	p.Partial, p.Shed = d.rate("partial_responses_total", labels), d.rate("http_requests_shed_total", labels)
	for _, outcome := range d.now.values("bookings_total", "outcome") {
		p.Bookings[outcome] = d.now.sum("bookings_total", pick{"product": name, "outcome": outcome})
	}
	p.Health, p.Why = p.judge(all.count)
	return p
}

// judge says whether the promise is kept, and what breaks it.
func (p *Product) judge(requests float64) (Health, string) {
	spare := 1 - p.SLO.Objective
	switch {
	case p.Shed > 0 && p.Shed >= 0.01*(p.Rate+p.Shed):
		return Failing, fmt.Sprintf("%.3g requests a second are refused because of load", p.Shed)
	case requests == 0:
		return Idle, ""
	case p.Errors > spare:
		return Failing, fmt.Sprintf("%.3g %% of requests fail, %.3g %% may", 100*p.Errors, 100*spare)
	case 1-p.InTime > spare:
		return Failing, fmt.Sprintf("%.3g %% of answers take longer than %.3g s, %.3g %% may", 100*(1-p.InTime), p.SLO.Latency, 100*spare)
	case p.Partial > 0 && p.Partial >= 0.05*p.Rate:
		return Failing, fmt.Sprintf("%.3g answers a second lack a source", p.Partial)
	case p.Errors > spare/2:
		return Warning, fmt.Sprintf("%.3g %% of requests fail", 100*p.Errors)
	case p.Partial > 0:
		return Warning, "some answers lack a source"
	case 1-p.InTime > spare/2:
		return Warning, fmt.Sprintf("%.3g %% of answers take longer than %.3g s", 100*(1-p.InTime), p.SLO.Latency)
	default:
		return Healthy, ""
	}
}

func (d *delta) source(name string) Source {
	s := Source{Name: name, Outcomes: map[string]float64{}, InFlight: d.now.sum("upstream_requests_in_flight", pick{"source": name})}
	all := d.histogram(calls, pick{"source": name}, nil)
	s.Rate, s.P95 = all.count/d.seconds, all.quantile(0.95)
	bad := 0.0
	for _, outcome := range d.now.values(calls, "outcome") {
		n := d.histogram(calls, pick{"source": name, "outcome": outcome}, nil).count
		if s.Outcomes[outcome] = n / d.seconds; outcome == "error" || outcome == "timeout" || outcome == "malformed" {
			bad += n
		}
	}
	if all.count > 0 {
		s.Errors = bad / all.count
	}
	s.Refused = d.rate("upstream_refused_total", pick{"source": name})
	s.Slots = int(d.now.sum("cache_slots", pick{"source": name}))
	open := 0
	for _, b := range d.now.series["breaker_state"] {
		if b.Labels["source"] == name && b.Value == 2 {
			open++
		}
	}
	switch {
	case open > 0:
		s.Health, s.Why = Failing, fmt.Sprintf("circuit breakers open: %d; it is not called", open)
	case s.Refused > 0:
		s.Health, s.Why = Warning, fmt.Sprintf("%.3g calls a second are not made: a breaker or a limit refuses them", s.Refused)
	case all.count == 0:
		s.Health = Idle
	case s.Errors > 0.5:
		s.Health, s.Why = Failing, fmt.Sprintf("%.3g %% of its calls fail", 100*s.Errors)
	case s.Errors > 0.01:
		s.Health, s.Why = Warning, fmt.Sprintf("%.3g %% of its calls fail", 100*s.Errors)
	default:
		s.Health = Healthy
	}
	return s
}

func (d *delta) cache(tier string) Cache {
	labels := pick{"tier": tier}
	c := Cache{Tier: tier, Bytes: d.now.sum("cache_bytes", labels), Max: d.now.sum("cache_max_bytes", labels), Entries: d.now.sum("cache_entries", labels), Lookups: d.rate("cache_lookups_total", labels)}
	for _, result := range []string{"hit", "stale", "negative"} {
		c.Hits += d.rate("cache_lookups_total", pick{"tier": tier, "result": result})
	}
	if c.Lookups > 0 {
		c.Hits /= c.Lookups
	}
	return c
}

func (d *delta) redis() Redis {
	up, configured := d.now.series["redis_up"]
	all := d.histogram("redis_operation_duration_seconds", nil, nil)
	bad := d.histogram("redis_operation_duration_seconds", nil, func(l map[string]string) bool { return l["outcome"] != "ok" })
	r := Redis{Configured: configured, Up: configured && up[0].Value == 1, Operations: all.count / d.seconds, P99: all.quantile(0.99)}
	if all.count > 0 {
		r.Errors = bad.count / all.count
	}
	return r
}

// addServers adds how each server is.
func (r *Redis) addServers(servers []RedisServer) {
	r.Servers = servers
	for _, s := range servers {
		if r.Kind == "" {
			r.Kind = s.Kind
		}
		if math.Abs(s.Skew) > math.Abs(r.Skew) {
			r.Skew = s.Skew
		}
	}
}
