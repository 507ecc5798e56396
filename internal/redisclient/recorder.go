package redisclient

import "time"

// Recorder is told what operations met (docs/metrics.md). internal/metrics implements it; nil is silent. Its methods are
// called on the request path, concurrently, and must not block.
type Recorder interface {
	// RedisOperation tells of one round trip: operation is the caller's word for it, or "ping"; outcome is "ok", "error",
	// "timeout", or "bypassed" (not sent: Redis was down or a queue full; d is zero).
	RedisOperation(operation, outcome string, d time.Duration)
	// RedisServers tells how many servers have which trouble (the words of [Trouble]), at start and on every change. Those
	// without stand under the empty word.
	RedisServers(count map[string]int)
	// RedisClockSkew tells by how much this replica's clock is ahead of a server's, the worst of all.
	RedisClockSkew(d time.Duration)
}

// The words of the Recorder.
const (
	operationPing = "ping"

	outcomeOK       = "ok"
	outcomeError    = "error"
	outcomeTimeout  = "timeout"
	outcomeBypassed = "bypassed"
)

type silent struct{}

func (silent) RedisOperation(string, string, time.Duration) {}
func (silent) RedisServers(map[string]int)                  {}
func (silent) RedisClockSkew(time.Duration)                 {}
