// Package cache keeps what upstream said, and what happened since.
//
// A search looks all its fragment keys up at once (docs/architecture.md §3, step 5). The [Tiered] store asks the process's own
// [Memory] first and then [Redis], in one pipelined round trip, for what memory lacks; what Redis had is kept in memory.
// What neither has, or has as stale, the caller's flight fills: the store looks again, takes the key's lease, has the
// work done, and stores what it gave (step 6):
//
//	Lookup ──▶ Memory ──misses──▶ Redis      Fill ──▶ look again ──▶ lease ──▶ work ──▶ Memory ──▶ queue ──▶ Redis
//	             ▲──────promote─────┘                                                     └──▶ OnStore         └──▶ notice
//
// The work is given the copy that is held. Where upstream says what it said before, what it gives shares that copy's content,
// and Redis gets the head of the value alone.
//
// Redis is optional and never fatal (docs/architecture.md §9, docs/faults.md rows 11–15): its trouble is a miss, and a fetch
// without a lease. The package redisclient decides whether a server is asked at all, and nobody waits for a write.
//
// Values in Redis are written by [codec]: versioned, checksummed, compressed, and naming their own key.
//
// Fragments are frozen: stores hand out the very pointer they were given, and neither side writes to it again.
//
// Events of package taken make fragments outdated; the stores learn of them from [Fences], which number the events and compare
// them with the number that a fetch began with.
package cache
