package door

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

// odd is a request that is put in an odd way, with another one behind it.
type odd struct {
	request string
	status  int  // of its answer; 0: the request itself is fine, and so is the one behind it
	hangUp  bool // before anybody looks at what is behind it
}

// oddities are what docs/faults.md §2 E lists; %ADDR% is the service's own address.
var oddities = map[string]odd{
	"plain":                         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
	"a body with a length":          {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 0, false},
	"a body left unread":            {"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 0, false},
	"a large body left unread":      {"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300_000), 200, true},
	"chunks":                        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, true},
	"100-continue":                  {"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", 100, false},
	"an upgrade nobody honours":     {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n", 0, false},
	"a socket nobody opens":         {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 0, false},
	"our own address":               {"GET http://%ADDR%/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
	"OPTIONS *":                     {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
	"CL and TE":                     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", 400, true},
	"two lengths":                   {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, true},
	"a folded coding":               {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400, true},
	"a folded header":               {"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400, true},
	"bare LF":                       {"GET / HTTP/1.1\nHost: a\n\n", 400, true},
	"one bare LF":                   {"GET / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n", 400, true},
	"HTTP/1.0 with TE":              {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true},
	"a coding nobody knows":         {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, true},
	"two codings":                   {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501, true},
	"a space before the colon":      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, true},
	"a URL":                         {"GET http://slots.example.org/ HTTP/1.1\r\nHost: slots.example.org\r\n\r\n", 0, false},
	"a URL with another host":       {"GET http://slots.example.org/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
	"a URL without Host":            {"GET http://slots.example.org/ HTTP/1.1\r\n\r\n", 400, true},
	"a URL without a host":          {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"a URL that is opaque":          {"GET http:x HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"a URL of a file":               {"GET file://a/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"a URL of a WebSocket":          {"GET ws://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"a URL with an odd host":        {"GET http://a\xc3\xbc/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"a POST of a URL with two ends": {"POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", 400, true},
	"a URL with a user":             {"GET http://x@%ADDR%/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"an https URL":                  {"GET https://slots.example.org/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, false},
	"an authority":                  {"GET evil.example:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"GET *":                         {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
	"CONNECT":                       {"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501, true},
	"TRACE":                         {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501, true},
	"a GET with a body":             {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + strconv.Itoa(len(smuggled)) + "\r\n\r\n" + smuggled, 400, true},
	"a GET with chunks":             {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true},
	"Connection: authorization":     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close, authorization\r\nAuthorization: Bearer x\r\n\r\n", 400, true},
	"Connection: content-length":    {"POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\nabc", 400, true},
	"an expectation":                {"POST / HTTP/1.1\r\nHost: a\r\nExpect: the-unexpected\r\nContent-Length: 3\r\n\r\nabc", 417, true},
	"two expectations":              {"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: 200-ok\r\nContent-Length: 3\r\n\r\nabc", 417, true},
	"HTTP/2":                        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, true},
	"an unreadable Content-Length":  {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400, true},
	"no host":                       {"GET / HTTP/1.1\r\n\r\n", 400, true},
	"two hosts":                     {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, true},
}

func TestOddRequestsAreRefusedOrUnderstoodInOneWay(t *testing.T) {
	for name, tt := range oddities {
		t.Run(name, func(t *testing.T) {
			seen := make(chan string, 10)
			h := newHouse(t, 10, func(w http.ResponseWriter, r *http.Request) {
				seen <- r.URL.Path
				if r.URL.Path != "/unread" {
					_, _ = io.Copy(io.Discard, r.Body)
				}
			}, Rules{})
			request := strings.ReplaceAll(tt.request, "%ADDR%", h.addr)
			answers := h.say(t, request+strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			close(seen)
			behind := 0
			for path := range seen {
				if path == "/smuggled" {
					behind++
				}
			}
			if len(answers) == 0 {
				t.Fatal("no answer")
			}
			if want := tt.status; want != 0 && answers[0].StatusCode != want || want == 0 && answers[0].StatusCode != http.StatusOK {
				t.Errorf("status %d, want %d", answers[0].StatusCode, want)
			}
			if wanted := 1; tt.hangUp == (behind == wanted) {
				t.Errorf("what is behind it was read %d times", behind)
			}
			if tt.hangUp && !answers[0].Close {
				t.Error("the connection is to be used again")
			}
		})
	}
}

func TestRequestLineAndHeadersMayHave16KiB(t *testing.T) {
	h := newHouse(t, 10, func(http.ResponseWriter, *http.Request) {}, Rules{})
	for size, want := range map[int]int{15 << 10: 200, 17 << 10: 431} {
		c := h.dial(t)
		text := "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: "
		if _, err := io.WriteString(c, text+strings.Repeat("x", size-len(text)-4)+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != want {
			t.Errorf("%d bytes: %v %v, want %d", size, answer, err, want)
		}
	}
}

// RFC 9112 §3.2.2: a server accepts the absolute form, and its host replaces the one in Host.
func TestATargetWithAHostIsTheSameRequest(t *testing.T) {
	type request struct{ host, path, query, uri string }
	tests := map[string]struct {
		target string
		want   request
	}{
		"a path and a query": {"http://Slots.example.org:8080/v1/x%2fy?a=1&b=%20", request{"Slots.example.org:8080", "/v1/x/y", "a=1&b=%20", "/v1/x%2fy?a=1&b=%20"}},
		"no path":            {"http://slots.example.org", request{"slots.example.org", "/", "", "/"}},
		"a query alone":      {"http://slots.example.org?a=1", request{"slots.example.org", "/", "a=1", "/?a=1"}},
		"an empty query":     {"http://slots.example.org/?", request{"slots.example.org", "/", "", "/?"}},
		"an address":         {"HTTP://[::1]:80/v1", request{"[::1]:80", "/v1", "", "/v1"}},
		"two slashes":        {"http://slots.example.org//v1", request{"slots.example.org", "//v1", "", "//v1"}},
		"https":              {"https://slots.example.org/v1", request{"slots.example.org", "/v1", "", "/v1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			seen := make(chan request, 1)
			h := newHouse(t, 10, func(_ http.ResponseWriter, r *http.Request) {
				if r.URL.Scheme != "" || r.URL.Host != "" {
					t.Errorf("URL %q behind the door", r.URL)
				}
				seen <- request{r.Host, r.URL.Path, r.URL.RawQuery, r.RequestURI}
			}, Rules{})
			answers := h.say(t, "GET "+tt.target+" HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
			if len(answers) != 1 || answers[0].StatusCode != http.StatusOK {
				t.Fatalf("answers %v, want one of 200", answers)
			}
			if got := <-seen; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
