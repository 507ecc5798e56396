package config

import (
	"time"

	"timeslots/internal/timeslot"
)

const day = 24 * time.Hour

// Default is the configuration that an empty file gives. It names no upstream, so it does not validate by itself.
func Default() *Config {
	provider := defaultSource(V5)
	clinic := defaultSource(V2)
	clinic.Capacity = CapacityOne
	directory := defaultSource(V4)
	directory.Fresh, directory.Stale, directory.StaleOnError = 10*time.Minute, time.Hour, day
	c := &Config{
		Listen: "127.0.0.1:8080",
		Admin:  Admin{Listen: "127.0.0.1:9090"},
		Tenant: "acme",
		Tier:   "prd",
		Upstream: Upstream{
			Visit:      Visit{Paths: []string{}},
			Scheduling: Scheduling{Links: Links{Retail: timeslot.DefaultRetailLink}},
		},
		Sources: Sources{
			CareDirect: clinic, ProviderDirect: provider, CareOptions: defaultSource(V1), Directory: directory,
		},
		Cache: Cache{
			Memory: Memory{Fragments: 256 * MiB, Responses: 128 * MiB},
			Redis:  Redis{Addresses: []string{}, Mode: "single", Timeout: 50 * time.Millisecond, Prefix: "timeslots"},
		},
		Search: Search{
			Budget: 800 * time.Millisecond, Window: 14 * day, MaxWindow: 90 * day,
			MaxProviders: 100, MaxDepartments: 100, PointPrecision: 2, AreaSlack: 0.25,
		},
		Booking: Booking{
			Timeout: 30 * time.Second, MaxBody: 256 * KiB, Tombstone: 15 * time.Minute, Lease: 100 * time.Millisecond,
			CheckAge: 2 * time.Second,
			Taken:    []Taken{{Status: 409, Text: "SlotUnavailable"}},
		},
		Access:   Access{Keys: []Secret{}},
		Limits:   Limits{InFlight: 2000, SecretsPerClientPerMinute: 60, TrustedProxies: []string{}},
		CORS:     CORS{Origins: []string{}},
		Shutdown: Shutdown{Grace: 20 * time.Second},
		Log:      Log{Level: "info", Format: "json"},
		Tracing:  Tracing{Ratio: 0.01},
	}
	base := Product{
		Ranking: timeslot.Soonest, Budget: c.Search.Budget, Priority: 2,
		SLO: SLO{Latency: 250 * time.Millisecond, Objective: 0.99}, Aliases: []string{}, Warm: []Warm{},
	}
	c.Products = Products{DefaultProduct: base}
	for name := range builtinProducts {
		c.Products[name] = derivedProduct(name, base)
	}
	return c
}

func defaultSource(version string) Source {
	return Source{
		Enabled: true, Version: version, Timeout: 2 * time.Second, Concurrency: 64,
		Breaker: Breaker{
			Window: 10 * time.Second, MinRequests: 20, FailureRatio: 0.5, OpenFor: 5 * time.Second, HalfOpen: 3,
		},
		Fresh: 15 * time.Second, Stale: 45 * time.Second, StaleOnError: 10 * time.Minute,
		Negative: 10 * time.Second, MaxBody: 8 * MiB,
	}
}

// builtinProducts are the use cases that exist without being configured, and how they differ from the default.
var builtinProducts = map[string]func(*Product){
	"findadoctor": func(p *Product) { p.Ranking = timeslot.Soonest },
	"flushot":     func(p *Product) { p.Ranking, p.Priority = timeslot.Nearest, 3 },
}

// derivedProduct is a product before its own keys are read: the default one without its warm-up, plus what is built in.
func derivedProduct(name string, base Product) Product {
	base.Warm, base.Aliases = []Warm{}, []string{}
	if differ, ok := builtinProducts[name]; ok {
		differ(&base)
	}
	return base
}
