// Package taken knows which slots are taken, and sees to it that every replica leaves them out of its answers from the moment
// at which one of them was booked (docs/architecture.md §6). A cache may forget; what is here is kept until it ends.
//
// Bookings write to the [Ledger], searches read an immutable [View] of it when they serve. The ledgers of all replicas are
// one, through a [board] in Redis that each of them follows:
//
//	booking ─▶ Ledger.Pend ─▶ upstream ─▶ Ledger.Promote ─▶ board in Redis ─▶ wait until all views know ─▶ answer
//	                                                          └─▶ every replica polls ─▶ View ─▶ searches
//
// What Redis could not be told waits in an [outbox]. A replica that saw Redis lose data does not call its views strict until
// the other replicas have told all they know (see [fleet] and members.go).
//
// A booking may name its slot by an opaque slotId alone: the [SlotIndex] turns it back into the slot that it names, and what
// cannot be placed is doubted instead (unplaced.go). Two things more are shared by all replicas in the same way: the
// [Switches] that turn bookings of a product off, and the [Uses] of idempotency keys.
package taken
