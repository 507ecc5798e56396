package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api/door"
	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/ops"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// buildWatch watches the metrics for the operations page.
func (s *service) buildWatch(*config.Config) error {
	s.note(time.Now())
	s.watch = ops.New(ops.Options{
		Read: s.readMetrics, Replica: replicaName(), Logger: s.log,
		Warm:          s.warming,
		Odd:           s.oddities.List,
		Unknown:       func() []ops.UnknownProduct { return s.unknownProducts.List(s.path.Load().aliases) },
		Circles:       s.circles,
		Redis:         s.redisServers(),
		Off:           s.switches.Off,
		Configuration: func() ops.Configuration { return *s.inForce.Load() },
	})
	s.onStop.push(cannotFail(s.watch.Close))
	return nil
}

// odd counts what was odd about an answer, and keeps a sample of its shape for the page.
func (s *service) odd(source timeslot.Source, operation timeslot.Operation, o fetch.Oddity) {
	if doubt, zone := strings.CutPrefix(string(o.Reason), "zone_"); zone {
		s.metrics.ZoneDoubted(source, doubt, o.Count)
	}
	s.oddities.Add(ops.Oddity{
		Source: string(source), Operation: string(operation), Reason: string(o.Reason),
		Count: o.Count, Sample: o.Sample, Last: time.Now(),
	})
}

// circles are the areas around points that callers are served with now.
func (s *service) circles() (list []ops.Circle, most int) {
	inUse, most := s.path.Load().engine.Circles()
	list = make([]ops.Circle, len(inUse))
	for i, c := range inUse {
		at := c.Area.Point()
		list[i] = ops.Circle{
			VisitType: c.VisitType, Latitude: at.Latitude, Longitude: at.Longitude, Radius: int(c.Area.Radius),
			Parts: c.Parts, SlotsPerDay: c.SlotsPerDay,
		}
	}
	return list, most
}

// warming is the campaigns of the configuration in force.
func (s *service) warming() (list []ops.Warm) {
	for _, c := range s.path.Load().campaigns.State() {
		list = append(list, ops.Warm{
			Product: c.Product, Query: c.Query, From: c.From, Until: c.Until, Every: c.Every.Seconds(),
			Rounds: c.Rounds, Last: c.Last, Complete: c.Complete, Error: c.Error,
		})
	}
	return list
}

// redisServers says how each Redis server is; nil where there is none.
func (s *service) redisServers() func() []ops.RedisServer {
	if s.redis == nil {
		return nil
	}
	return func() []ops.RedisServer {
		states := s.redis.State()
		list := make([]ops.RedisServer, len(states))
		for i, state := range states {
			list[i] = ops.RedisServer{
				Server: state.Server, Kind: string(state.Kind), Reason: state.Reason, Missing: state.Missing,
				Since: state.Since.UTC(), Skew: state.Skew.Seconds(),
			}
		}
		return list
	}
}

// note says which configuration is in force from now on.
func (s *service) note(at time.Time) {
	s.inForce.Store(&ops.Configuration{Hash: s.config.Hash(), LoadedAt: at.UTC()})
}

func (s *service) readMetrics() ([]ops.Series, error) {
	list, err := s.metrics.Read()
	series := make([]ops.Series, len(list))
	for i := range list {
		series[i] = ops.Series(list[i])
	}
	return series, err
}

// replicaName is the pod's or container's name, and the process where several share it.
func replicaName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return fmt.Sprintf("%s (process %d)", host, os.Getpid())
}

// adminHandler is what the admin listener serves, with its panics contained.
func (s *service) adminHandler() http.Handler {
	return door.Contain(ops.NewAdmin(ops.AdminOptions{
		Watch: s.watch, Metrics: s.metrics.Handler(), Ready: s.ready.Load, Token: s.config.Admin.Token.Reveal(), Logger: s.log,
		Products: func() []string { return s.path.Load().products },
		Queries:  queries{s}, Fragments: fragments{s.ledger}, Switches: s.switches,
	}), s.log)
}

// queries asks the request path in force.
type queries struct{ *service }

// Explain implements ops.Queries.
func (q queries) Explain(ctx context.Context, query string) (any, error) {
	return q.path.Load().server.Explain(ctx, query)
}

// Warm implements ops.Queries.
func (q queries) Warm(ctx context.Context, product, query string, ahead time.Duration) (bool, error) {
	return q.path.Load().server.Warm(ctx, product, query, ahead)
}

// fragments are declared void by events of the ledger.
type fragments struct{ ledger *taken.Ledger }

func scopeOf(s ops.Scope) cache.Scope {
	return cache.Scope{NPI: s.NPI, DepartmentIdentifier: s.DepartmentIdentifier, Source: s.Source, All: s.All}
}

// Check implements ops.Fragments.
func (fragments) Check(scope ops.Scope) error { return scopeOf(scope).Validate() }

// Invalidate implements ops.Fragments.
func (f fragments) Invalidate(ctx context.Context, scope ops.Scope) (everywhere bool, err error) {
	err = f.ledger.Invalidate(ctx, scopeOf(scope))
	if errors.Is(err, taken.ErrNotTold) {
		return false, nil
	}
	return err == nil, err
}
