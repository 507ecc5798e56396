package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const get = "GET /v1/timeslots?npi=9000000017 HTTP/1.1\r\nHost: slots.example.org\r\n"

// parse reads the head that b begins with, as a connection does. It is n bytes long; 0 when that cannot be told for certain.
func parse(b []byte) (r Request, n int, plain bool) {
	var s scanner
	n, ended, err := s.next(b[:min(len(b), maxHead)])
	if err != nil || !ended {
		return r, 0, false
	}
	r, certain, plain := s.take(b)
	if !certain {
		return r, 0, false
	}
	return r, n, plain
}

func TestAPlainRequestIsReadWhole(t *testing.T) {
	in := "HEAD /v1/next-available?npi=1&by=provider HTTP/1.1\r\nhOST: [::1]:8080\r\nUser-Agent: x/1.0 (a; b)\r\naccept-encoding:\tgzip, br \r\n" +
		"If-None-Match: \"a\", \"b\"\r\ncorrelation-id: c-1\r\nConnection: Keep-Alive\r\nX-Empty:\r\n\r\n"
	r, n, plain := parse([]byte(in + "GET /"))
	if !plain || n != len(in) || !r.Head || string(r.Path) != "/v1/next-available" || string(r.Query) != "npi=1&by=provider" {
		t.Fatalf("%+v, %d, %v", r, n, plain)
	}
	if string(r.AcceptEncoding) != "gzip, br" || string(r.IfNoneMatch) != `"a", "b"` || string(r.CorrelationID) != "c-1" {
		t.Errorf("%q %q %q", r.AcceptEncoding, r.IfNoneMatch, r.CorrelationID)
	}
}

