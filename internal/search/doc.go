// Package search is the request path between the parsed query and the encoded answer (docs/architecture.md §3, steps 4 to 7).
//
//	Query ──plan──▶ keys ──look up──▶ fragments ──merge──▶ Answer
//	                 │                    ▲
//	                 └─ missing, stale ─▶ flight: look again, fetch, store
//
// A fragment that is fresh is used, one that is stale is used and refreshed in the background by a bounded pool, and only what is
// missing is waited for, at most as long as the caller's budget. What has arrived by then is the answer; what has not
// is named in its source reports. Campaigns keep configured queries fresh before anybody asks. Slots known to be taken are
// filtered here, when serving, never when storing.
package search
