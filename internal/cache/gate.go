package cache

import (
	"sync/atomic"
	"time"
)

// gate decides whether Redis is asked at all. It opens at the first failure that tells of the server rather than of one
// key, and then requests pass Redis by at once; they are never used as probes. A background ping closes it again
// (see [Redis.watch]), so a dead server costs the requests in flight one timeout, and later ones nothing.
//
// A time-out alone may be our own doing: under a crowd that takes every core, answers lie unread for longer than we
// wait. So time-outs trip it only when nothing was answered for a while; a connection that is refused trips it at once.
type gate struct {
	down     atomic.Bool
	lastWord atomic.Int64 // when Redis last answered anything, in nanoseconds since birth
	birth    time.Time
	recorder Recorder
	tripped  func() // tells those who wait for something from Redis
}

// silence is how long nothing must have been answered for time-outs to count.
const silence = 50 * time.Millisecond

func (g *gate) answered() { g.lastWord.Store(int64(time.Since(g.birth))) }

func (g *gate) silent() {
	if time.Since(g.birth)-time.Duration(g.lastWord.Load()) > silence {
		g.trip()
	}
}

func (g *gate) bypass() bool { return g.down.Load() }

func (g *gate) trip() {
	if !g.down.Swap(true) {
		g.recorder.RedisUp(false)
		g.tripped()
	}
}

func (g *gate) heal() {
	if g.down.Swap(false) {
		g.recorder.RedisUp(true)
	}
}
