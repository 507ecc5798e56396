// Package door stands between the network and the routes: it decides which connections and requests come in, and knows
// nothing of what they ask for.
//
//	client ──▶ Listener ──▶ wire ──▶ net/http ──▶ Door ──────────────────────────────────────────────▶ routes
//	           connections  framing  parsing      malformed? preflight? client's share? place in flight?
//	                                               4xx        204        429             503
//
// [Listener] bounds connections, and gives up those that wait longest when room is short. [Door] refuses what package wire
// has left of framings on which two readers could disagree, answers CORS preflights, holds clients to their rate and keeps a
// bounded number of requests in flight, lowest priority out first, bookings last. Every refusal is a problem document
// (RFC 9457).
//
// A request that passes costs two atomic additions and no allocation; no lock is shared by all requests.
package door
