package dropin

import (
	"fmt"
	"time"

	"github.com/go-faster/jx"
	"github.com/maypok86/otter/v2"
)

// Contexts remembers the search contexts that answers from the cache carried. Only those may be replayed from the
// cache: any other may come from a search for one patient (docs/dexcare.md §6.4, §6.5).
type Contexts struct {
	cache *otter.Cache[string, struct{}]
}

// Bounds of the table.
const (
	maxContexts    = 100_000
	contextKept    = 30 * time.Minute
	maxContextSize = 128
)

// NewContexts makes an empty table. Close ends it.
func NewContexts() (*Contexts, error) {
	c, err := otter.New(&otter.Options[string, struct{}]{
		MaximumSize:      maxContexts,
		ExpiryCalculator: otter.ExpiryWriting[string, struct{}](contextKept),
	})
	if err != nil {
		return nil, fmt.Errorf("table of search contexts: %w", err)
	}
	return &Contexts{cache: c}, nil
}

// Learn remembers the searchContext of an answer; an answer without one changes nothing.
func (c *Contexts) Learn(body []byte) {
	_ = jx.DecodeBytes(body).ObjBytes(func(d *jx.Decoder, key []byte) error { // it was decoded before
		if string(key) != "searchContext" || d.Next() != jx.String {
			return d.Skip()
		}
		text, err := d.Str()
		if err == nil && len(text) <= maxContextSize {
			c.cache.Set(text, struct{}{})
		}
		return err
	})
}

// Known reports whether an answer from the cache carried a search context.
func (c *Contexts) Known(text string) bool {
	_, ok := c.cache.GetIfPresent(text)
	return ok
}

// Close ends the table's own goroutine.
func (c *Contexts) Close() { c.cache.StopAllGoroutines() }
