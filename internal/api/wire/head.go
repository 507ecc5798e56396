package wire

import "bytes"

// Request is what a [Responder] is told of a plain request. Its slices are valid during the call only.
type Request struct {
	Head  bool   // HEAD instead of GET
	Path  []byte // as it came, for example "/v1/timeslots"
	Query []byte // as it came, without the question mark

	AcceptEncoding, IfNoneMatch, CorrelationID []byte // nil when absent
}

// maxHead is the longest head that may be a plain request's, in bytes; maxHeaders how many headers it may have.
const (
	maxHead    = 4096
	maxHeaders = 64
)

// asked is what the head of one request asks for, so far. Its end is certain for
//
//   - GET or HEAD, a path and a query of visible ASCII, HTTP/1.1,
//   - one Host, and headers with names of token characters and values of visible ASCII, blanks and tabs,
//   - none of which says that more follows, or that the connection is to be used otherwise (see [framing]).
//
// It is plain when it asks for nothing but the answer itself (see [personal]).
type asked struct {
	certain, personal bool
	headers, hosts    int

	isHead                                     bool
	path, query                                span
	acceptEncoding, ifNoneMatch, correlationID span
}

// span is a part of the head; one that ends at 0 is not there.
type span struct{ from, to int }

func (s span) in(b []byte) []byte {
	if s.to == 0 {
		return nil
	}
	return b[s.from:s.to]
}

// request is what a plain head asks for, which b begins with.
func (a *asked) request(b []byte) Request {
	return Request{
		Head: a.isHead, Path: a.path.in(b), Query: a.query.in(b),
		AcceptEncoding: a.acceptEncoding.in(b), IfNoneMatch: a.ifNoneMatch.in(b), CorrelationID: a.correlationID.in(b),
	}
}

var methodGet, methodHead = []byte("GET /"), []byte("HEAD /")

// target reads "GET /path?query", and reports whether it is one.
func (a *asked) target(line []byte) bool {
	switch {
	case bytes.HasPrefix(line, methodGet):
		a.path.from = len("GET ")
	case bytes.HasPrefix(line, methodHead):
		a.path.from, a.isHead = len("HEAD "), true
	default:
		return false
	}
	for i, c := range line[a.path.from:] {
		switch {
		case c <= ' ' || c >= 0x7f || c == '#':
			return false
		case a.path.to > 0:
		case c == '?':
			a.path.to = a.path.from + i
		case c == '%' || c == '\\':
			return false
		}
	}
	a.query = span{a.path.to + 1, len(line)}
	return a.path.to > 0
}

// header takes "Name: value" with its colon, which begins at an offset of the head, and reports whether the request's end is
// still certain.
func (a *asked) header(kind headerKind, line []byte, colon, at int) bool {
	if a.headers++; kind == framing || kind == length || kind == coding || kind == odd || a.headers > maxHeaders {
		return false
	}
	from, to := colon+1, len(line)-len("\r\n")
	for from < to && (line[from] == ' ' || line[from] == '\t') {
		from++
	}
	for from < to && (line[to-1] == ' ' || line[to-1] == '\t') {
		to--
	}
	value := line[from:to]
	if !isText(value) {
		return false
	}
	switch kind {
	case host:
		a.hosts++
		return isHost(value)
	case connection:
		return bytes.EqualFold(value, keepAlive)
	case personal:
		a.personal = true
	case acceptEncoding:
		a.keep(&a.acceptEncoding, span{at + from, at + to})
	case ifNoneMatch:
		a.keep(&a.ifNoneMatch, span{at + from, at + to})
	case correlationID:
		a.keep(&a.correlationID, span{at + from, at + to})
	}
	return true
}

var keepAlive = []byte("keep-alive")

// keep remembers a header that comes once. One that comes twice, or is empty, net/http may judge.
func (a *asked) keep(field *span, value span) {
	if field.to > 0 || value.from == value.to {
		a.personal = true
		return
	}
	*field = value
}

func isText(value []byte) bool {
	for _, c := range value {
		if c < ' ' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

// isHost accepts what a host with a port is made of; net/http judges the rest.
func isHost(value []byte) bool {
	for _, c := range value {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '.' && c != '-' && c != ':' && c != '[' && c != ']' {
			return false
		}
	}
	return len(value) > 0
}
