package rig

import (
	"sync"
	"time"
)

// Clock starts at the real time, so that it agrees with a Redis server's about expiry, and moves when told.
type Clock struct {
	mu    sync.Mutex
	at    time.Time
	moved []func(time.Duration)
}

// NewClock is one that stands at the time of the call.
func NewClock() *Clock { return &Clock{at: time.Now()} }

// Now is the time that it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves it on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	for _, tell := range c.moved {
		tell(d)
	}
}

// OnAdvance has told called by each Advance, before it returns.
func (c *Clock) OnAdvance(told func(time.Duration)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved = append(c.moved, told)
}
