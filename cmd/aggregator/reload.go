package main

import (
	"reflect"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/timeslot"
)

// reload takes a changed configuration into force. A broken one changes nothing.
func (s *service) reload(load func() (*config.Config, error)) {
	if load == nil {
		return
	}
	if err := s.replace(load); err != nil {
		s.metrics.ConfigReload("rejected")
		s.log.Error("configuration not reloaded, the old one stays", "error", err)
	}
}

// replace puts a new request path over the same caches in the old one's place. Parts that cannot change while running are
// reported and stay as they are.
func (s *service) replace(load func() (*config.Config, error)) error {
	next, err := load()
	if err != nil || reflect.DeepEqual(next, s.loaded) { // a folder is watched: most of what happens there is none of ours
		return err
	}
	loaded := *next // pin changes next
	left := s.pin(next)
	for _, key := range left {
		s.log.Warn("changed in the configuration, but needs a restart", "key", key)
	}
	path, err := s.newPath(next)
	if err != nil {
		return err
	}
	s.config, s.loaded = next, &loaded
	s.adopt(next)
	s.metrics.ConfigReload("applied") // before anybody can see that it is
	old := s.path.Swap(path)
	s.retired.Go(old.retire)
	s.sayDoor(next)
	if len(left) > 0 {
		s.log.Warn("configuration reloaded in part: what needs a restart is as it was", "keys", left, "hash", next.Hash())
		return nil
	}
	s.log.Info("configuration reloaded", "hash", next.Hash())
	return nil
}

// adopt hands the configuration to what lives longer than a request path. What it hands over is validated.
func (s *service) adopt(next *config.Config) {
	if err := s.door.Apply(doorRules(next)); err != nil {
		s.log.Error("limits and origins not reloaded, the old ones stay", "error", err)
	}
	s.policies.Store(policiesOf(next))
	s.note(time.Now())
	s.metrics.SetProducts(productNames(next.Products))
	s.metrics.SetSLOs(slos(next.Products))
	_ = s.level.UnmarshalText([]byte(next.Log.Level))
	if err := s.gateway.SetPartnerKeys(partnerKeys(next.Access)); err != nil {
		s.log.Error("partner keys not reloaded, the old ones stay", "error", err)
	}
}

// pin copies what a reload cannot change from the configuration in force into next, and names what differed
// (docs/interface.md §2).
func (s *service) pin(next *config.Config) (changed []string) {
	now := s.config
	keep := func(key string, from, to any) {
		source, target := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
		if !reflect.DeepEqual(source.Interface(), target.Interface()) {
			changed = append(changed, key)
			target.Set(source)
		}
	}
	keep("listen", &now.Listen, &next.Listen)
	keep("admin", &now.Admin, &next.Admin)
	keep("tenant", &now.Tenant, &next.Tenant)
	keep("tier", &now.Tier, &next.Tier)
	keep("upstream", &now.Upstream, &next.Upstream)
	keep("cache", &now.Cache, &next.Cache)
	keep("booking", &now.Booking, &next.Booking)
	keep("pages", &now.Pages, &next.Pages)
	keep("shutdown", &now.Shutdown, &next.Shutdown)
	keep("log.format", &now.Log.Format, &next.Log.Format)
	keep("tracing", &now.Tracing, &next.Tracing)
	for _, name := range timeslot.DexCare().ReadFrom() {
		from, to := now.Sources.Named(name), next.Sources.Named(name)
		keep("sources."+string(name)+".version", &from.Version, &to.Version)
		keep("sources."+string(name)+".enabled", &from.Enabled, &to.Enabled) // the directory's is always true
	}
	return changed
}