func TestWhatIsNotPlainIsLeftAlone(t *testing.T) {
	const whole, open = true, false // its end is certain, or it is not
	tests := map[string]struct {
		in    string
		whole bool
	}{
		"credentials":         {get + "Authorization: Bearer x\r\n\r\n", whole},
		"a cookie":            {get + "Cookie: a=b\r\n\r\n", whole},
		"another origin":      {get + "Origin: https://www.example.org\r\n\r\n", whole},
		"a part":              {get + "Range: bytes=0-1\r\n\r\n", whole},
		"a trace":             {get + "traceparent: 00-1-1-01\r\n\r\n", whole},
		"two codings headers": {get + "Accept-Encoding: gzip\r\nAccept-Encoding: br\r\n\r\n", whole},
		"an empty id":         {get + "correlation-id:\r\n\r\n", whole},

		"a body":                {get + "Content-Length: 1\r\n\r\nx", open},
		"no body, but a length": {get + "Content-Length: 0\r\n\r\n", open},
		"chunks":                {get + "Transfer-Encoding: chunked\r\n\r\n", open},
		"an upgrade":            {get + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", open},
		"the last one":          {get + "Connection: close\r\n\r\n", open},
		"hop-by-hop orders":     {get + "Connection: keep-alive, authorization\r\n\r\n", open},
		"an expectation":        {get + "Expect: 100-continue\r\n\r\n", open},
		"another method":        {strings.Replace(get, "GET", "POST", 1) + "\r\n", open},
		"another version":       {strings.Replace(get, "1.1", "1.0", 1) + "\r\n", open},
		"an absolute form":      {strings.Replace(get, "GET /", "GET http://x/", 1) + "\r\n", open},
		"no query":              {"GET /v1/timeslots HTTP/1.1\r\nHost: x\r\n\r\n", open},
		"a coded path":          {"GET /v1/time%73lots?a HTTP/1.1\r\nHost: x\r\n\r\n", open},
		"no host":               {"GET /v1/timeslots?npi=1 HTTP/1.1\r\n\r\n", open},
		"two hosts":             {get + "Host: other\r\n\r\n", open},
		"an odd host":           {"GET /v1/timeslots?npi=1 HTTP/1.1\r\nHost: a/b\r\n\r\n", open},
		"a folded header":       {get + "X: a\r\n b\r\n\r\n", open},
		"a bare line feed":      {get + "X: a\nY: b\r\n\r\n", open},
		"a space at the colon":  {get + "X : a\r\n\r\n", open},
		"no colon":              {get + "X\r\n\r\n", open},
		"no name":               {get + ": a\r\n\r\n", open},
		"a control character":   {get + "X: a\x00\r\n\r\n", open},
		"beyond ASCII":          {get + "X: ä\r\n\r\n", open},
		"a blank before":        {" " + get + "\r\n", open},
		"a line before":         {"\r\n" + get + "\r\n", open},
		"two blanks":            {strings.Replace(get, "GET ", "GET  ", 1) + "\r\n", open},
		"a fragment":            {strings.Replace(get, "npi", "#npi", 1) + "\r\n", open},
		"too many headers":      {get + strings.Repeat("X: a\r\n", maxHeaders) + "\r\n", open},
		"too long a head":       {get + "X: " + strings.Repeat("a", maxHead) + "\r\n\r\n", open},
		"not whole yet":         {get, open},
		"nothing":               {"", open},
	}
	for name, tt := range tests {
		if _, n, plain := parse([]byte(tt.in)); plain || n > 0 != tt.whole || n > 0 && n != len(tt.in) {
			t.Errorf("%s: plain %v, %d of %d bytes", name, plain, n, len(tt.in))
		}
	}
}

// FuzzPlain holds the scanner against net/http's: what it takes for one whole request, net/http reads as the same one,
// with the same end, and without a body.
func FuzzPlain(f *testing.F) {
	f.Add([]byte(get + "\r\n"))
	f.Add([]byte(get + "Accept-Encoding: gzip\r\nIf-None-Match: \"x\"\r\nX-A: b\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Add([]byte(get + "Cookie: a=b\r\nConnection: keep-alive\r\n\r\n"))
	f.Add([]byte("HEAD /a?b HTTP/1.1\r\nHost: [::1]:80\r\nX:\t \r\n\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var kept, passing scanner
		taken, ended, err := kept.next(in)
		if n, refused := passing.pass(in[:taken]); n != taken || refused != nil || (passing.lines == 0) != (ended || taken == 0) {
			t.Fatalf("%q: %d kept, %d passed (%v)", in, taken, n, refused)
		}
		if _, refused := passing.pass(in[taken:]); err != nil && refused != err {
			t.Fatalf("%q: refused with %v where it is kept, with %v where it passes", in, err, refused)
		}
		r, n, plain := parse(in)
		if n == 0 {
			if plain {
				t.Fatal("plain without an end")
			}
			return
		}
		source := bytes.NewReader(in[:n])
		buffered := bufio.NewReaderSize(source, maxHead)
		theirs, err := http.ReadRequest(buffered)
		if err != nil {
			t.Fatalf("net/http refuses %q: %v", in[:n], err)
		}
		if left := source.Len() + buffered.Buffered(); left != 0 || theirs.ContentLength != 0 || len(theirs.TransferEncoding) > 0 {
			t.Fatalf("%q: %d bytes left, a body of %d", in[:n], left, theirs.ContentLength)
		}
		if theirs.Close || theirs.ProtoAtLeast(1, 1) != true {
			t.Fatalf("%q: net/http would close", in[:n])
		}
		if !plain {
			return
		}
		ours := fmt.Sprintf("%v %s %s %q %q %q", r.Head, r.Path, r.Query, r.AcceptEncoding, r.IfNoneMatch, r.CorrelationID)
		want := fmt.Sprintf("%v %s %s %q %q %q", theirs.Method == http.MethodHead, theirs.URL.Path, theirs.URL.RawQuery,
			theirs.Header.Get("Accept-Encoding"), theirs.Header.Get("If-None-Match"), theirs.Header.Get("Correlation-Id"))
		if ours != want {
			t.Fatalf("%q\nours   %s\ntheirs %s", in[:n], ours, want)
		}
		for _, name := range []string{"Authorization", "Cookie", "Origin", "Range", "Upgrade", "Expect"} {
			if theirs.Header.Get(name) != "" {
				t.Fatalf("%q is not plain: %s", in[:n], name)
			}
		}
	})
}

func BenchmarkPlain(b *testing.B) {
	in := []byte(get + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: application/json\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Accept-Language: en-US,en;q=0.9\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, plain := parse(in); !plain {
			b.Fatal("not plain")
		}
	}
}
