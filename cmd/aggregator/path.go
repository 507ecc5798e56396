package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api"
	"timeslots/internal/api/encode"
	"timeslots/internal/fetch"
	"timeslots/internal/ops"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// path is the request path for one configuration: guards, engine, routes. A reload builds a new one over the same
// caches and puts it in the old one's place.
type path struct {
	fetcher   *fetch.Fetcher
	engine    *search.Engine
	server    *api.Server
	campaigns *search.Campaigns

	products []string // configured names
	aliases  []string // the same, and other names that mean them
	inUse    *lifetime
}

// retire waits for the requests under way and closes the path. No request enters any more.
func (p *path) retire() {
	left := p.inUse.end()
	p.campaigns.Close()
	p.server.EndStreams()
	<-left
	p.engine.Close()
	p.server.Close()
	p.fetcher.Close()
}

func (s *service) buildPath(cfg *config.Config) error {
	path, err := s.newPath(cfg)
	if err != nil {
		return err
	}
	s.path.Store(path)
	s.onStop.push(cannotFail(func() {
		s.path.Load().retire()
		s.retired.Wait()
	}))
	return nil
}

// newPath builds from the inside out: fetch, search, routes.
func (s *service) newPath(cfg *config.Config) (*path, error) {
	limits, err := searchLimits(cfg.Search)
	if err != nil {
		return nil, err
	}
	fetcher, err := fetch.New(s.fetchOptions(cfg))
	if err != nil {
		return nil, err
	}
	engine, err := search.New(search.Options{
		Store: s.store, Fetcher: fetcher, Taken: s.disabled.taken(s.ledger), Sources: searchSources(cfg.Sources), Limits: limits,
		FlightLimit: flightLimit(cfg.Sources), UnionBytes: unionBytes(memoryLimit()), Offered: s.index.Add, Meter: s.meter, Recorder: s.metrics, Logger: s.log,
	})
	if err != nil {
		fetcher.Close()
		return nil, err
	}
	server, err := api.New(api.Options{
		Engine: engine, Gateway: s.gateway, Products: apiProducts(cfg.Products),
		ResponseBytes: int64(cfg.Cache.Memory.Responses),
		Links:         linkOptions(s.upstream.scheduling, cfg.Upstream.Scheduling),
		Off:           s.switches.Off,
		BookingsOff:   func(product string) bool { return s.switches.Off(ops.BookingsOf(product)) },
		VaryOrigin:    len(cfg.CORS.Origins) > 0,
		Pages:         s.pages, PointPrecision: cfg.Search.PointPrecision,
		UnknownProduct: s.unknownProducts.Counter, Further: furtherCalls(cfg.Upstream.Visit),
		Meter: s.meter, Tracer: s.tracer, Recorder: s.metrics, Logger: s.log,
	})
	if err != nil {
		engine.Close()
		fetcher.Close()
		return nil, fmt.Errorf("build the public routes: %w", err)
	}
	return &path{
		fetcher: fetcher, engine: engine, server: server,
		campaigns: search.StartCampaigns(campaigns(cfg.Products), server.Warm, s.log),
		products:  productNames(cfg.Products), aliases: aliases(cfg.Products), inUse: newLifetime(),
	}, nil
}

func (s *service) fetchOptions(cfg *config.Config) fetch.Options {
	sources := map[timeslot.Source]fetch.SourceOptions{}
	for _, name := range timeslot.DexCare().ReadFrom() {
		src := cfg.Sources.Named(name)
		sources[name] = fetch.SourceOptions{
			Timeout: src.Timeout, Concurrency: src.Concurrency, RatePerSecond: src.RatePerSecond, MaxBody: int64(src.MaxBody),
			HedgeAfter: src.HedgeAfter, Breaker: fetch.BreakerOptions(src.Breaker),
		}
	}
	keys := cfg.Upstream.Ingress.Keys
	return fetch.Options{
		Public: s.upstream.public, Ingress: s.upstream.ingress, Visit: s.upstream.visit, NoVisit: s.upstream.visit == nil,
		CareOptionsKey: keys.CareOptions.Reveal(), SlotsKey: keys.Slots.Reveal(), BookingKey: keys.Booking.Reveal(),
		PublicTransport: fetch.NewTransport(s.upstream.tls), IngressTransport: fetch.NewTransport(s.upstream.ingressTLS),
		Sources: sources, Lookahead: days(cfg.Search.MaxWindow), Recorder: s.metrics, Logger: s.log, Odd: s.odd,
	}
}

func linkOptions(base *url.URL, cfg config.Scheduling) encode.LinkOptions {
	return encode.LinkOptions{Base: base, Brand: cfg.Brand, Retail: cfg.Links.Retail, Provider: cfg.Links.Provider}
}

func searchSources(cfg config.Sources) map[timeslot.Source]search.SourceOptions {
	sources := map[timeslot.Source]search.SourceOptions{}
	for _, name := range timeslot.DexCare().ReadFrom() {
		src := cfg.Named(name)
		sources[name] = search.SourceOptions{Enabled: src.Enabled, Version: src.Version, Policy: src.Policy()}
	}
	return sources
}

func searchLimits(cfg config.Search) (search.Limits, error) {
	codes, err := timeslot.ParsePostalCodes(cfg.PostalCodes)
	if err != nil {
		return search.Limits{}, fmt.Errorf("search.postalCodes: %w", err)
	}
	return search.Limits{
		Window: days(cfg.Window), MaxWindow: days(cfg.MaxWindow),
		MaxProviders: cfg.MaxProviders, MaxDepartments: cfg.MaxDepartments, PointPrecision: cfg.PointPrecision, AreaSlack: cfg.AreaSlack,
		PostalCodes: codes,
	}, nil
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// flightLimit lets a shared call wait for a place, or for another replica's call, as long as it may then take.
func flightLimit(cfg config.Sources) time.Duration { return 2 * leaseTTL(cfg) }

// leaseTTL is how long other replicas leave a fragment to the one that fetches it: as long as the slowest call may
// take.
func leaseTTL(cfg config.Sources) time.Duration {
	longest := time.Duration(0)
	for _, name := range timeslot.DexCare().ReadFrom() {
		longest = max(longest, cfg.Named(name).Timeout)
	}
	return longest
}

func apiProducts(products config.Products) map[string]api.Product {
	out := make(map[string]api.Product, len(products))
	for name, p := range products {
		out[name] = api.Product{Ranking: p.Ranking, Budget: p.Budget, MaxAge: p.MaxAge, Aliases: p.Aliases}
	}
	return out
}

func campaigns(products config.Products) (list []search.Campaign) {
	for _, name := range productNames(products) {
		for _, w := range products[name].Warm {
			list = append(list, search.Campaign{Product: name, Query: w.Query, From: w.From, Until: w.Until, Every: w.Every})
		}
	}
	return list
}

func productNames(products config.Products) []string { return slices.Sorted(maps.Keys(products)) }

func aliases(products config.Products) []string {
	names := productNames(products)
	for _, p := range products {
		names = append(names, p.Aliases...)
	}
	return names
}
