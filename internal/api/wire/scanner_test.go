package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

const usual = "GET /v1/timeslots?npi=9000000017 HTTP/1.1\r\nHost: slots.example.org\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\nReferer: https://www.example.org/find-a-doctor\r\n" +
	"Connection: keep-alive\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-site\r\n" +
	"If-None-Match: \"3vEwWq1hB5pJ0a9y3lQb\"\r\nX-Forwarded-For: 203.0.113.7\r\ncorrelation-id: 0198c3f2-7d7e-7c1e-8a3e-1f2e3d4c5b6a\r\n\r\n"

// framings are requests and what is wrong with them; nil: nothing.
var framings = map[string]struct {
	stream string
	want   error
}{
	"usual":                          {usual, nil},
	"no headers":                     {"GET / HTTP/1.0\r\n\r\n", nil},
	"a body":                         {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nb", nil},
	"an empty body":                  {"POST / HTTP/1.1\r\ncontent-length:0\r\n\r\n", nil},
	"chunks":                         {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n", nil},
	"two requests":                   {usual + usual, nil},
	"a request after a body":         {"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\n\n" + usual, nil},
	"Content-Length and chunks":      {"POST / HTTP/1.1\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", errTwoLengths},
	"chunks and Content-Length":      {"POST / HTTP/1.1\r\nTRANSFER-ENCODING:chunked\r\nCONTENT-LENGTH: 6\r\n\r\n0\r\n\r\nX", errTwoLengths},
	"Content-Length twice":           {"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", errLength},
	"Content-Length with a sign":     {"POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc", errLength},
	"Content-Length without a digit": {"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", errLength},
	"a list of lengths":              {"POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\nabc", errLength},
	"an endless length":              {"POST / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\nabc", errLength},
	"a length behind much space":     {"POST / HTTP/1.1\r\nContent-Length:" + strings.Repeat(" ", 80) + "3\r\n\r\nabc", errLength},
	"chunks in HTTP/1.0":             {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errOldCoding},
	"bare LF after the request line": {"GET / HTTP/1.1\nHost: a\r\n\r\n", errBareLF},
	"bare LF after a header":         {"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", errBareLF},
	"bare LF at the end":             {"GET / HTTP/1.1\r\nHost: a\r\n\n", errBareLF},
	"a folded header":                {"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", errFolded},
	"a folded Transfer-Encoding":     {"POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n", errFolded},
	"a header before the first":      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", errFolded},
	"HTTP/2's preface":               {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errRequestLine},
	"HTTP/0.9":                       {"GET /\r\n\r\n", errRequestLine},
	"HTTP/1.2":                       {"GET / HTTP/1.2\r\n\r\n", errRequestLine},
	"an empty line first":            {"\r\nGET / HTTP/1.1\r\n\r\n", errRequestLine},
	"a very long path":               {"GET /" + strings.Repeat("x", 9000) + " HTTP/1.1\r\n\r\n", nil},
	"the second of two is bad":       {usual + "GET / HTTP/1.1\nHost: a\n\n", errBareLF},
}

func TestFramingsOnWhichReadersDisagreeAreRefused(t *testing.T) {
	for name, tt := range framings {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{len(tt.stream), 1, 2, 3, 7, 64, 65} {
				if _, err := scanned([]byte(tt.stream), size); !errors.Is(err, tt.want) {
					t.Errorf("in reads of %d: %v, want %v", size, err, tt.want)
				}
			}
		})
	}
}

func TestWhatPassesNeverCompletesARefusedHead(t *testing.T) {
	for name, tt := range framings {
		if tt.want == nil || strings.HasPrefix(tt.stream, "GET / HTTP/1.1\r\nHost: slots") {
			continue
		}
		for _, size := range []int{len(tt.stream), 1, 5} {
			passed, _ := scanned([]byte(tt.stream), size)
			in := bufio.NewReader(bytes.NewReader(passed))
			for {
				if _, err := http.ReadRequest(in); err != nil {
					break
				}
				if !strings.HasPrefix(tt.stream, usual) {
					t.Errorf("%s in reads of %d: %q is a whole request", name, size, passed)
					break
				}
			}
		}
	}
}

// scanned gives what passes of a stream that arrives in reads of one size.
func scanned(stream []byte, size int) (passed []byte, err error) {
	var w scanner
	for len(stream) > 0 && err == nil {
		part := stream[:min(size, len(stream))]
		var n int
		n, err = w.pass(part)
		passed, stream = append(passed, part[:n]...), stream[len(part):]
	}
	return passed, err
}

// requests reads a stream as net/http does, until it would close the connection.
func requests(t *testing.T, stream []byte) (ends []int, bad bool) {
	in := bytes.NewReader(stream)
	buffered := bufio.NewReader(in)
	for {
		r, err := http.ReadRequest(buffered)
		if err != nil {
			return ends, !errors.Is(err, io.EOF)
		}
		if len(r.TransferEncoding) > 0 || r.ProtoMajor != 1 {
			return append(ends, -1), false // its connection ends with it
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return append(ends, -1), false // the body is not here yet
		}
		ends = append(ends, len(stream)-in.Len()-buffered.Buffered())
	}
}

// FuzzWire holds the scan against net/http: of what passes, both see the same requests in the same places, however the
// bytes arrive.
func FuzzWire(f *testing.F) {
	for _, tt := range framings {
		f.Add([]byte(tt.stream), 5)
	}
	f.Add([]byte("POST / HTTP/1.1\r\nContent-Length : 3\r\n\r\nabc"+usual), 3)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size <= 0 || size > 1<<20 {
			size = 1
		}
		whole, wholeErr := scanned(stream, max(1, len(stream)))
		cut, cutErr := scanned(stream, size)
		if (wholeErr == nil) != (cutErr == nil) {
			t.Fatalf("at once %v, in reads of %d %v", wholeErr, size, cutErr)
		}
		if !bytes.HasPrefix(cut, whole) {
			t.Fatal("less passes in pieces than at once")
		}
		theirs, bad := requests(t, cut)
		if bad {
			return // net/http refuses what we let pass: it answers 400 and closes
		}
		var w scanner
		for i, end := range theirs {
			if end < 0 {
				return
			}
			from := 0
			if i > 0 {
				from = theirs[i-1]
			}
			if n, err := w.pass(cut[from:end]); err != nil || n != end-from || w.lines != 0 || w.inBody != 0 || w.free || w.held.total != 0 {
				t.Fatalf("request %d ends at %d for net/http; here %v, %+v", i, end, err, w)
			}
		}
	})
}

func BenchmarkWire(b *testing.B) {
	stream := []byte(usual)
	for _, size := range []int{len(stream), 100} {
		name := "in one read"
		if size < len(stream) {
			name = "in pieces"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(stream)))
			var w scanner
			for b.Loop() {
				for rest := stream; len(rest) > 0; rest = rest[min(size, len(rest)):] {
					if _, err := w.pass(rest[:min(size, len(rest))]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
