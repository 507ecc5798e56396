package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/ops"
	"timeslots/internal/timeslot"
)

// newWatch watches the metrics for the operations page.
func (s *service) newWatch() *ops.Watch {
	s.note(time.Now())
	return ops.New(ops.Options{
		Read: s.readMetrics, Replica: replicaName(), Logger: s.log,
		Warm:          s.warming,
		Odd:           s.oddities.List,
		Circles:       s.circles,
		Redis:         s.redisServers(),
		Off:           s.switches.Off,
		Configuration: func() ops.Configuration { return *s.inForce.Load() },
	})
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

// redisServers tells how each Redis server is; nil where there is none.
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

// switchProduct is PUT /ops/products/{name}: a use case is switched off, and answers 503, or on again, on every replica.
// "default" stands for requests that name no product, or one that is not configured.
func (s *service) switchProduct(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	known := s.path.Load().products
	if !slices.Contains(known, name) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("no product %q is configured; there are: %s", name, strings.Join(known, ", ")))
		return
	}
	const fix = `give {"enabled":true} or {"enabled":false}`
	object, wrong := readObject(r, fix, "enabled")
	enabled := false
	if wrong == nil {
		enabled, wrong = field[bool](object, "enabled", fix)
	}
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	s.log.Warn("product switched", "product", name, "enabled", enabled)
	if err := s.switches.Set(r.Context(), name, !enabled); err != nil {
		refuse(w, http.StatusAccepted, "done on this replica; the others follow when Redis can be reached again")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
