// Package cache keeps what upstream said, and what was taken since.
//
// A search looks all its fragment keys up at once (ARCHITECTURE §3, step 5). The [Tiered] store asks the process's own
// [Memory] first and then [Redis], in one pipelined round trip, for what memory lacks; what Redis had is kept in memory.
// What neither has is fetched by the caller, who looks again inside the flight and then puts the fragment:
//
//	Lookup ──▶ Memory ──misses──▶ Redis      Put ──▶ Memory ──▶ queue ──▶ Redis
//	             ▲──────promote─────┘                  └──▶ SlotIndex
//
// Redis is optional and never fatal (ARCHITECTURE §9, FAULTS rows 11–13): its trouble is a miss. A [gate] turns it off
// after the first failure, a background ping turns it on again, and nobody waits for a write.
//
// Values in Redis are written by [codec]: versioned, checksummed, compressed, and naming their own key.
//
// Fragments are frozen: stores hand out the very pointer they were given, and neither side writes to it again.
//
// Beside the store stand two small memories of the booking path: the [Ledger] of taken slots, which readers consult
// through an immutable [View] when serving, and the [SlotIndex] that turns a slotId back into the slot it names.
package cache
