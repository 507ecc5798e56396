package booking

import (
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// hopByHop are the headers that end at each hop (RFC 9110 §7.6.1), in Go's spelling.
var hopByHop = [...]string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings",
}

// keptBack are the request headers that are ours to decide.
var keptBack = [...]string{
	// With one of these Go's transport sends a request again when a reused connection breaks (docs/faults.md §3), and
	// upstream has no use for them (docs/dexcare.md §1.7).
	"Idempotency-Key", "X-Idempotency-Key",
	"X-Api-Key",      // the service's own key goes upstream, nobody else's
	"Expect",         // the body is here already
	"Content-Length", // the transport writes it from the body
}

// neverShared is the Cache-Control of every answer. Nothing weaker will do: must-revalidate, public and s-maxage each
// allow a shared cache to keep an answer to a request with a token (RFC 9111 §3.5).
const neverShared = "private, no-store"

// cachingHeaders of upstream would let some cache on the way keep the answer although Cache-Control forbids it:
// Expires and Pragma speak to caches older than Cache-Control, Surrogate-Control and targeted fields (RFC 9213) to
// CDNs, X-Accel-* to nginx. Age claims that the answer comes from a cache. ETag stays: it permits nothing.
func isCachingHeader(name string) bool {
	switch name {
	case "Cache-Control", "Expires", "Pragma", "Age", "Surrogate-Control":
		return true
	}
	return strings.HasSuffix(name, "-Cache-Control") || strings.HasPrefix(name, "X-Accel-")
}

// requestHeader is what goes upstream: the client's end-to-end headers, our key, the correlation id, and the way that
// the request came as far as it is known for certain.
func (g *Gateway) requestHeader(in http.Header, p *passThrough) http.Header {
	out := in.Clone()
	for _, name := range hopByHop {
		out.Del(name)
	}
	for _, name := range keptBack {
		out.Del(name)
	}
	maps.DeleteFunc(out, func(name string, _ []string) bool { return isForwarding(name) })
	if p.call.ForwardedFor != "" {
		out.Set("X-Forwarded-For", p.call.ForwardedFor)
	}
	if key := g.keys[p.route.Key]; len(key.b) > 0 {
		out.Set("X-Api-Key", string(key.b))
	}
	if p.call.CorrelationID != "" {
		out.Set("Correlation-Id", p.call.CorrelationID)
	}
	if _, ok := out["Accept-Encoding"]; !ok {
		out.Set("Accept-Encoding", "identity") // else upstream may choose what the client cannot read
	}
	if _, ok := out["User-Agent"]; !ok {
		out["User-Agent"] = []string{""} // else the transport makes one up
	}
	return out
}

// copyResponseHeader hands upstream's end-to-end headers on. Left out are permissions that are ours to give: to keep
// the answer, and to read it from another origin (our own CORS headers are set by the edge, docs/faults.md §2 J); and
// what browsers would apply to our origin.
func copyResponseHeader(out, in http.Header) {
	named := slices.Collect(connectionOptions(in))
	for name, values := range in {
		switch {
		case slices.Contains(hopByHop[:], name), slices.Contains(named, name), isCachingHeader(name), isOwnOrigins(name):
		case name == "Www-Authenticate":
			if challenges := bearerOnly(values); len(challenges) > 0 {
				out[name] = challenges
			}
		case name == "Vary":
			out[name] = append(out[name], values...)
		default:
			out[name] = values
		}
	}
	if _, ok := in["Content-Type"]; !ok {
		out["Content-Type"] = nil // else the server guesses one
	}
	out.Set("Cache-Control", neverShared)
}

// connectionOptions yields the options of the Connection header in Go's spelling of header names.
func connectionOptions(h http.Header) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, value := range h.Values("Connection") {
			for option := range strings.SplitSeq(value, ",") {
				option = strings.TrimSpace(option)
				if option != "" && !yield(http.CanonicalHeaderKey(option)) {
					return
				}
			}
		}
	}
}
