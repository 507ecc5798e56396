// Package wire reads what clients send before net/http does, and reads each byte of a request's head once.
//
//	client ──▶ conn ──▶ scanner ──▶ two readers could disagree? ──yes──▶ nothing more passes: 400, and an end
//	                                └─no─▶ a plain request that the [Responder] knows? ──yes──▶ one write, next request
//	                                                                  └──no──▶ net/http, byte for byte as it came
//
// Framings that net/http accepts and somebody else on the way reads differently never become a request: what one takes for
// a body the other takes for the next request.
//
// A plain GET of a cached answer is answered on the connection itself: net/http spends most of such an answer's time on a
// map of headers in, another out, sorted and copied, and two writes. Here its head is looked at in place, and the answer is
// a few copied bytes. The [Responder] is the one way in.
//
// Little counts as plain (see [asked]), on purpose: whatever is not known for certain net/http reads as if nobody had
// looked. So the scanner can neither accept a framing that net/http refuses nor disagree with it about where a request
// ends: it only ever takes whole requests that have no body. Tests hold the two against each other.
package wire
