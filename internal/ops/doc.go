// Package ops tells how the service is, now: for each product whether it keeps its promise, how fresh what it serves is,
// for each source whether it hurts, and the state of breakers, caches, Redis and bookings (docs/interface.md §4).
//
// It does no work on any request's path. Once a second a Watch reads the metrics that are kept anyway, remembers the last
// minute, and makes one State of it, which all who listen share:
//
//	metrics ──Reader──▶ tally ──▶ ring of 10 s ──▶ State ──▶ GET /ops/state
//	                                                       └────▶ GET /ops/events ──▶ the page (GET /ops)
package ops
