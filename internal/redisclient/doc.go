// Package redisclient talks to the Redis servers that all replicas share, in a way that never hangs and never fails a
// request (docs/architecture.md §9, docs/faults.md rows 11–15).
//
// An operation names its key. The server that has the key is asked within [Options.Timeout], unless it is known to be in
// trouble; what the operation met is judged, and may say that the server is:
//
//	RoundTrip, Batch ──▶ breaker of the key's server ──closed──▶ one round trip ──▶ what was met ──▶ breaker
//	                            └──open──▶ nothing is sent                 probe in the background ──┘
//
// A [breaker] opens at the first failure, and a probe in the background closes it again, so nobody waits twice for a server
// that is gone. In a cluster each master has a breaker of its own. What is wrong is a [Trouble], for the log, for /ops and
// for a metric.
//
// The packages cache and taken keep their data through it: each has scripts and keys of its own, below
// [Client.Namespace].
package redisclient
