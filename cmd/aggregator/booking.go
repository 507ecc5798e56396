package main

import (
	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/booking"
)

func (s *service) buildGateway(cfg *config.Config) (err error) {
	s.gateway, err = booking.New(s.gatewayOptions(cfg))
	if err == nil {
		s.onStop.push(cannotFail(s.gateway.Close))
	}
	return err
}

func (s *service) gatewayOptions(cfg *config.Config) booking.Options {
	keys := cfg.Upstream.Ingress.Keys
	rules := make([]booking.Rule, len(cfg.Booking.Taken))
	for i, t := range cfg.Booking.Taken {
		rules[i] = booking.Rule{Status: t.Status, Text: t.Text}
	}
	return booking.Options{
		Base: s.upstream.visit, NoVisit: s.upstream.visit == nil, Public: s.upstream.public, Ingress: s.upstream.ingress, TLS: s.upstream.tls, IngressTLS: s.upstream.ingressTLS,
		APIKey: keys.Booking.Reveal(), SlotsKey: keys.Slots.Reveal(), CareOptionsKey: keys.CareOptions.Reveal(),
		PartnerKeys: partnerKeys(cfg.Access), Tombstone: cfg.Booking.Tombstone,
		CapacityMany: cfg.Sources.CareDirect.Capacity == config.CapacityMany,
		Timeout:      cfg.Booking.Timeout, MaxBody: int64(cfg.Booking.MaxBody), Taken: rules,
		Index: s.index, Ledger: s.disabled.bookings(s.ledger), Uses: s.uses, Recorder: s.metrics, Logger: s.log,
	}
}

// furtherCalls are those that the configuration lets pass.
func furtherCalls(visit config.Visit) (routes []booking.Route) {
	for _, call := range visit.Paths {
		if route, err := booking.Further(call); err == nil { // validated
			routes = append(routes, route)
		}
	}
	return routes
}

func partnerKeys(access config.Access) []string {
	keys := make([]string, len(access.Keys))
	for i, key := range access.Keys {
		keys[i] = key.Reveal()
	}
	return keys
}
