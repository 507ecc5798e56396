package wire

import (
	"bytes"
	"errors"
)

// Framings that are refused. net/http would accept each of them, and some other reader on the way reads it differently:
// what one takes for a body the other takes for the next request (RFC 9112 §11.2).
var (
	errBareLF      = errors.New("a line does not end with CRLF")
	errFolded      = errors.New("a header is continued on the next line")
	errRequestLine = errors.New("the request line does not end with HTTP/1.1 or HTTP/1.0")
	errLength      = errors.New("Content-Length is not one plain number")
	errTwoLengths  = errors.New("the body has two lengths")
	errOldCoding   = errors.New("HTTP/1.0 knows no Transfer-Encoding")
)

// scanner follows one connection's bytes from the client and tells heads from bodies. It reads each line once: for its
// framing, and for what a plain request asks for.
//
//	line ─▶ line ─▶ … ─▶ empty line ─┬─▶ Content-Length bytes ─▶ line …
//	                                 ├─▶ line …                     no body
//	                                 └─▶ chunks                     the connection's last request, see package door
//
// The zero value is a connection before its first byte.
type scanner struct {
	inBody int64 // bytes that are left of a body
	free   bool  // chunks follow: nothing is looked at any more

	head        // of the request under way
	held cutOff // the line that an earlier read ended in
}

// head is what is known of a request's head so far.
type head struct {
	lines  int
	size   int   // bytes of them, while they are kept; see next
	length int64 // Content-Length; -1: two or more, or none that can be read
	sized  bool  // there is a Content-Length
	coded  bool  // there is a Transfer-Encoding
	old    bool  // HTTP/1.0
	asked  asked
}

// next takes whole lines of b up to the end of a head. The caller keeps the head's bytes together until then. With an error,
// nothing after the first n bytes may pass.
func (s *scanner) next(b []byte) (n int, ended bool, err error) {
	if s.lines == 0 {
		s.asked.certain = true
	}
	for !ended {
		end := bytes.IndexByte(b[n:], '\n') + 1
		if end == 0 {
			return n, false, nil
		}
		if ended, err = s.line(b[n:n+end], end); err != nil {
			return n, false, err
		}
		n += end
		s.size += end
	}
	return n, true, nil
}

// take gives what the head that has ended asks for, and begins the next one. The head is what b begins with.
func (s *scanner) take(b []byte) (r Request, certain, plain bool) {
	a := &s.asked
	certain = a.certain && a.hosts == 1
	if plain = certain && !a.personal; plain {
		r = a.request(b)
	}
	s.begin()
	return r, certain, plain
}

// begin is for the end of a head.
func (s *scanner) begin() {
	s.inBody, s.free = s.length, s.coded
	s.head = head{}
}

// pass takes bytes that nobody keeps. The first n may pass; with an error, what follows must not, and n completes no head.
// It copies nothing but parts of lines that arrive in several reads.
func (s *scanner) pass(b []byte) (n int, err error) {
	s.asked.certain = false
	for n < len(b) && !s.free {
		if s.inBody > 0 {
			step := min(s.inBody, int64(len(b)-n))
			s.inBody -= step
			n += int(step)
			continue
		}
		end := bytes.IndexByte(b[n:], '\n')
		if end < 0 {
			s.held.keep(b[n:], s.lines == 0)
			break
		}
		ended, err := s.passLine(b[n : n+end+1])
		if err != nil {
			return n, err
		}
		if ended {
			s.begin()
		}
		n += end + 1
	}
	return len(b), nil
}

// passLine takes the rest of a line, or as a rule all of it.
func (s *scanner) passLine(part []byte) (ended bool, err error) {
	if s.held.total == 0 {
		return s.line(part, len(part))
	}
	s.held.keep(part, s.lines == 0)
	line, size, before := s.held.bytes[:s.held.n], s.held.total, s.held.before
	s.held.n, s.held.total = 0, 0
	if before != '\r' {
		return false, errBareLF
	}
	return s.line(line, size)
}

// line takes a line of so many bytes; of one that came in pieces there is only the part that counts.
func (s *scanner) line(line []byte, size int) (ended bool, err error) {
	if size == len(line) && (size < 2 || line[size-2] != '\r') {
		return false, errBareLF
	}
	s.lines++
	switch {
	case s.lines == 1:
		return false, s.requestLine(line)
	case size == 2:
		return true, s.framing()
	case line[0] == ' ' || line[0] == '\t':
		return false, errFolded
	}
	s.header(line, size)
	return false, nil
}

var http11, http10 = []byte(" HTTP/1.1\r\n"), []byte(" HTTP/1.0\r\n")

// requestLine takes the request line, or its end. What comes before the version is net/http's to judge.
func (s *scanner) requestLine(line []byte) error {
	s.old = bytes.HasSuffix(line, http10)
	if !s.old && !bytes.HasSuffix(line, http11) {
		return errRequestLine
	}
	if s.asked.certain {
		s.asked.certain = !s.old && s.asked.target(line[:len(line)-len(http11)])
	}
	return nil
}

// header looks for the two headers that say how long a body is, and at all of them while the request may be a plain one.
// Names that are almost theirs are none of net/http's either: it refuses a space before the colon.
func (s *scanner) header(line []byte, size int) {
	at := bytes.IndexByte(line, ':')
	if at < 0 || !s.asked.certain && at != len("content-length") && at != len("transfer-encoding") {
		s.asked.certain = false
		return
	}
	kind := kindOf(line[:at])
	switch kind {
	case length:
		n, ok := number(bytes.Trim(line[at+1:], " \t\r\n"))
		if s.sized || size > len(s.held.bytes) || !ok { // no length needs a long line
			n = -1
		}
		s.sized, s.length = true, n
	case coding:
		s.coded = true
	}
	if s.asked.certain {
		s.asked.certain = s.asked.header(kind, line, at, s.size)
	}
}

// framing judges a head that has ended.
func (s *scanner) framing() error {
	switch {
	case s.sized && s.length < 0:
		return errLength
	case s.sized && s.coded:
		return errTwoLengths
	case s.coded && s.old:
		return errOldCoding
	}
	return nil
}

// number reads 1 to 18 digits, which no int64 overflows.
func number(digits []byte) (n int64, ok bool) {
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = 10*n + int64(d-'0')
	}
	return n, true
}

// cutOff keeps of a line that arrives in pieces what it is judged by: the beginning of a header, the end of a request
// line.
type cutOff struct {
	bytes  [64]byte
	n      int  // bytes kept
	total  int  // bytes seen
	before byte // the last byte but one
	last   byte
}

func (c *cutOff) keep(part []byte, end bool) {
	c.total += len(part)
	if c.before = c.last; len(part) > 1 {
		c.before = part[len(part)-2]
	}
	c.last = part[len(part)-1]
	if !end {
		c.n += copy(c.bytes[c.n:], part)
		return
	}
	part = part[max(0, len(part)-len(c.bytes)):]
	over := max(0, c.n+len(part)-len(c.bytes))
	c.n = copy(c.bytes[:], c.bytes[over:c.n])
	c.n += copy(c.bytes[c.n:], part)
}
