package record

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// hits are the answers from memory: one log line a second for each kind of them, which says how many there were. A line for
// each would cost as much as the answers themselves. With debug logging there is one for each.
type hits struct {
	log   *slog.Logger
	mu    sync.Mutex
	kinds atomic.Pointer[map[hitKind]*hitCount]
	stop  chan struct{}
	wg    sync.WaitGroup
}

// hitKind is what hits are counted by. All of it is from closed sets.
type hitKind struct {
	product, route string
	status         int
	cache          string
}

type hitCount struct {
	requests, bytes atomic.Int64
	slowest         atomic.Int64           // nanoseconds
	slowestID       atomic.Pointer[string] // its correlation id
}

func (h *hits) begin(log *slog.Logger) {
	h.log, h.stop = log, make(chan struct{})
	h.kinds.Store(&map[hitKind]*hitCount{})
	h.wg.Go(h.run)
}

func (h *hits) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.flush()
		case <-h.stop:
			h.flush()
			return
		}
	}
}

// add counts a hit. It takes no lock, and allocates only for a kind that was not seen before or a new slowest one.
func (h *hits) add(r *Request, took time.Duration) {
	kind := hitKind{r.Product, r.Route, r.Status, r.Cache}
	c, ok := (*h.kinds.Load())[kind]
	if !ok {
		c = h.learn(kind)
	}
	c.requests.Add(1)
	c.bytes.Add(r.Bytes)
	for slowest := c.slowest.Load(); int64(took) > slowest; slowest = c.slowest.Load() {
		if c.slowest.CompareAndSwap(slowest, int64(took)) {
			id := strings.Clone(r.CorrelationID)
			c.slowestID.Store(&id)
		}
	}
}

func (h *hits) learn(kind hitKind) *hitCount {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := *h.kinds.Load()
	if c, ok := known[kind]; ok {
		return c
	}
	next := maps.Clone(known)
	next[kind] = &hitCount{}
	h.kinds.Store(&next)
	return next[kind]
}

// flush writes what was counted since the last time. A hit that is counted in between belongs to the next line.
func (h *hits) flush() {
	for kind, c := range *h.kinds.Load() {
		n := c.requests.Swap(0)
		if n == 0 {
			continue
		}
		slowest := time.Duration(c.slowest.Swap(0))
		id := ""
		if p := c.slowestID.Swap(nil); p != nil {
			id = *p
		}
		h.log.LogAttrs(context.Background(), slog.LevelInfo, "hits",
			slog.String("route", kind.route), slog.Int("status", kind.status), slog.String("product", kind.product), slog.String("cache", kind.cache),
			slog.Int64("requests", n), slog.Int64("bytes", c.bytes.Swap(0)), slog.Duration("slowest", slowest), slog.String("slowestCorrelationId", id))
	}
}

func (h *hits) close() {
	close(h.stop)
	h.wg.Wait()
}
