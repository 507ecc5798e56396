package main

import (
	"net/http"
	"net/netip"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api/door"
	"timeslots/internal/booking"
)

// buildDoor puts the door before the request path.
func (s *service) buildDoor(cfg *config.Config) (err error) {
	s.door, err = door.New(door.Options{
		Next: http.HandlerFunc(s.serve), Passing: cfg.Booking.Timeout,
		Bookings: pathsOf(cfg, shedLast), First: pathsOf(cfg, shedFirst), Secrets: pathsOf(cfg, secret),
		WriteTimeout: publicTimeouts(cfg).write, Shed: s.metrics.RequestShed, Logger: s.log,
	}, doorRules(cfg))
	s.sayDoor(cfg)
	return err
}

// shedLast are all calls that pass through but reports, which may stream for minutes, and what is shed first.
func shedLast(route booking.Route) bool { return !route.Streamed && !route.ShedFirst }

func shedFirst(route booking.Route) bool { return route.ShedFirst }

func secret(route booking.Route) bool { return route.Secret }

func pathsOf(cfg *config.Config, wanted func(booking.Route) bool) (paths []string) {
	for _, route := range append(booking.Routes(), furtherCalls(cfg.Upstream.Visit)...) {
		if wanted(route) {
			paths = append(paths, "/dexcare"+route.Path)
		}
	}
	return paths
}

// doorRules is the part of a configuration that the door keeps to.
func doorRules(cfg *config.Config) door.Rules {
	rules := door.Rules{
		InFlight: cfg.Limits.InFlight, PerClientPerSecond: cfg.Limits.PerClientPerSecond, PerClientBurst: cfg.Limits.PerClientBurst,
		SecretsPerMinute: cfg.Limits.SecretsPerClientPerMinute,
		Origins:          cfg.CORS.Origins, Products: make(map[string]door.Product, len(cfg.Products)),
	}
	for _, network := range cfg.Limits.TrustedProxies {
		rules.TrustedProxies = append(rules.TrustedProxies, netip.MustParsePrefix(network)) // validated
	}
	for name, p := range cfg.Products {
		rules.Products[name] = door.Product{Priority: p.Priority, Budget: p.Budget, Aliases: p.Aliases}
	}
	return rules
}

// sayDoor says what an operator who sets a limit may not expect of it.
func (s *service) sayDoor(cfg *config.Config) {
	if rate := cfg.Limits.PerClientPerSecond; rate > 0 {
		s.log.Info("every request is counted by client, so cached answers take the long way through net/http",
			"key", "limits.perClientPerSecond", "perSecond", rate)
	}
}
