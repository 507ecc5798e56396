// Package accel answers cached GET requests on the connection itself, before net/http parses them: an HTTP accelerator
// in the sense in which caches are called so, for the one case that matters in a spike.
//
//	client ──▶ conn.Read ──▶ a plain request that the [Responder] knows? ──yes──▶ one write, next request
//	                                       └──no──▶ net/http, byte for byte as it came
//
// net/http spends most of a cached answer's time on itself: a map of headers in, another out, sorted and copied, two
// writes. Here a request's head is looked at in place, and an answer is a few copied bytes.
//
// The parser accepts little (see [parse]), on purpose: whatever it does not know for certain it leaves alone, and then
// net/http reads the same bytes as if nobody had looked. So it can neither accept a framing that net/http refuses nor
// disagree with it about where a request ends: it only ever takes whole requests that have no body. A test holds the two
// ways against each other.
package accel
