package api

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// hitLog writes the log records of the hit path: one a second for each kind of hit, which says how many there were. A
// record for each would cost as much as the answers themselves. With debug logging there is one for each.
type hitLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	tell atomic.Pointer[map[hitKind]*hitCount]
	stop chan struct{}
	wg   sync.WaitGroup
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

func newHitLog(log *slog.Logger) *hitLog {
	l := &hitLog{log: log, stop: make(chan struct{})}
	l.tell.Store(&map[hitKind]*hitCount{})
	l.wg.Go(l.run)
	return l
}

func (l *hitLog) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.flush()
		case <-l.stop:
			l.flush()
			return
		}
	}
}

// add counts a hit. It takes no lock, keeps nothing of the
// id, and allocates only for a kind that was not seen before or a new slowest one.
func (l *hitLog) add(kind hitKind, bytes int, took time.Duration, correlationID []byte) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.write(slog.LevelDebug, "request", kind,
			slog.Duration("duration", took), slog.Int("bytes", bytes), slog.String("correlationId", string(correlationID)))
		return
	}
	c, ok := (*l.tell.Load())[kind]
	if !ok {
		c = l.learn(kind)
	}
	c.requests.Add(1)
	c.bytes.Add(int64(bytes))
	for slowest := c.slowest.Load(); int64(took) > slowest; slowest = c.slowest.Load() {
		if c.slowest.CompareAndSwap(slowest, int64(took)) {
			id := string(correlationID)
			c.slowestID.Store(&id)
		}
	}
}

func (l *hitLog) learn(kind hitKind) *hitCount {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := *l.tell.Load()
	if c, ok := known[kind]; ok {
		return c
	}
	next := maps.Clone(known)
	next[kind] = &hitCount{}
	l.tell.Store(&next)
	return next[kind]
}

// flush writes what was counted since the last time. A hit that is counted in between belongs to the next record.
func (l *hitLog) flush() {
	for kind, c := range *l.tell.Load() {
		n := c.requests.Swap(0)
		if n == 0 {
			continue
		}
		slowest := time.Duration(c.slowest.Swap(0))
		id := ""
		if p := c.slowestID.Swap(nil); p != nil {
			id = *p
		}
		l.write(slog.LevelInfo, "hits", kind, slog.Int64("requests", n), slog.Int64("bytes", c.bytes.Swap(0)),
			slog.Duration("slowest", slowest), slog.String("slowestCorrelationId", id))
	}
}

func (l *hitLog) write(level slog.Level, message string, kind hitKind, attrs ...slog.Attr) {
	l.log.LogAttrs(context.Background(), level, message, append([]slog.Attr{
		slog.String("route", kind.route), slog.Int("status", kind.status),
		slog.String("product", kind.product), slog.String("cache", kind.cache),
	}, attrs...)...)
}

func (l *hitLog) close() {
	close(l.stop)
	l.wg.Wait()
}
