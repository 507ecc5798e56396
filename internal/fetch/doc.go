// Package fetch makes upstream reads: one call per fragment key, guarded, decoded, shared.
//
// A read passes from the outside in:
//
//	FanOut ──▶ Flight ──▶ Fetcher.Fetch ──▶ guard ──▶ client ──▶ decode
//	(bounded)  (one call   (a key and its   (pause,   (HTTP,     (bytes to
//	            per key)    caller's label)  rate,     status,    fragment)
//	                                         places,   bounded
//	                                         breaker,  body)
//	                                         timeout,
//	                                         retry,
//	                                         hedge)
//
// Every failure comes back as a [timeslot.Error] whose kind says what the caller may do. A fragment comes back for an
// answer, also for a well-formed "not found". Nothing of a client's request reaches upstream but the typed key and
// the label of [Call]. docs/upstream.md says what each guard does and what it is set by.
package fetch
