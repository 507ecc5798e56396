package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/accuracy"
	"timeslots/internal/api/door"
	"timeslots/internal/metrics"
	"timeslots/internal/trace"
)

func (s *service) buildMetrics(cfg *config.Config) (err error) {
	b := thisBuild()
	s.metrics, err = metrics.New(metrics.Options{
		Registerer: prometheus.NewRegistry(), Products: productNames(cfg.Products),
		ShedReasons: []string{door.ReasonInFlight, door.ReasonPerClient},
		Latencies:   latencies(cfg.Products),
		Version:     b.version, Revision: b.revision,
	})
	s.metrics.SetSLOs(slos(cfg.Products))
	s.meter = accuracy.NewMeter(s.metrics, nil)
	s.metrics.WatchAccuracy(s.meter)
	return err
}

func (s *service) buildTracer(cfg *config.Config) (err error) {
	s.tracer, err = trace.New(trace.Options{
		Endpoint: cfg.Tracing.Endpoint, Ratio: cfg.Tracing.Ratio, Tenant: cfg.Tenant, Version: thisBuild().version,
		Instance: replicaName(), Logger: s.log,
	})
	if err == nil {
		s.onStop.push(cannotFail(s.closeTracer))
	}
	return err
}

// sendTraces is how long the end of the program waits for a collector.
const sendTraces = 2 * time.Second

// closeTracer sends what is left of traces. That it could not be sent is logged, and no failure.
func (s *service) closeTracer() {
	ctx, cancel := context.WithTimeout(context.Background(), sendTraces)
	defer cancel()
	if err := s.tracer.Close(ctx); err != nil {
		s.log.Warn("the last traces could not be sent")
	}
}

// buildGauges hands the metrics what they read when they are asked. What the caches may hold stays as long as the process lives.
func (s *service) buildGauges(cfg *config.Config) error {
	most := cfg.Cache.Memory
	s.metrics.WatchCache("memory", float64(most.Fragments),
		func() float64 { return float64(s.memory.Bytes()) }, func() float64 { return float64(s.memory.Entries()) })
	responses := func() (int64, int64) { return s.path.Load().server.Responses() }
	s.metrics.WatchCache("response", float64(most.Responses),
		func() float64 { bytes, _ := responses(); return float64(bytes) }, func() float64 { _, entries := responses(); return float64(entries) })
	s.metrics.WatchSlots(s.memory.Slots)
	s.metrics.WatchCircles(func() (inUse, most int) {
		list, most := s.path.Load().engine.Circles()
		return len(list), most
	})
	s.metrics.WatchTombstones(func() float64 { return float64(s.ledger.Len()) })
	return nil
}

// slos are what the products promise.
func slos(products config.Products) map[string]metrics.SLO {
	all := map[string]metrics.SLO{}
	for name, p := range products {
		all[name] = metrics.SLO(p.SLO)
	}
	return all
}

// latencies are the promised ones, which the metrics count by.
func latencies(products config.Products) (all []time.Duration) {
	for _, p := range products {
		all = append(all, p.SLO.Latency)
	}
	return all
}
