package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// userAgent has seven fields: app, version, device, system, SDK, its version, platform.
const userAgent = "Acme Mobile|4.2.0|iPhone|17.5.1|iOSSDK|9.8.0|darwin"

// product ends every query.
const product = "product=healthconnect-iOS"

// pair is a parameter of a query; the order of several is the SDK's.
type pair struct{ name, value string }

// many is a list in a query: the parameter is repeated, with brackets in its name.
func many(name string, values ...string) (list []pair) {
	for _, v := range values {
		list = append(list, pair{name + "[]", v})
	}
	return list
}

// question is what a call is made with.
type question struct {
	path  []string // what its path leaves open
	query []pair
	body  object // nil: none
}

type object map[string]any

// request writes one attempt.
func (p *Phone) request(ctx context.Context, c *call, q question) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if q.body != nil {
		text, err := encode(q.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, p.o.Base+c.address(q), body)
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{ // names as the SDK spells them
		"User-Agent": {userAgent}, "domain": {p.o.Domain}, "Correlation-Id": {correlationID()}, "X-api-key": {"unused"},
		"Accept": {"*/*"}, "Accept-Language": {"en-US,en;q=0.9"}, "Accept-Encoding": {"gzip, deflate"},
	}
	if c.method != http.MethodDelete {
		req.Header["Content-Type"] = []string{"application/json"}
	}
	if c.token {
		req.Header["Authorization"] = []string{"Bearer " + p.currentToken()}
	}
	return req, nil
}

// address is the path below the base, with its query.
func (c *call) address(q question) string {
	parts := make([]any, len(q.path))
	for i, part := range q.path {
		parts[i] = escape(part, inPath)
	}
	var b strings.Builder
	fmt.Fprintf(&b, c.path, parts...)
	b.WriteByte('?')
	for _, parameter := range q.query {
		b.WriteString(escape(parameter.name, inQuery) + "=" + escape(parameter.value, inQuery) + "&")
	}
	return b.String() + product
}

// What the system leaves as it is, beside letters, digits and "-._~", in a segment of a path and in a query's values.
const (
	inPath  = "!$&'()*+,;=:@"
	inQuery = "!$'()*+,;:@/?"
)

// escape percent-encodes everything else, a percent sign too.
func escape(text, left string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~"+left, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// encode writes a body: compact, a slash in a text with a backslash before it. Outside of texts there are no slashes.
func encode(body object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("/"), []byte(`\/`)), nil
}

// instant is how the SDK writes a moment in a body: in UTC, with milliseconds.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// correlationID is a fresh one, in upper case.
func correlationID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
