package accel

// headerKind is what a header means for whether a request is plain.
type headerKind uint8

const (
	indifferent headerKind = iota // changes nothing about a cached answer
	personal                      // makes the answer another: the request is for net/http
	framing                       // makes the connection's bytes mean something else: from here on they are net/http's
	host
	connection
	acceptEncoding
	ifNoneMatch
	correlationID
)

// kinds of the headers that matter, by name in lower case.
var kinds = map[string]headerKind{
	"host":            host,
	"connection":      connection,
	"accept-encoding": acceptEncoding,
	"if-none-match":   ifNoneMatch,
	"correlation-id":  correlationID,

	// A body, another protocol, hop-by-hop orders.
	"content-length": framing, "transfer-encoding": framing, "trailer": framing, "te": framing, "expect": framing,
	"upgrade": framing, "http2-settings": framing, "keep-alive": framing, "proxy-connection": framing,

	// Somebody's own answer.
	"authorization": personal, "proxy-authorization": personal, "cookie": personal,
	// Answers that differ: for another origin, of a part, on other conditions.
	"origin": personal, "access-control-request-method": personal, "access-control-request-headers": personal,
	"range": personal, "if-match": personal, "if-range": personal, "if-unmodified-since": personal, "if-modified-since": personal,
	// A trace that wants to be followed.
	"traceparent": personal,
}

// longestKind is the length of the longest of these names.
var longestKind = func() (longest int) {
	for name := range kinds {
		longest = max(longest, len(name))
	}
	return longest
}()

// kindOf looks a name up without regard to case.
func kindOf(name []byte) headerKind {
	var lower [32]byte
	if len(name) > longestKind || len(name) > len(lower) {
		return indifferent
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return kinds[string(lower[:len(name)])]
}

// equalFold compares ASCII text with one in lower case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// tokenChars are the characters of a header's name (RFC 9110 §5.6.2).
var tokenChars = func() (set [256]bool) {
	for c := 'a'; c <= 'z'; c++ {
		set[c], set[c-'a'+'A'] = true, true
	}
	for c := '0'; c <= '9'; c++ {
		set[c] = true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		set[c] = true
	}
	return set
}()
