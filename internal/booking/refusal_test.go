package booking

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCallsThatNeverReachUpstream(t *testing.T) {
	const token = "Authorization: Bearer t\r\n"
	var calls atomic.Int32
	base := newUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	for _, tc := range []struct {
		name, head, body string
		want             int
	}{
		{"no token", "", "{}", 401},
		{"empty token", "Authorization: Bearer \r\n", "{}", 401},
		{"another scheme", "Authorization: Basic eA==\r\n", "{}", 401},
		{"token without scheme", "Authorization: abc\r\n", "{}", 401},
		{"two tokens", token + "Authorization: Bearer u\r\n", "{}", 401},
		{"no token, endless body", "Content-Length: 9999999\r\n", "", 401},
		{"asks to drop the token", token + "Connection: close, authorization\r\n", "{}", 400},
		{"asks to drop the correlation id", token + "Connection: correlation-id\r\n", "{}", 400},
		{"compressed body", token + "Content-Encoding: gzip\r\n", "{}", 415},
		{"doubly coded body", token + "Content-Encoding: identity, br\r\n", "{}", 415},
		{"announced too large", token + "Content-Length: 101\r\n", "", 413},
		{"too large, unannounced", token + "Transfer-Encoding: chunked\r\n", "65\r\n" + strings.Repeat("x", 101) + "\r\n0\r\n\r\n", 413},
		{"broken chunk", token + "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\nzz\r\n", 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, base, func(o *Options) { o.MaxBody = 100 })
			head := tc.head
			if !strings.Contains(head, "Content-Length") && !strings.Contains(head, "Transfer-Encoding") {
				head += fmt.Sprintf("Content-Length: %d\r\n", len(tc.body))
			}
			resp := raw(t, h.url, "POST /x HTTP/1.1\r\nHost: h\r\n"+head+"\r\n"+tc.body)
			if resp.status != tc.want {
				t.Errorf("status %d %s, want %d", resp.status, resp.body, tc.want)
			}
			if outcome := outcomeOf(t, resp); outcome != "" {
				t.Errorf("outcome %q of a call that never was", outcome)
			}
			if challenge := resp.header.Get("WWW-Authenticate"); (challenge != "") != (tc.want == 401) {
				t.Errorf("challenge %q with %d", challenge, resp.status)
			}
			if diff := cmp.Diff([]string{"count flushot retail rejected"}, h.told("pend", "started", "count")); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("upstream was called %d times", n)
	}
}

// raw writes a request as it is, and then no more; http.Client would tidy it up.
func raw(t *testing.T, url, request string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func TestAnUploadThatBreaksOffBooksNothing(t *testing.T) {
	var calls atomic.Int32
	h := newHouse(t, newUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	got := raw(t, h.url, "POST /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nContent-Length: 50\r\n\r\n"+someBooking[:40])
	if got.status != http.StatusBadRequest || calls.Load() != 0 {
		t.Errorf("status %d, %d calls upstream", got.status, calls.Load())
	}
}

func TestTheLargestBodyPasses(t *testing.T) {
	h := newHouse(t, answering(t, 200, ""), func(o *Options) { o.MaxBody = int64(len(someBooking)) })
	if got := h.book(t, Retail(), someBooking); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
	if got := h.book(t, Retail(), someBooking+" "); got.status != 413 {
		t.Errorf("one byte more: status %d, want 413", got.status)
	}
}

func TestEveryMistakeInTheOptionsIsNamedAtOnce(t *testing.T) {
	_, err := New(Options{Timeout: -1, MaxBody: -1, Taken: []Rule{{Status: 200}}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"Base", "Timeout", "MaxBody", "Taken[0].Status", "Taken[0].Text", "Index", "Ledger"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in: %v", field, err)
		}
	}
}
