package response

import (
	"net/http"
	"strconv"
	"strings"
)

// Field is one header field of an answer, in the two forms in which heads are written.
type Field struct {
	name  string
	value []string // for net/http, which writes it itself where it is nil; without room to grow, so that who adds gets a copy
	line  string   // "Name: value\r\n", for connections that are answered without net/http
}

// NewField makes a field. Its name is in the canonical form of net/http.
func NewField(name, value string) *Field {
	return &Field{name: name, value: []string{value}, line: name + ": " + value + "\r\n"}
}

// Vary says that an answer depends on Accept-Encoding, and on these besides, which others say where net/http answers.
func Vary(others ...string) *Field {
	f := NewField(vary, acceptEncoding)
	for _, other := range others {
		f.line = f.line[:len(f.line)-len("\r\n")] + ", " + other + "\r\n"
	}
	return f
}

const vary, acceptEncoding = "Vary", "Accept-Encoding"

// Fields whose value never changes.
var (
	nosniff          = NewField("X-Content-Type-Options", "nosniff")
	contentJSON      = NewField("Content-Type", "application/json")
	strictly         = NewField("Timeslots-Consistency", "strict")
	bestEffort       = NewField("Timeslots-Consistency", "best-effort")
	revalidateAlways = NewField("Cache-Control", "public, no-cache")
)

// Message is one answer, ready to be written.
type Message struct {
	Status int
	Body   []byte // frozen; empty where the head is all
	fields [12]*Field
	n      int
}

// Add adds fields.
func (m *Message) Add(fields ...*Field) { m.n += copy(m.fields[m.n:], fields) }

// Send answers through net/http.
func (m *Message) Send(w http.ResponseWriter) {
	h := w.Header()
	for _, f := range m.fields[:m.n] {
		switch {
		case f.value == nil:
		case f.name == vary && len(h[vary]) > 0:
			h[vary] = append(h[vary], f.value...)
		default:
			h[f.name] = f.value
		}
	}
	w.WriteHeader(m.Status)
	if len(m.Body) > 0 {
		_, _ = w.Write(m.Body) // the client may be gone
	}
}

// AppendHead appends the status line and the fields, for a connection that is answered without net/http.
func (m *Message) AppendHead(b []byte) []byte {
	switch m.Status {
	case http.StatusOK:
		b = append(b, "HTTP/1.1 200 OK\r\n"...)
	case http.StatusNotModified:
		b = append(b, "HTTP/1.1 304 Not Modified\r\n"...)
	default:
		b = strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(m.Status), 10)
		b = append(append(append(b, ' '), http.StatusText(m.Status)...), "\r\n"...)
	}
	for _, f := range m.fields[:m.n] {
		b = append(b, f.line...)
	}
	return b
}

// Ask is what a client says of the form in which it wants an answer: its headers of these names, and whether the head is
// all it wants. Nothing of it is kept.
type Ask struct {
	AcceptEncoding, IfNoneMatch []string
	HeadOnly                    bool
}

// AskOf is what a request says.
func AskOf(r *http.Request) Ask {
	return Ask{r.Header[acceptEncoding], r.Header["If-None-Match"], r.Method == http.MethodHead}
}

// form is what a body is sent as.
type form struct {
	status int
	kind   *Field // Content-Type
	tagged bool   // it has a validator
}

// begin decides on the content coding, and whether the client has the answer already.
func (c *Coded) begin(f form, ask Ask, coder *Coder) (m Message) {
	v := c.choose(ask.AcceptEncoding, coder)
	if f.status == http.StatusOK && matches(ask.IfNoneMatch, v.etag.value[0]) {
		m.Status = http.StatusNotModified
		m.Add(nosniff, v.etag)
		return m
	}
	m.Status = f.status
	m.Add(f.kind, nosniff)
	if f.tagged {
		m.Add(v.etag)
	}
	if v.encoding != nil {
		m.Add(v.encoding)
	}
	m.Add(v.length)
	if !ask.HeadOnly {
		m.Body = v.body
	}
	return m
}

// Document is the answer to a request that is no search, in a coding of the client's choice. Only what was asked for has a
// validator. A nil coder is for what is there in all codings.
func (c *Coded) Document(status int, mediaType string, ask Ask, coder *Coder) Message {
	return c.begin(form{status, NewField("Content-Type", mediaType), status == http.StatusOK}, ask, coder)
}

// matches implements If-None-Match: a list of tags, compared weakly (RFC 9110 §13.1.2).
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		for tag := range strings.SplitSeq(header, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// Consistency is the value of Timeslots-Consistency.
func Consistency(strict bool) string {
	if strict {
		return strictly.value[0]
	}
	return bestEffort.value[0]
}
