package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// children remembers the series of a vector under a comparable key, so that recording a known combination neither
// joins nor hashes label texts nor takes a lock. Keys hold folded words only, so their number is bounded.
type children[K comparable, V any] struct {
	mu    sync.Mutex
	known atomic.Pointer[map[K]V]
}

func (c *children[K, V]) find(key K) (V, bool) {
	known := c.known.Load()
	if known == nil {
		var none V
		return none, false
	}
	child, ok := (*known)[key]
	return child, ok
}

// keep remembers child. Two goroutines that meet a new key at once store the same child twice, which is harmless:
// vectors give equal labels the same child.
func (c *children[K, V]) keep(key K, child V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := map[K]V{}
	if known := c.known.Load(); known != nil {
		next = maps.Clone(*known)
	}
	next[key] = child
	c.known.Store(&next)
	return child
}
