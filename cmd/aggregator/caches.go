package main

import (
	"crypto/tls"
	"errors"
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
	return err
}

func (s *service) buildRedis(cfg *config.Config) (err error) {
	if len(cfg.Cache.Redis.Addresses) > 0 {
		s.redis, err = s.newRedis(cfg)
	}
	return err
}

func (s *service) buildLedger(cfg *config.Config) (err error) {
	s.switches = taken.NewSwitches(s.redis)
	if s.redis != nil {
		s.uses = taken.NewUses(s.redis, cfg.Booking.Tombstone)
	}
	options := s.ledgerOptions(cfg)
	options.Locate = s.index.Locate
	s.ledger, err = taken.NewLedger(options)
	return err
}

func (s *service) ledgerOptions(cfg *config.Config) taken.LedgerOptions {
	return taken.LedgerOptions{
		Tombstone: cfg.Booking.Tombstone,
		Pending:   max(minPending, cfg.Booking.Timeout), // a booking under way keeps its mark
		Redis:     s.redis, Lease: cfg.Booking.Lease, Recorder: s.metrics,
	}
}

func (s *service) buildStore(cfg *config.Config) (err error) {
	s.memory, err = cache.NewMemory(cache.MemoryOptions{
		MaxBytes: uint64(cfg.Cache.Memory.Fragments), Recorder: s.metrics, OnStore: s.stored, Fences: s.ledger.Fences(),
	})
	if err != nil {
		return err
	}
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
	s.store, err = cache.NewTiered(s.memory, shared) // which owns both from now on
	return err
}

// stored tells those who read fragments as they pass.
func (s *service) stored(f *timeslot.Fragment) {
	s.index.Add(f)
	s.ledger.Seen(f)
}

// policies are how long each source's answers may be served, by the configuration in force.
type policies map[timeslot.Source]timeslot.Policy

func policiesOf(cfg *config.Config) *policies {
	p := policies{}
	for _, name := range readSources {
		source := cfg.Sources.Of(name)
		p[name] = source.Policy()
	}
	return &p
}

func (s *service) newRedis(cfg *config.Config) (*redisclient.Client, error) {
	redis, err := redisclient.New(s.redisOptions(cfg))
	if err != nil {
		return nil, fmt.Errorf("cache.redis: %w", err)
	}
	return redis, nil
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

// closeCaches closes the ledger first, which tells Redis what is left to tell, and the connection to Redis last.
func (s *service) closeCaches() error {
	var errs []error
	if s.ledger != nil {
		errs = append(errs, s.ledger.Close())
	}
	if s.store != nil { // with what it stands on
		errs = append(errs, s.store.Close())
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Close())
	}
	if s.index != nil {
		errs = append(errs, s.index.Close())
	}
	return errors.Join(errs...)
}
