package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// scenario is a crowd: how it arrives, and what each of it asks for.
type scenario struct {
	schedule *schedule
	query    func(*rand.Rand) url.Values // of GET /v1/timeslots; called by one goroutine at a time
}

// newScenario builds the one that the command line names. It may ask a directory for clinicians.
func newScenario(ctx context.Context, command string, o *options) (*scenario, error) {
	s := &schedule{peak: o.Rate, length: o.Duration, grace: o.Timeout}
	switch command {
	case "findadoctor":
		npis, err := o.FindADoctor.clinicians(ctx, o.AllowRemote)
		if err != nil {
			return nil, err
		}
		return &scenario{schedule: s, query: findADoctor(npis, time.Now(), o.FindADoctor.Skew)}, nil
	case "flushot-spike":
		cities, err := parseCities(o.FluShot.City)
		if err != nil {
			return nil, err
		}
		s.ramp = min(o.FluShot.Ramp, o.Duration)
		return &scenario{schedule: s, query: fluShot(cities, o.FluShot.Radius, o.Seed)}, nil
	default:
		return nil, fmt.Errorf("no scenario %q", command)
	}
}

// targeter draws requests from the scenario. vegeta calls it from many goroutines; the lock gives every one the next
// request of one seeded sequence.
func (s *scenario) targeter(base string, seed uint64) vegeta.Targeter {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, seed))
	base = strings.TrimSuffix(base, "/") + "/v1/timeslots?"
	// Naming the encoding keeps the transport from decompressing: bytes are those of the wire.
	header := http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
	return func(t *vegeta.Target) error {
		mu.Lock()
		query := s.query(random)
		mu.Unlock()
		t.Method, t.URL, t.Header, t.Body = http.MethodGet, base+query.Encode(), header, nil
		return nil
	}
}
