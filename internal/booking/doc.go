// Package booking passes authenticated calls through to DexCare and keeps the book of taken slots while they pass. It
// is the only code that ever touches a patient's bytes, and it hands them to nobody: not to logs, metrics, caches or
// errors.
//
//	client ──▶ admit ──▶ pend ──▶ send, once ──▶ judge ──▶ settle ──▶ relay ──▶ client
//	          401 400   slot is             2xx? 409?   slot is     status, headers
//	          413 415   hidden for           unknown?   gone, free   and body as they
//	                    a moment                        or doubtful  came, no-store
//
// Three promises hold whatever happens (ARCHITECTURE §6, FAULTS rule 2):
//
//   - A call is sent at most once. It is read whole before, so that a broken upload books nothing; it carries no
//     header that would make a transport repeat it; and a client that leaves does not tear it off half way.
//   - The book is settled before the first byte of the answer goes back, so that no later search offers a slot whose
//     booking somebody has seen confirmed.
//   - Trouble with the book never stops a booking.
package booking
