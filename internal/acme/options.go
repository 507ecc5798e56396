package acme

import (
	"errors"
	"fmt"
	"time"
)

// The API keys that a tenant accepts unless told otherwise, one per service (CONTRACT §1.2).
const (
	DefaultCareOptionsKey = "acme-care-options"
	DefaultSlotsKey       = "acme-slots"
	DefaultBookingKey     = "acme-booking"
)

const (
	defaultDepartments = 60
	defaultProviders   = 240
	defaultLookahead   = 90
	defaultWalkInDays  = 2

	maxDepartments = 5_000
	maxProviders   = 50_000
	maxLookahead   = 730
	maxWalkInDays  = 14
)

// Keys are the API keys of the services (header x-api-key).
type Keys struct {
	CareOptions string // GET /v1/availability/slots; default [DefaultCareOptionsKey]
	Slots       string // everything under /v5; default [DefaultSlotsKey]
	Booking     string // queued guest visits (CONTRACT §7.4); default [DefaultBookingKey]
}

// Options describe a tenant. The zero value is a tenant of 60 departments and 240 clinicians that answers at once.
type Options struct {
	Seed uint64 // of names, places, busy times, ids and drawn faults

	Departments int // default 60
	Providers   int // NPIs; at least as many as departments; default 240

	Latency    time.Duration // of every answer; default none
	Jitter     time.Duration // added to Latency, evenly between none and all of it; default none
	BookingLag time.Duration // how long reads go on listing a slot that was sold (CONTRACT §10.18); default none

	Lookahead  int // days after today that may be asked for (CONTRACT §5.6); default 90
	WalkInDays int // days that a Care Direct answer covers, flu-shot clinics one more; default 2

	Now    func() time.Time // default time.Now
	Keys   Keys
	Faults []string // in force from the start; grammar in the package comment
}

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	number := func(n *int, fallback int) {
		if *n == 0 {
			*n = fallback
		}
	}
	text := func(s *string, fallback string) {
		if *s == "" {
			*s = fallback
		}
	}
	number(&o.Departments, defaultDepartments)
	number(&o.Providers, max(defaultProviders, o.Departments))
	number(&o.Lookahead, defaultLookahead)
	number(&o.WalkInDays, defaultWalkInDays)
	text(&o.Keys.CareOptions, DefaultCareOptionsKey)
	text(&o.Keys.Slots, DefaultSlotsKey)
	text(&o.Keys.Booking, DefaultBookingKey)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// validate reports every bad field at once.
func (o Options) validate() error {
	var errs []error
	within := func(name string, n, low, high int) {
		if n < low || n > high {
			errs = append(errs, fmt.Errorf("%s: %d is not within %d…%d", name, n, low, high))
		}
	}
	notNegative := func(name string, d time.Duration) {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s: %s is negative", name, d))
		}
	}
	within("departments", o.Departments, 1, maxDepartments)
	within("providers", o.Providers, o.Departments, maxProviders)
	within("lookahead", o.Lookahead, 1, maxLookahead)
	within("walkInDays", o.WalkInDays, 1, maxWalkInDays)
	notNegative("latency", o.Latency)
	notNegative("jitter", o.Jitter)
	notNegative("bookingLag", o.BookingLag)
	return errors.Join(errs...)
}
