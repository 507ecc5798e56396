package cache

import (
	"sync/atomic"
)

// gate decides whether Redis is asked at all. It opens at the first failure that tells of the server rather than of one
// key, and then requests pass Redis by at once; they are never used as probes. A background ping closes it again
// (see [Redis.watch]), so a dead server costs the requests in flight one timeout, and later ones nothing.
type gate struct {
	down     atomic.Bool
	recorder Recorder
	tripped  func() // tells those who wait for something from Redis
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
