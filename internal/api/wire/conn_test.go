package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"timeslots/test/rig"
)

// house is a server with an accelerator that knows one path, and a handler behind it that knows all.
type house struct {
	addr   string
	server *http.Server
	hits   atomic.Int64  // answered by the accelerator
	misses atomic.Int64  // by net/http
	slow   chan struct{} // a handler waits for it on /slow
}

// Respond knows /hit, with a body as long as the query says.
func (h *house) Respond(r *Request, w *Reply) bool {
	if string(r.Path) != "/hit" {
		return false
	}
	h.hits.Add(1)
	body := answerTo(string(r.Query))
	w.Head = fmt.Appendf(w.Head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))
	w.Body = body
	return true
}

// answerTo is what both ways say: the query, over and over, a thousand bytes for every "k" in it.
func answerTo(query string) []byte {
	return []byte(strings.Repeat(query+" ", 1+1000*strings.Count(query, "k")/(len(query)+1)))
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.misses.Add(1)
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/slow" {
		<-h.slow
	}
	_, _ = w.Write(answerTo(r.URL.RawQuery + string(body)))
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{slow: make(chan struct{})}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(Options{Inner: inner, Responder: h, Header: 300 * time.Millisecond, Idle: 600 * time.Millisecond, Write: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	h.addr = inner.Addr().String()
	h.server = &http.Server{
		Handler: h, ConnState: l.ConnState, ConnContext: l.ConnContext,
		ReadHeaderTimeout: 300 * time.Millisecond, IdleTimeout: 600 * time.Millisecond,
	}
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(l) }()
	t.Cleanup(func() {
		_ = h.server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return h
}

// client is one connection.
type client struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

func (h *house) dial(t *testing.T) *client {
	t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return &client{Conn: c, t: t, in: bufio.NewReader(c)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// expect reads one answer and wants it to be the one to query.
func (c *client) expect(query string) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatalf("no answer to %.20q: %v", query, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || string(body) != string(answerTo(query)) {
		c.t.Fatalf("%d, %d bytes, %v; want the answer to %.20q", resp.StatusCode, len(body), err, query)
	}
}

// closed wants the connection to be closed by now, or soon.
func (c *client) closed() {
	c.t.Helper()
	if b, err := c.in.ReadByte(); err == nil {
		c.t.Fatalf("got %q, want an end", b)
	} else if errors.Is(err, context.DeadlineExceeded) {
		c.t.Fatal("still open")
	}
}

func req(method, path, query string) string {
	return method + " " + path + "?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n"
}

func post(query, body string) string {
	return fmt.Sprintf("POST /any?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body)
}

func TestHitsAndOthersTakeTurnsOnOneConnection(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	for i := range 50 {
		hit, miss := fmt.Sprint("a", i), fmt.Sprint("b", i)
		c.send(req("GET", "/hit", hit))
		c.expect(hit)
		c.send(req("GET", "/other", miss))
		c.expect(miss)
	}
	if h.hits.Load() != 50 || h.misses.Load() != 50 {
		t.Errorf("%d hits, %d others", h.hits.Load(), h.misses.Load())
	}
}

func TestLargeAndSmallAnswersArriveWhole(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	for _, k := range []int{0, 1, 3, 5, 20, 300, 1000} {
		query := strings.Repeat("k", k) + "!"
		c.send(req("GET", "/hit", query))
		c.expect(query)
	}
}

func TestRequestsSentAheadAreAnsweredInTheirOrder(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	c.send(req("GET", "/hit", "1") + req("GET", "/other", "2") + req("GET", "/hit", "3") + req("GET", "/hit", "4") + req("GET", "/other", "5") + req("GET", "/hit", "6"))
	for _, query := range []string{"1", "2", "3", "4", "5", "6"} {
		c.expect(query)
	}
}

// TestARequestThatComesWhileAnotherIsHandledWaits: it is a hit, but not its turn.
func TestARequestThatComesWhileAnotherIsHandledWaits(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	c.send(req("GET", "/slow", "1"))
	rig.Until(t, "a miss", func() bool { return h.misses.Load() > 0 })
	c.send(req("GET", "/hit", "2"))
	close(h.slow)
	c.expect("1")
	c.expect("2")
	c.send(req("GET", "/hit", "3"))
	c.expect("3")
	if h.hits.Load() != 2 {
		t.Errorf("%d hits, want the connection to be read here again", h.hits.Load())
	}
}

// TestABodyThatLooksLikeARequestIsABody: after a request with a body, the connection is net/http's for good.
func TestABodyThatLooksLikeARequestIsABody(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	inside := req("GET", "/hit", "inside")
	c.send(post("1", inside) + req("GET", "/hit", "2"))
	c.expect("1" + inside)
	c.expect("2")
	c.send(post("3", "")) // no body at all
	c.expect("3")
	for _, part := range []string{post("4", inside)[:20], post("4", inside)[20:]} { // in two packets
		c.send(part)
	}
	c.expect("4" + inside)
	if h.hits.Load() != 0 {
		t.Errorf("%d hits, one of which may have been a body", h.hits.Load())
	}
}

func TestAHeadInPiecesIsARequestAllTheSame(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/hit", "/other"} {
		c := h.dial(t)
		for range 3 {
			whole := req("GET", path, "q")
			for i := 0; i < len(whole); i += 7 {
				c.send(whole[i:min(i+7, len(whole))])
			}
			c.expect("q")
		}
	}
	if h.hits.Load() != 3 {
		t.Errorf("%d hits, want three", h.hits.Load())
	}
}

func TestWhatNetHTTPRefusesIsRefused(t *testing.T) {
	h := open(t)
	for name, head := range map[string]string{
		"an odd version": "GET /hit?q HTTP/9.9\r\nHost: x\r\n\r\n", "no host": "GET /hit?q HTTP/1.1\r\n\r\n", "a space at the colon": "GET /hit?q HTTP/1.1\r\nHost : x\r\n\r\n",
	} {
		c := h.dial(t)
		c.send(head)
		resp, err := http.ReadResponse(c.in, nil)
		if err != nil || resp.StatusCode < 400 {
			t.Errorf("%s: %+v, %v", name, resp, err)
		}
	}
}

func TestShutdownWaitsForNobodyAndCutsNothing(t *testing.T) {
	h := open(t)
	var crowd sync.WaitGroup
	var answered atomic.Int64
	stop := make(chan struct{})
	for range 8 {
		crowd.Go(func() {
			c := h.dial(t)
			for {
				select {
				case <-stop:
					return
				default:
				}
				query := strings.Repeat("k", 64)
				if _, err := io.WriteString(c, req("GET", "/hit", query)); err != nil {
					return
				}
				resp, err := http.ReadResponse(c.in, nil)
				if err != nil {
					return // closed between two requests
				}
				if body, err := io.ReadAll(resp.Body); err != nil || string(body) != string(answerTo(query)) {
					t.Errorf("an answer was cut: %d bytes, %v", len(body), err)
				}
				answered.Add(1)
			}
		})
	}
	rig.Until(t, "200 answers", func() bool { return answered.Load() >= 200 })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := h.server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	close(stop)
	crowd.Wait()
}
