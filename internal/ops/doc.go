// Package ops is what operators see and change on the admin listener (docs/interface.md §4). It does no work on any request's
// path.
//
// A [Watch] says how the service is, now: for each product whether it keeps its promise, how fresh what it serves is, for each
// source how it does, and the state of breakers, caches, Redis and bookings. Once a second it reads the metrics that are kept
// anyway, remembers the last ten readings, and makes one [State] of them, which all who listen share:
//
//	metrics ──Reader──▶ tally ──▶ ring of 10 s ──▶ State ──▶ GET /ops/state
//	                                                       └────▶ GET /ops/events ──▶ the page (GET /ops)
//
// [NewAdmin] adds the routes that explain a query, make an answer ready, declare fragments void and switch products off. They act
// through small interfaces, and a changing call has to prove where it comes from first:
//
//	request ──▶ origin ──▶ token or loopback ──▶ body ──▶ Queries, Fragments, Switches
package ops
