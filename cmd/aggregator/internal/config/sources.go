package config

import (
	"time"

	"timeslots/internal/timeslot"
)

// Sources are the four upstream reads.
type Sources struct {
	CareDirect     Source `yaml:"careDirect"`
	ProviderDirect Source `yaml:"providerDirect"`
	CareOptions    Source `yaml:"careOptions"`
	Directory      Source `yaml:"directory"`
}

// Named is the configuration of one source, in its place; a zero Source for those that are not read from.
func (s *Sources) Named(name timeslot.Source) *Source {
	switch name {
	case timeslot.CareDirect:
		return &s.CareDirect
	case timeslot.ProviderDirect:
		return &s.ProviderDirect
	case timeslot.CareOptions:
		return &s.CareOptions
	case timeslot.Directory:
		return &s.Directory
	default:
		return &Source{}
	}
}

// Versions of the sources that have a choice (docs/dexcare.md §1.8).
const (
	V1   = "v1"
	V2   = "v2"
	V4   = "v4"
	V5   = "v5"
	Both = "both" // providerDirect: v5, and v4 per visit type for its slotId
)

// Capacities of a clinic's time (docs/architecture.md §6).
const (
	CapacityOne  = "one"  // a slot is gone when one patient booked it
	CapacityMany = "many" // only SlotUnavailable proves that it is gone
)

// Source is how one upstream surface is read, guarded and cached.
type Source struct {
	Enabled       bool          `yaml:"enabled" except:"sources.directory"`   // the directory is always read
	Version       string        `yaml:"version" except:"sources.careOptions"` // which has one
	Capacity      string        `yaml:"capacity" only:"sources.careDirect"`
	Timeout       time.Duration `yaml:"timeout"`       // of one call, body included
	Concurrency   int           `yaml:"concurrency"`   // calls at once
	RatePerSecond float64       `yaml:"ratePerSecond"` // 0: no own limit
	HedgeAfter    time.Duration `yaml:"hedgeAfter"`    // 0: adaptive; negative: never
	Breaker       Breaker       `yaml:"breaker"`
	Fresh         time.Duration `yaml:"fresh"`
	Stale         time.Duration `yaml:"stale"`        // beyond Fresh
	StaleOnError  time.Duration `yaml:"staleOnError"` // beyond Stale
	Negative      time.Duration `yaml:"negative"`     // for "not found"
	MaxBody       Size          `yaml:"maxBody"`      // after decompression
}

// Breaker is a circuit breaker over a sliding window.
type Breaker struct {
	Window       time.Duration `yaml:"window"`
	MinRequests  int           `yaml:"minRequests"`  // fewer never open it
	FailureRatio float64       `yaml:"failureRatio"` // opens at this share of failures
	OpenFor      time.Duration `yaml:"openFor"`
	HalfOpen     int           `yaml:"halfOpen"` // probes at once
}

// Policy is how long the source's fragments may be served.
func (s *Source) Policy() timeslot.Policy {
	return timeslot.Policy{Fresh: s.Fresh, Stale: s.Stale, StaleOnError: s.StaleOnError, Negative: s.Negative}
}

// OldestServable is the age at which an answer of the source can still be served, counted from when it was asked.
func (s *Source) OldestServable() time.Duration {
	return s.Timeout + s.Fresh + s.Stale + s.StaleOnError
}
