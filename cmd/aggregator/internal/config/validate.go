package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// validator checks values that decoded well, each alone and against the others.
type validator struct {
	*places
}

// validate reports everything about c that would not work.
func validate(c *Config, where *places) {
	v := validator{where}
	v.listener("listen", c.Listen)
	v.listener("admin.listen", c.Admin.Listen)
	if c.Listen == c.Admin.Listen && !strings.HasSuffix(c.Listen, ":0") {
		v.add("admin.listen", "is the public listener's address", "give operations an address of their own")
	}
	v.credential("admin.token", c.Admin.Token)
	v.name("tenant", c.Tenant)
	v.oneOf("tier", c.Tier, "uat", "prd")
	v.upstream(c)
	v.sources(c)
	v.cache(&c.Cache)
	v.search(&c.Search)
	v.booking(c)
	v.access(&c.Access)
	v.products(c.Products)
	v.limits(&c.Limits)
	v.origins(c.CORS.Origins)
	v.process(c)
}

var nameGrammar = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (v validator) name(key, value string) {
	if !nameGrammar.MatchString(value) {
		v.add(key, quote(value)+" is not allowed", "write 1 to 64 letters, digits, dots, underscores or hyphens")
	}
}

func (v validator) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		v.add(key, quote(value)+" is not one of them", "write "+strings.Join(allowed, ", "))
	}
}

// within reports a value that is outside of a range.
func within[T cmp.Ordered](v validator, key string, value, least, most T) {
	if value < least || value > most {
		v.add(key, fmt.Sprintf("%v is out of range", plain(value)), fmt.Sprintf("write %v to %v", plain(least), plain(most)))
	}
}

const anyDuration = maxDays * day

func (v validator) sources(c *Config) {
	for _, f := range timeslot.DexCare().List() {
		v.source("sources."+string(f.Source), c.Sources.Named(f.Source), f.Versions...)
	}
	v.oneOf("sources.careDirect.capacity", c.Sources.CareDirect.Capacity, CapacityOne, CapacityMany)
	v.source("sources.directory", &c.Sources.Directory, V4, V1)
}

func (v validator) source(at string, s *Source, versions ...string) {
	v.oneOf(at+".version", s.Version, versions...)
	within(v, at+".timeout", s.Timeout, time.Millisecond, time.Minute)
	within(v, at+".concurrency", s.Concurrency, 1, 10_000)
	within(v, at+".ratePerSecond", s.RatePerSecond, 0, 1_000_000)
	within(v, at+".hedgeAfter", s.HedgeAfter, -anyDuration, time.Minute)
	within(v, at+".breaker.window", s.Breaker.Window, time.Millisecond, time.Hour)
	within(v, at+".breaker.minRequests", s.Breaker.MinRequests, 1, 1_000_000)
	if ratio := s.Breaker.FailureRatio; ratio <= 0 || ratio > 1 {
		v.add(at+".breaker.failureRatio", fmt.Sprintf("%v is out of range", ratio), "write more than 0, at most 1")
	}
	within(v, at+".breaker.openFor", s.Breaker.OpenFor, time.Millisecond, time.Hour)
	within(v, at+".breaker.halfOpen", s.Breaker.HalfOpen, 1, 1000)
	within(v, at+".fresh", s.Fresh, 0, anyDuration)
	within(v, at+".stale", s.Stale, 0, anyDuration)
	within(v, at+".staleOnError", s.StaleOnError, 0, anyDuration)
	within(v, at+".negative", s.Negative, 0, anyDuration)
	within(v, at+".maxBody", s.MaxBody, KiB, GiB)
}

func (v validator) booking(c *Config) {
	b := &c.Booking
	within(v, "booking.timeout", b.Timeout, time.Millisecond, 10*time.Minute)
	within(v, "booking.maxBody", b.MaxBody, KiB, 64*MiB)
	within(v, "booking.lease", b.Lease, 10*time.Millisecond, 10*time.Second)
	within(v, "booking.checkAge", b.CheckAge, time.Millisecond, time.Minute)
	for i, taken := range b.Taken {
		at := elementKey("booking.taken", i)
		within(v, at+".status", taken.Status, 400, 499)
		if taken.Text == "" {
			v.add(at+".text", "is empty, so every such answer would hide a slot", "write a text that only these answers contain")
		}
	}
	within(v, "booking.tombstone", b.Tombstone, time.Second, anyDuration)
	v.tombstone(c)
}

// tombstone checks that a taken slot stays hidden for longer than any copy that still lists it can be served
// (docs/architecture.md §6). Upstream's own lag is unknown and comes on top.
func (v validator) tombstone(c *Config) {
	for _, name := range timeslot.DexCare().Sources() {
		s := c.Sources.Named(name)
		oldest := s.OldestServable()
		if !s.Enabled || c.Booking.Tombstone >= oldest {
			continue
		}
		at := "sources." + string(name)
		v.add("booking.tombstone",
			fmt.Sprintf("%s is less than %s, the age of the oldest copy that %s can serve (timeout + fresh + stale + staleOnError)",
				formatDuration(c.Booking.Tombstone), formatDuration(oldest), at),
			"write "+formatDuration(oldest)+" and upstream's own lag or more, or lower "+at+".staleOnError")
	}
}

func (v validator) access(a *Access) {
	for i, key := range a.Keys {
		at := elementKey("access.keys", i)
		v.credential(at, key)
		if !key.IsSet() {
			v.add(at, "is empty", "write a key, or leave the list empty to switch the partner routes off")
		}
	}
}

func (v validator) process(c *Config) {
	within(v, "shutdown.delay", c.Shutdown.Delay, 0, 10*time.Minute)
	within(v, "shutdown.grace", c.Shutdown.Grace, 0, time.Hour)
	v.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.oneOf("log.format", c.Log.Format, "json", "text")
	within(v, "tracing.ratio", c.Tracing.Ratio, 0, 1)
	if c.Tracing.Endpoint != "" {
		v.url("tracing.endpoint", c.Tracing.Endpoint)
	}
}
