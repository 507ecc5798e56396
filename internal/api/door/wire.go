package door

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

// wire follows one connection's bytes from the client and tells heads from bodies. It copies nothing but parts of lines
// that arrive in several reads.
//
//	line ─▶ line ─▶ … ─▶ empty line ─┬─▶ Content-Length bytes ─▶ line …
//	                                 ├─▶ line …                     no body
//	                                 └─▶ chunks                     the connection's last request, see [Door]
//
// The zero value is a connection before its first byte.
type wire struct {
	inBody int64 // bytes that are left of a body
	free   bool  // chunks follow: nothing is looked at any more

	head        // of the request under way
	held cutOff // the line that an earlier read ended in
}

// head is what is known of a request's head so far.
type head struct {
	lines  int
	length int64 // Content-Length; -1: two or more, or none that can be read
	sized  bool  // there is a Content-Length
	coded  bool  // there is a Transfer-Encoding
	old    bool  // HTTP/1.0
}

// scan takes the next bytes. The first n may pass; with an error, what follows must not, and n completes no head.
func (w *wire) scan(b []byte) (n int, err error) {
	for n < len(b) && !w.free {
		if w.inBody > 0 {
			step := min(w.inBody, int64(len(b)-n))
			w.inBody -= step
			n += int(step)
			continue
		}
		end := bytes.IndexByte(b[n:], '\n')
		if end < 0 {
			w.held.keep(b[n:], w.lines == 0)
			break
		}
		if err := w.line(b[n : n+end+1]); err != nil {
			return n, err
		}
		n += end + 1
	}
	return len(b), nil
}

// line takes the rest of a line, or as a rule all of it.
func (w *wire) line(part []byte) error {
	line, size := part, len(part)
	if w.held.total > 0 {
		w.held.keep(part, w.lines == 0)
		line, size = w.held.bytes[:w.held.n], w.held.total
		w.held.n, w.held.total = 0, 0
		if w.held.before != '\r' {
			return errBareLF
		}
	} else if len(line) < 2 || line[len(line)-2] != '\r' {
		return errBareLF
	}
	w.lines++
	switch {
	case w.lines == 1:
		return w.requestLine(line)
	case size == 2:
		return w.endOfHead()
	case line[0] == ' ' || line[0] == '\t':
		return errFolded
	}
	w.header(line, size <= len(w.held.bytes))
	return nil
}

var http11, http10 = []byte(" HTTP/1.1\r\n"), []byte(" HTTP/1.0\r\n")

// requestLine takes the request line, or its end. What comes before the version is net/http's to judge.
func (w *wire) requestLine(line []byte) error {
	w.old = bytes.HasSuffix(line, http10)
	if !w.old && !bytes.HasSuffix(line, http11) {
		return errRequestLine
	}
	return nil
}

// header looks for the two headers that say how long a body is. Names that are almost theirs are none of net/http's
// either: it refuses a space before the colon. No length needs a long line.
func (w *wire) header(line []byte, short bool) {
	const length, coding = "content-length:", "transfer-encoding:"
	switch {
	case begins(line, length):
		n, ok := number(bytes.Trim(line[len(length):], " \t\r\n"))
		if w.sized || !short || !ok {
			n = -1
		}
		w.sized, w.length = true, n
	case begins(line, coding):
		w.coded = true
	}
}

func (w *wire) endOfHead() error {
	h := w.head
	w.head = head{}
	switch {
	case h.sized && h.length < 0:
		return errLength
	case h.sized && h.coded:
		return errTwoLengths
	case h.coded && h.old:
		return errOldCoding
	}
	w.inBody, w.free = h.length, h.coded
	return nil
}

// begins compares without regard to the case of ASCII letters; name is in lower case.
func begins(line []byte, name string) bool {
	if len(line) < len(name) || line[len(name)-1] != ':' {
		return false
	}
	for i := range len(name) - 1 {
		c := line[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
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
