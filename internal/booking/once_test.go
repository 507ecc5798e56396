package booking

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wire is an upstream of bare TCP. It reads each request whole, counts it, and lets answer decide: text goes back and
// the connection stays, the empty text closes it.
type wire struct {
	net.Listener
	requests atomic.Int32
}

func newWire(t *testing.T, answer func(n int32) string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go w.talk(conn, answer)
		}
	}()
	return w
}

func (w *wire) talk(conn net.Conn, answer func(n int32) string) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		text := answer(w.requests.Add(1))
		if text == "" {
			return
		}
		_, _ = io.WriteString(conn, text)
	}
}

func outcomeOf(t *testing.T, a answer) string {
	t.Helper()
	var said struct{ Error, Message, Outcome, Type string }
	if err := json.Unmarshal([]byte(a.body), &said); err != nil {
		t.Fatalf("answer %q: %v", a.body, err)
	}
	if a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "private, no-store" ||
		(said.Error == "") == (said.Message == "") || said.Type != "" {
		t.Errorf("not what DexCare would say: %v %s", a.header, a.body)
	}
	return said.Outcome
}

// With Idempotency-Key in its headers, Go's transport sends a request again when a reused connection breaks.
func TestABookingIsSentOnceOverAReusedConnectionThatBreaks(t *testing.T) {
	for _, body := range []string{someBooking, ""} {
		upstream := newWire(t, func(n int32) string {
			if n == 1 {
				return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
			}
			return ""
		})
		h := newHouse(t, "http://"+upstream.Addr().String())
		first := h.book(t, Retail(), body)
		second := h.book(t, Retail(), body, "Idempotency-Key: k", "X-Idempotency-Key: k")
		if first.status != http.StatusOK || second.status != http.StatusGatewayTimeout {
			t.Errorf("statuses %d, %d, want 200, 504", first.status, second.status)
		}
		if outcome := outcomeOf(t, second); outcome != "unknown" {
			t.Errorf("outcome %q, want unknown", outcome)
		}
		if n := upstream.requests.Load(); n != 2 {
			t.Errorf("upstream saw %d requests for 2 bookings", n)
		}
		if body != "" {
			want := []string{"pend", "promote", "pend", "suspect"}
			if diff := cmp.Diff(want, h.told("pend", "promote", "withdraw", "suspect")); diff != "" {
				t.Errorf("ledger (-want +got):\n%s", diff)
			}
		}
	}
}

func TestAnswersThatAreNoneLeaveTheOutcomeUnknown(t *testing.T) {
	for name, text := range map[string]string{
		"closed without a word": "",
		"not HTTP":              "hello\r\n\r\n",
		"switches protocols":    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
		"status below 100":      "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
		"endless headers":       "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			upstream := newWire(t, func(int32) string { return text })
			h := newHouse(t, "http://"+upstream.Addr().String())
			got := h.book(t, Retail(), someBooking)
			if got.status != http.StatusGatewayTimeout || outcomeOf(t, got) != "unknown" {
				t.Errorf("answer %d %s", got.status, got.body)
			}
			want := []string{"pend", "ended booking retail_booking error", "suspect", "count flushot retail unknown"}
			if diff := cmp.Diff(want, h.told("pend", "promote", "withdraw", "suspect", "count", "ended")); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if n := upstream.requests.Load(); n != 1 {
				t.Errorf("upstream saw %d requests", n)
			}
		})
	}
}

func TestAnUpstreamThatDoesNotAnswerInTimeLeavesTheOutcomeUnknown(t *testing.T) {
	h := newHouse(t, hanging(t), func(o *Options) { o.Timeout = time.Second }) // a connection takes less
	got := h.book(t, Retail(), someBooking)
	if got.status != http.StatusGatewayTimeout || outcomeOf(t, got) != "unknown" {
		t.Errorf("answer %d %s", got.status, got.body)
	}
	want := []string{"ended booking retail_booking timeout", "suspect", "count flushot retail unknown"}
	if diff := cmp.Diff(want, h.told("suspect", "withdraw", "promote", "count", "ended")); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestWithoutAConnectionNothingWasSent(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	var calls atomic.Int32
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains about our distrust
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	for name, base := range map[string]string{
		"refused":                 closed.URL,
		"name does not resolve":   "http://visit.invalid",
		"certificate not trusted": stranger.URL,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, base)
			got := h.book(t, Retail(), someBooking)
			if got.status != http.StatusBadGateway || outcomeOf(t, got) != "not-sent" {
				t.Errorf("answer %d %s", got.status, got.body)
			}
			want := []string{"pend", "withdraw", "count flushot retail rejected"}
			if diff := cmp.Diff(want, h.told("pend", "promote", "withdraw", "suspect", "count")); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls reached a server nobody trusts", n)
	}
}

// mute is a transport that reports no connections.
type mute struct{}

func (mute) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestATransportThatReportsNothingLeavesTheOutcomeUnknown(t *testing.T) {
	h := newHouse(t, "http://visit.invalid", func(o *Options) { o.Transport = mute{} })
	if got := h.book(t, Retail(), someBooking); got.status != http.StatusGatewayTimeout || outcomeOf(t, got) != "unknown" {
		t.Errorf("answer %d %s", got.status, got.body)
	}
}

func TestAnAnswerThatBreaksOffBreaksOffForTheClientToo(t *testing.T) {
	for name, head := range map[string]string{
		"length known": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"visitId\":",
		"chunked":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"vis\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			go func() {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = http.ReadRequest(bufio.NewReader(conn))
				_, _ = io.WriteString(conn, head)
				_ = conn.(*net.TCPConn).CloseWrite()
			}()
			h := newHouse(t, "http://"+l.Addr().String())
			resp := h.begin(t)
			if body, err := io.ReadAll(resp.Body); err == nil {
				t.Errorf("the client read %q as if it were all", body)
			}
			if diff := cmp.Diff([]string{"promote"}, h.told("promote", "suspect", "withdraw")); diff != "" {
				t.Errorf("ledger (-want +got):\n%s", diff)
			}
		})
	}
}
