package response

import (
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/search"
)

// Cache maps canonical queries to encoded answers, bounded in bytes.
type Cache struct {
	cache *otter.Cache[string, *Response]
	now   func() time.Time
}

// responseOverhead is what an entry costs besides its bodies, in bytes. Bodies count twice: the coded ones together are
// rarely larger than the plain one.
const responseOverhead = 1024

// NewCache makes a cache of so many bytes. Close ends it.
func NewCache(maxBytes int64, now func() time.Time) (*Cache, error) {
	c, err := otter.New(&otter.Options[string, *Response]{
		MaximumWeight: uint64(maxBytes),
		Weigher: func(key string, r *Response) uint32 {
			return uint32(len(key) + responseOverhead + 2*len(r.plain.body))
		},
		// What may no longer be served takes no room: answers for people's own positions are asked for once.
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *Response]) time.Duration {
			return max(1, e.Value.validUntil.Sub(now()))
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("response cache of %d bytes: %w", maxBytes, err)
	}
	return &Cache{cache: c, now: now}, nil
}

// Get finds an answer that may be served as it is: no fragment of it has expired since, none of its slots has begun,
// and no slot of a clinician that it speaks of was taken or came back since it was merged.
func (c *Cache) Get(key string, taken search.View) *Response {
	r, ok := c.cache.GetIfPresent(key)
	if !ok || !c.now().Before(r.validUntil) || !r.holds(taken) {
		return nil
	}
	return r
}

// holds reports whether the answer is the same under a view. One that is counts as merged under it from then on, so that
// the changes up to it are looked at once.
func (r *Response) holds(taken search.View) bool {
	since, now := r.taken.Load(), taken.Version()
	if since == now {
		return true
	}
	if taken.Touches(since, r.Clinicians) {
		return false
	}
	r.taken.CompareAndSwap(since, now)
	return true
}

// Put keeps an answer, unless it may no longer be served as it is.
func (c *Cache) Put(key string, r *Response) {
	if c.now().Before(r.validUntil) {
		c.cache.Set(key, r.cached())
	}
}

// Size is how much there is.
func (c *Cache) Size() (bytes, entries int64) {
	return int64(c.cache.WeightedSize()), int64(c.cache.EstimatedSize())
}

// Close ends the cache's own goroutine.
func (c *Cache) Close() { c.cache.StopAllGoroutines() }
