package acme

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"timeslots/internal/acme/world"
)

// Untidy is a set of ways in which a tenant can be as untidy as real ones; the package comment says what each one does.
type Untidy = world.Untidy

// Throughout is every way but "unreadable", whose slots nobody can find.
const Throughout = world.Throughout

// ParseUntidy reads names separated by commas; "untidy" is all of [Throughout], and an empty text is none.
func ParseUntidy(text string) (Untidy, error) { return world.ParseUntidy(text) }

// The API keys that the tenant "acme" accepts in its PRD tier unless told otherwise, one per service (docs/dexcare.md §1.2).
// Another tenant's begin with its name, and those of a UAT tier with the name and "-uat".
const (
	DefaultCareOptionsKey = "acme-care-options"
	DefaultSlotsKey       = "acme-slots"
	DefaultBookingKey     = "acme-booking"
	DefaultReportingKey   = "acme-reporting"
)

// The two tiers of a tenant (docs/dexcare.md §1.1).
const (
	PRD = "prd"
	UAT = "uat"
)

const defaultTenant = "acme"

const (
	defaultDepartments = 60
	defaultProviders   = 240
	defaultLookahead   = 90
	defaultWalkInDays  = 2

	maxDepartments = 5_000
	maxProviders   = 50_000
	maxWalkInDays  = 14
)

// Keys are the API keys of the services (header x-api-key).
type Keys struct {
	CareOptions string // everything under /v1/availability; default [DefaultCareOptionsKey]
	Slots       string // everything under /v5; default [DefaultSlotsKey]
	Booking     string // queued guest visits (docs/dexcare.md §7.4); default [DefaultBookingKey]
	Reporting   string // reports, as "Authorization: dc-token <key>" (docs/dexcare.md §7.10); default [DefaultReportingKey]
}

// Options describe a tenant. The zero value is a tenant of 60 departments and 240 clinicians that answers at once.
type Options struct {
	Tenant string // short name: a letter, then letters and digits, all small; part of hosts, brand, EHR instances and default keys; default "acme"
	Tier   string // PRD or UAT; part of hosts and default keys; default PRD

	Seed uint64 // of names, places, busy times, ids and drawn faults

	Untidy world.Untidy // what is untidy about it; default nothing

	Departments int // default 60
	Providers   int // NPIs; at least as many as departments; default 240

	Latency    time.Duration // of every answer; default none
	Jitter     time.Duration // added to Latency, evenly between none and all of it; default none
	BookingLag time.Duration // how long reads go on listing a slot that was sold (docs/dexcare.md §10.18); default none

	Lookahead  int // days after today that may be asked for (docs/dexcare.md §5.6); in the third EHR instance a third more for flu shots; default 90
	WalkInDays int // days that a Care Direct answer covers, flu-shot clinics one more; default 2

	Lookaheads map[string]int // other lookaheads by visit type name, "FluShot", or by EHR instance and name, "org.acme.ehr.east FluShot"

	SearchContextLife time.Duration // after which a search context is unknown (docs/dexcare.md §6.4); default: until 10,000 others came

	Now    func() time.Time // default time.Now
	Keys   Keys
	Sales  SalesPlan // in force from the start; default none
	Faults []string  // in force from the start; grammar in the package comment
}

func (o Options) withDefaults() Options {
	o.Tenant = cmp.Or(o.Tenant, defaultTenant)
	o.Tier = cmp.Or(o.Tier, PRD)
	o.Departments = cmp.Or(o.Departments, defaultDepartments)
	o.Providers = cmp.Or(o.Providers, max(defaultProviders, o.Departments))
	o.Lookahead = cmp.Or(o.Lookahead, defaultLookahead)
	o.WalkInDays = cmp.Or(o.WalkInDays, defaultWalkInDays)
	prefix := o.Tenant
	if o.Tier == UAT {
		prefix += "-uat"
	}
	o.Keys.CareOptions = cmp.Or(o.Keys.CareOptions, prefix+"-care-options")
	o.Keys.Slots = cmp.Or(o.Keys.Slots, prefix+"-slots")
	o.Keys.Booking = cmp.Or(o.Keys.Booking, prefix+"-booking")
	o.Keys.Reporting = cmp.Or(o.Keys.Reporting, prefix+"-reporting")
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

var tenantForm = regexp.MustCompile(`^[a-z][a-z0-9]{0,31}$`)

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
	if !tenantForm.MatchString(o.Tenant) {
		errs = append(errs, fmt.Errorf("tenant: %q does not match %s", o.Tenant, tenantForm))
	}
	if o.Tier != PRD && o.Tier != UAT {
		errs = append(errs, fmt.Errorf("tier: %q is neither %s nor %s", o.Tier, PRD, UAT))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Lookaheads)) {
		within("lookaheads: "+name, o.Lookaheads[name], 0, world.MaxLookahead)
	}
	within("departments", o.Departments, 1, maxDepartments)
	within("providers", o.Providers, o.Departments, maxProviders)
	within("lookahead", o.Lookahead, 1, world.MaxLookahead)
	within("walkInDays", o.WalkInDays, 1, maxWalkInDays)
	notNegative("latency", o.Latency)
	notNegative("jitter", o.Jitter)
	notNegative("bookingLag", o.BookingLag)
	notNegative("searchContextLife", o.SearchContextLife)
	return errors.Join(errs...)
}

func (o Options) world() world.Options {
	return world.Options{
		Tenant: o.Tenant, Seed: o.Seed, Untidy: o.Untidy, Departments: o.Departments, Providers: o.Providers,
		BookingLag: o.BookingLag, Lookahead: o.Lookahead, Lookaheads: o.Lookaheads, Now: o.Now(),
	}
}
