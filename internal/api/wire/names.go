package wire

// headerKind is what a header means for whether a request is plain.
type headerKind uint8

const (
	indifferent headerKind = iota // changes nothing about a cached answer
	odd                           // no name
	personal                      // makes the answer another: the request is for net/http
	framing                       // makes the connection's bytes mean something else: from here on they are net/http's
	length                        // framing: how long the body is
	coding                        // framing: how the body is put
	host
	connection
	acceptEncoding
	ifNoneMatch
	correlationID
)

// longestKind is the length of the longest name that kindOf knows.
const longestKind = len("access-control-request-headers")

// kindOf looks a name up without regard to case.
func kindOf(name []byte) headerKind {
	var lower [longestKind]byte
	for i, c := range name {
		low := tokenChars[c]
		if low == 0 {
			return odd
		}
		if i < len(lower) {
			lower[i] = low
		}
	}
	switch {
	case len(name) == 0:
		return odd
	case len(name) > len(lower):
		return indifferent
	}
	switch string(lower[:len(name)]) {
	case "host":
		return host
	case "connection":
		return connection
	case "accept-encoding":
		return acceptEncoding
	case "if-none-match":
		return ifNoneMatch
	case "correlation-id":
		return correlationID
	case "content-length":
		return length
	case "transfer-encoding":
		return coding
	case "trailer", "te", "expect", "upgrade", "http2-settings", "keep-alive", "proxy-connection": // a body, another protocol, hop-by-hop orders
		return framing
	case "authorization", "proxy-authorization", "cookie", // somebody's own answer
		"origin", "access-control-request-method", "access-control-request-headers", // another for another origin,
		"range", "if-match", "if-range", "if-unmodified-since", "if-modified-since", // of a part, on other conditions
		"traceparent": // a trace that wants to be followed
		return personal
	}
	return indifferent
}

// tokenChars are the characters of a header's name (RFC 9110 §5.6.2), in lower case; 0 for all others.
var tokenChars = func() (lower [256]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		lower[c], lower[c-'a'+'A'] = c, c
	}
	for _, c := range []byte("0123456789!#$%&'*+-.^_`|~") {
		lower[c] = c
	}
	return lower
}()
