package main

import (
	"fmt"
	"os"
	"time"

	"timeslots/internal/ops"
)

// newWatch watches the metrics for the operations page.
func (s *service) newWatch() *ops.Watch {
	s.note(time.Now())
	return ops.New(ops.Options{
		Read: s.readMetrics, Replica: replicaName(), Logger: s.log,
		Warm:          func() []ops.Warm { return s.path.Load().warmer.list() },
		Configuration: func() ops.Configuration { return *s.inForce.Load() },
	})
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
