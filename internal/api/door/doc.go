// Package door stands between the network and the routes: it decides which connections and requests come in, and knows
// nothing of what they ask for.
//
//	client ──▶ Listener ──▶ net/http ──▶ Door ──────────────────────────────────────────────▶ routes
//	           connections   parsing     malformed? preflight? client's share? place in flight?
//	           framing                    4xx        204        429             503
//
// [Listener] bounds connections, gives up those that wait longest when room is short, and reads along as bytes arrive
// ([wire]): framings on which two readers of HTTP could disagree never become a request. [Door] refuses what is left of
// them, answers CORS preflights, holds clients to their rate and keeps a bounded number of requests in flight, lowest
// priority out first, bookings last. Every refusal is a problem document (RFC 9457).
//
// A request that passes costs two atomic additions and no allocation; no lock is shared by all requests.
package door
