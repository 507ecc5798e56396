package main

import (
	"crypto/tls"
	"fmt"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// minPending is how long a pending mark lives at least: it covers a crash between upstream's yes and our bookkeeping.
const minPending = 30 * time.Second

func (s *service) buildIndex(*config.Config) (err error) {
	s.index, err = taken.NewSlotIndex(taken.SlotIndexOptions{})
	if err == nil {
		s.onStop.push(s.index.Close)
	}
	return err
}

func (s *service) buildRedis(cfg *config.Config) (err error) {
	if len(cfg.Cache.Redis.Addresses) == 0 {
		return nil
	}
	if s.redis, err = redisclient.New(s.redisOptions(cfg)); err != nil {
		return fmt.Errorf("cache.redis: %w", err)
	}
	s.onStop.push(s.redis.Close)
	s.uses = taken.NewUses(s.redis, cfg.Booking.Tombstone)
	return nil
}

func (s *service) buildSwitches(*config.Config) error {
	s.switches = taken.NewSwitches(s.redis)
	s.onStop.push(cannotFail(s.switches.Close))
	return nil
}

// buildLedger makes what is closed before the connection to Redis is: it has something to tell the other replicas to the last.
func (s *service) buildLedger(cfg *config.Config) (err error) {
	options := s.ledgerOptions(cfg)
	options.Locate = s.index.Locate
	if s.ledger, err = taken.NewLedger(options); err == nil {
		s.onStop.push(s.ledger.Close)
	}
	return err
}

func (s *service) ledgerOptions(cfg *config.Config) taken.LedgerOptions {
	return taken.LedgerOptions{
		Tombstone: cfg.Booking.Tombstone,
		Pending:   max(minPending, cfg.Booking.Timeout), // a booking under way keeps its mark
		Redis:     s.redis, Lease: cfg.Booking.Lease, Recorder: s.metrics,
	}
}

// buildStore joins the tiers, which are closed one by one.
func (s *service) buildStore(cfg *config.Config) (err error) {
	s.memory, err = cache.NewMemory(cache.MemoryOptions{
		MaxBytes: uint64(cfg.Cache.Memory.Fragments), Recorder: s.metrics, OnStore: s.stored, Fences: s.ledger.Fences(),
	})
	if err != nil {
		return err
	}
	s.onStop.push(s.memory.Close)
	s.ledger.Ask(s.memory)
	s.store = s.memory
	if s.redis == nil {
		return nil
	}
	shared, err := cache.NewRedis(s.redis, cache.RedisOptions{
		LeaseTTL: leaseTTL(cfg.Sources), Recorder: s.metrics,
		Policy: func(source timeslot.Source) timeslot.Policy { return (*s.policies.Load())[source] },
	})
	if err != nil {
		return err
	}
	s.onStop.push(shared.Close)
	s.store, err = cache.NewTiered(s.memory, shared)
	return err
}

// stored is called with each fragment that is stored, for those who learn from it.
func (s *service) stored(f *timeslot.Fragment) {
	s.index.Add(f)
	s.ledger.Seen(f)
}

// policies are how long each source's answers may be served, by the configuration in force.
type policies map[timeslot.Source]timeslot.Policy

func policiesOf(cfg *config.Config) *policies {
	p := policies{}
	for _, name := range timeslot.DexCare().ReadFrom() {
		source := cfg.Sources.Named(name)
		p[name] = source.Policy()
	}
	return &p
}

func (s *service) redisOptions(cfg *config.Config) redisclient.Options {
	r := cfg.Cache.Redis
	opt := redisclient.Options{
		Addresses: r.Addresses, Mode: redisclient.Mode(r.Mode), Master: r.Master,
		Username: r.Username, Password: r.Password.Reveal(), DB: r.DB,
		Timeout: r.Timeout, Prefix: r.Prefix, Tenant: cfg.Tenant, Tier: cfg.Tier,
		Recorder: s.metrics, Logger: s.log,
	}
	if r.TLS {
		opt.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return opt
}
