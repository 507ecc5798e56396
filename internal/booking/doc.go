// Package booking passes authenticated calls through to DexCare and keeps the book of taken slots while they pass. It
// is the only code that ever touches a patient's bytes, and it hands them to nobody: not to logs, metrics, caches or
// errors.
//
//	client ──▶ admit ──▶ consult ──▶ pend ──▶ send, once ──▶ judge ──▶ settle ──▶ relay ──▶ client
//	          404 401   which slot  it is                   2xx? 409?  taken,    status, headers
//	          400 413   is it       hidden for              unknown?   free,     and body as they
//	          415 409   about?      a moment                           doubtful  came, no-store
//
// [Routes] lists the calls: bookings and what is around them. [Gateway.Bypass] is the same for reads that must not be
// cached. Most calls are about no slot and pass through the middle untouched.
//
// Three promises hold whatever happens (docs/architecture.md §6, docs/faults.md rule 2):
//
//   - A call is sent at most once. It is read whole before, so that a broken upload books nothing; it carries no
//     header that would make a transport repeat it; a client that leaves does not tear it off half way; and a second
//     use of an Idempotency-Key ends here.
//   - The book is settled before the first byte of the answer goes back, so that no later search offers a slot whose
//     booking somebody has seen confirmed.
//   - Trouble with the book never stops a booking.
//
// Two things outlive a call, in this process's memory only and for a bounded time: fingerprints of used idempotency
// keys, and which slot a visit took, under the fingerprint of its id.
package booking
