package accel

import "bytes"

// Request is what a [Responder] is told of a plain request. Its slices are valid during the call only.
type Request struct {
	Head  bool   // HEAD instead of GET
	Path  []byte // as it came, for example "/v1/timeslots"
	Query []byte // as it came, without the question mark

	AcceptEncoding, IfNoneMatch, CorrelationID []byte // nil when absent
}

// maxHead is the longest head that is looked at, in bytes; maxHeaders how many headers it may have.
const (
	maxHead    = 4096
	maxHeaders = 64
)

var endOfHead = []byte("\r\n\r\n")

// parse reads the request that b begins with. It is n bytes long; 0 when that cannot be told for certain. It can for
//
//   - GET or HEAD, a path and a query of visible ASCII, HTTP/1.1,
//   - one Host, and headers with names of token characters and values of visible ASCII, blanks and tabs,
//   - none of which says that more follows, or that the connection is to be used otherwise (see [framing]).
//
// Plain tells that it asks for nothing but the answer itself (see [personal]).
func parse(b []byte) (r Request, n int, plain bool) {
	end := bytes.Index(b[:min(len(b), maxHead)], endOfHead)
	if end < 0 {
		return r, 0, false
	}
	line, rest, ok := cutLine(b[:end+2]) // every line with its CRLF
	if !ok || !r.requestLine(line) {
		return r, 0, false
	}
	h := headers{request: &r}
	for len(rest) > 0 {
		line, rest, ok = cutLine(rest)
		if !ok || !h.read(line) {
			return r, 0, false
		}
	}
	if h.hosts != 1 {
		return r, 0, false
	}
	return r, end + len(endOfHead), !h.personal
}

// cutLine takes the first line off, without its CRLF. A line feed alone ends no line, nor may it stand in one.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 1 || b[i-1] != '\r' {
		return nil, nil, false
	}
	return b[:i-1], b[i+1:], true
}

// requestLine reads "GET /path?query HTTP/1.1".
func (r *Request) requestLine(line []byte) bool {
	const version = " HTTP/1.1"
	switch {
	case bytes.HasPrefix(line, []byte("GET /")):
		line = line[len("GET "):]
	case bytes.HasPrefix(line, []byte("HEAD /")):
		line, r.Head = line[len("HEAD "):], true
	default:
		return false
	}
	target, plain := bytes.CutSuffix(line, []byte(version))
	if !plain {
		return false
	}
	for _, c := range target {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	r.Path, r.Query, plain = bytes.Cut(target, []byte("?"))
	return plain && !bytes.ContainsAny(r.Path, "%\\")
}

// headers is what is known of a head's headers so far.
type headers struct {
	request  *Request
	n, hosts int
	personal bool
}

// read takes "Name: value", and tells whether the request's end is still certain.
func (h *headers) read(line []byte) bool {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if h.n++; !ok || len(name) == 0 || h.n > maxHeaders {
		return false
	}
	value = bytes.Trim(value, " \t")
	if !isToken(name) || !isText(value) {
		return false
	}
	switch kindOf(name) {
	case framing:
		return false
	case host:
		h.hosts++
		return isHost(value)
	case connection:
		return equalFold(value, "keep-alive")
	case personal:
		h.personal = true
	case acceptEncoding:
		h.keep(&h.request.AcceptEncoding, value)
	case ifNoneMatch:
		h.keep(&h.request.IfNoneMatch, value)
	case correlationID:
		h.keep(&h.request.CorrelationID, value)
	}
	return true
}

// keep remembers a header that comes once. One that comes twice, or is empty, net/http may judge.
func (h *headers) keep(field *[]byte, value []byte) {
	if *field != nil || len(value) == 0 {
		h.personal = true
		return
	}
	*field = value
}

func isToken(name []byte) bool {
	for _, c := range name {
		if !tokenChars[c] {
			return false
		}
	}
	return true
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
