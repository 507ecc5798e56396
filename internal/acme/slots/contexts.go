package slots

import (
	"fmt"
	"sync"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Bounds on the searches that are remembered: how many, and how many bytes they took as they were asked.
const (
	maxContexts     = 10_000
	maxContextBytes = 16 << 20
)

// contexts remember searches by their token (docs/dexcare.md §6.4), the oldest forgotten first.
type contexts struct {
	life time.Duration // 0: without end

	mu    sync.Mutex
	known map[string]*pastSearch
	order []string // of tokens, oldest first; each once
	bytes int
}

type pastSearch struct {
	terms areaTerms
	size  int       // of its canonical form
	asked time.Time // last
}

func newContexts(life time.Duration) *contexts {
	return &contexts{life: life, known: map[string]*pastSearch{}}
}

// remember keeps the search under its token; asking again starts its life again.
func (c *contexts) remember(token string, terms areaTerms, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.known[token]; old != nil {
		old.asked = now
		return
	}
	s := &pastSearch{terms, len(terms.canonical()), now}
	c.known[token] = s
	c.order = append(c.order, token)
	c.bytes += s.size
	for len(c.order) > 1 && (len(c.order) > maxContexts || c.bytes > maxContextBytes) {
		oldest := c.order[0]
		c.bytes -= c.known[oldest].size
		delete(c.known, oldest)
		c.order = c.order[1:]
	}
}

// find gives back the search of a token; false for one that was never given out, or whose life is over.
func (c *contexts) find(token string, now time.Time) (areaTerms, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.known[token]
	if s == nil || c.life > 0 && now.Sub(s.asked) >= c.life {
		return areaTerms{}, false
	}
	return s.terms, true
}

// token is the search's context: the same for the same search, 32 hex digits.
func (terms areaTerms) token(seed uint64) string {
	h := world.Hash(seed, world.SaltSearch, world.HashText(terms.canonical()))
	return fmt.Sprintf("%016x%016x", h, world.Mix(h))
}

// searchContext gives the search a token under which it can be run again.
func (h *Handlers) searchContext(q *wire.Request, s areaSearch) string {
	token := s.token(h.Options.Seed)
	h.contexts.remember(token, s.areaTerms, q.Now)
	return token
}
