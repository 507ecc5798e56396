package api

import (
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/search"
)

// responseCache maps canonical queries to encoded answers, bounded in bytes.
type responseCache struct {
	cache *otter.Cache[string, *response]
	now   func() time.Time
}

// responseOverhead is what an entry costs besides its bodies, in bytes. Bodies count twice: the coded ones together are
// rarely larger than the plain one.
const responseOverhead = 1024

func newResponseCache(maxBytes int64, now func() time.Time) (*responseCache, error) {
	c, err := otter.New(&otter.Options[string, *response]{
		MaximumWeight: uint64(maxBytes),
		Weigher: func(key string, r *response) uint32 {
			return uint32(len(key) + responseOverhead + 2*len(r.plain.body))
		},
		// What may no longer be served takes no room: answers for people's own positions are asked for once.
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *response]) time.Duration {
			return max(1, e.Value.validUntil.Sub(now()))
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("response cache of %d bytes: %w", maxBytes, err)
	}
	return &responseCache{cache: c, now: now}, nil
}

// get finds an answer that may be served as it is: no fragment of it has expired since, none of its slots has begun,
// and no slot of a clinician that it speaks of was taken or came back since it was merged.
func (c *responseCache) get(key string, taken search.View) *response {
	r, ok := c.cache.GetIfPresent(key)
	if !ok || !c.now().Before(r.validUntil) || !r.holds(taken) {
		return nil
	}
	return r
}

// holds tells whether the answer is the same under a view. One that is counts as merged under it from then on, so that
// the changes up to it are looked at once.
func (r *response) holds(taken search.View) bool {
	since, now := r.taken.Load(), taken.Version()
	if since == now {
		return true
	}
	if taken.Touches(since, r.clinicians) {
		return false
	}
	r.taken.CompareAndSwap(since, now)
	return true
}

func (c *responseCache) put(key string, r *response) {
	if c.now().Before(r.validUntil) {
		c.cache.Set(key, r.cached())
	}
}

func (c *responseCache) size() (bytes, entries int64) {
	return int64(c.cache.WeightedSize()), int64(c.cache.EstimatedSize())
}

// close ends the cache's own goroutine.
func (c *responseCache) close() { c.cache.StopAllGoroutines() }
