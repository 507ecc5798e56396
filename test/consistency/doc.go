// Consistency checks the promise about taken slots from outside: after a booking was answered 2xx, or 409
// SlotUnavailable, through any replica, no request that starts later, at any replica, gets an answer that calls itself
// strict and offers the slot (docs/architecture.md §6).
//
// It builds the service and starts several replicas of it, a real redis-server, and the simulator lagging behind its
// bookings. Then it reads and books through all of them, with every instant on one monotonic clock, its own:
//
//	readers ──▶ any replica ──▶ answer ──▶ decode (once per distinct body) ──▶ judge ◀── taken slots
//	bookers ──▶ any replica ──▶ 2xx or SlotUnavailable ──▶ taken at this instant ────────────┘
//	                                 └──▶ read again at every replica, at once
//	nemesis ──▶ kill, stop, restart a replica or Redis; empty Redis; slow upstream
//
// An answer is judged when it arrives, against what was taken before its request began, so nothing has to be kept for
// later. That misses nothing: a slot is taken, and the instant read, under the lock that judging takes too, so whatever
// was taken before a request began is there when its answer is judged.
//
// It imports the rig of tests alone: it knows the service by its commands and its HTTP only.
package main
