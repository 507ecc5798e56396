package main

import (
	"errors"
	"math/rand/v2"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// nearMeOptions say how people look for appointments near them, and where they ask.
type nearMeOptions struct {
	Think  time.Duration `help:"Mean time between two page views of a person; at most 1m." default:"10s"`
	Direct bool          `help:"Ask as pages would that have no service: Care Options for areas, Provider Direct for calendars."`
}

const maxThink = time.Minute

// Answers that came from the cache, stale ones too, and those that upstream was asked for meanwhile.
const (
	hits   = "hits"
	waited = "waited"
)

// prepare makes a scenario of people who press "use my location" in a metropolitan area. --rate is page views a second.
func (o *nearMeOptions) prepare(all *options, s *scenario) error {
	if o.Think <= 0 || o.Think > maxThink {
		return errors.New("--think must be more than 0 and at most 1m")
	}
	c := newCrowd(all, o.Think, time.Now())
	if len(c.turns) == 0 {
		return errors.New("--rate and --duration make no page view")
	}
	c.direct = o.Direct
	var at []time.Duration
	for _, turn := range c.turns {
		at = append(at, turn.at)
	}
	s.plan, s.heard, s.visitors = timetable(at, all.Duration, all.Timeout), c.heard, c.visitors
	s.next = func(*rand.Rand) request { return c.request() }
	s.group = func(r *vegeta.Result, _ time.Duration) string {
		switch cacheKind(r.Headers.Get("Cache-Status")) {
		case "hit", "stale":
			return hits
		case "miss":
			return waited
		default:
			return ""
		}
	}
	return nil
}
