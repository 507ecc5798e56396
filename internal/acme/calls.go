package acme

import (
	"sync"

	"timeslots/internal/acme/wire"
)

// CallCount is what one operation, or group of them, was asked so far.
type CallCount struct {
	Calls    int64 `json:"calls"`
	InFlight int64 `json:"inFlight"`
	Peak     int64 `json:"peak"` // most at once
}

// calls counts per name. One lock for all: counting is a few additions.
type calls struct {
	mu     sync.Mutex
	counts map[string]*CallCount
}

func newCalls(names []string) *calls {
	c := &calls{counts: map[string]*CallCount{}}
	for _, name := range names {
		c.counts[name] = &CallCount{}
	}
	return c
}

func (c *calls) each(rt *wire.Route, do func(*CallCount)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(c.counts["*"])
	do(c.counts[rt.Name])
	for _, g := range rt.Groups {
		do(c.counts[g])
	}
}

// enter counts a call in; what it returns counts it out.
func (c *calls) enter(rt *wire.Route) (leave func()) {
	c.each(rt, func(n *CallCount) {
		n.Calls++
		n.InFlight++
		n.Peak = max(n.Peak, n.InFlight)
	})
	return func() { c.each(rt, func(n *CallCount) { n.InFlight-- }) }
}

// Calls are the counts since the last reset, for every operation and group, and "*" for all.
func (t *Tenant) Calls() map[string]CallCount {
	t.calls.mu.Lock()
	defer t.calls.mu.Unlock()
	out := make(map[string]CallCount, len(t.calls.counts))
	for name, n := range t.calls.counts {
		out[name] = *n
	}
	return out
}

// ResetCalls sets calls to zero and peaks to what is in flight.
func (t *Tenant) ResetCalls() {
	t.calls.mu.Lock()
	defer t.calls.mu.Unlock()
	for _, n := range t.calls.counts {
		n.Calls, n.Peak = 0, n.InFlight
	}
}
