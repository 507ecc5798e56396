package redistest

import (
	"fmt"
	"sync"
	"time"
	"timeslots/internal/timeslot"
)

// Counter is a recorder for Redis and for all who keep something there. It counts by name.
type Counter struct {
	mu   sync.Mutex
	seen map[string]int
}

// NewCounter is one that has counted nothing.
func NewCounter() *Counter { return &Counter{seen: map[string]int{}} }

// String lists what was counted.
func (c *Counter) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprint(c.seen)
}

// Add counts n of what.
func (c *Counter) Add(what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[what] += n
}

// Count is how many were counted.
func (c *Counter) Count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[what]
}

// CacheLookup counts "tier/result".
func (c *Counter) CacheLookup(tier, result string, n int) { c.Add(tier+"/"+result, n) }

// RedisOperation counts "operation/outcome".
func (c *Counter) RedisOperation(operation, outcome string, _ time.Duration) {
	c.Add(operation+"/"+outcome, 1)
}

// StoreFenced counts "fenced/source".
func (c *Counter) StoreFenced(source timeslot.Source) { c.Add("fenced/"+string(source), 1) }

// TombstonePropagation counts "propagated".
func (c *Counter) TombstonePropagation(time.Duration) { c.Add("propagated", 1) }

// RedisClockSkew counts nothing.
func (c *Counter) RedisClockSkew(time.Duration) {}

// RedisServers counts "down" where a server has a trouble, else "up".
func (c *Counter) RedisServers(count map[string]int) {
	for t, n := range count {
		if n > 0 && t != "" {
			c.Add("down", 1)
			return
		}
	}
	c.Add("up", 1)
}
