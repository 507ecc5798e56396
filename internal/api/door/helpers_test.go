package door

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"timeslots/internal/api/wire"
	"timeslots/internal/problem"
)

// house is a door on a real listener, with something behind it.
type house struct {
	*Door
	listener *Listener
	reader   *wire.Listener
	server   *http.Server
	addr     string
	counted  *counted
}

// counted is what was shed.
type counted struct {
	mu   sync.Mutex
	shed map[string]int
}

func (c *counted) Shed(product, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shed[product+" "+reason]++
}

func (c *counted) times(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shed[what]
}

var twoProducts = map[string]Product{defaultProduct: {Priority: 2}, "flushot": {Priority: 3}}

func newDoor(t testing.TB, next http.HandlerFunc, r Rules) (*Door, *counted) {
	t.Helper()
	if r.Products == nil {
		r.Products = twoProducts
	}
	if r.InFlight == 0 {
		r.InFlight = 100
	}
	c := &counted{shed: map[string]int{}}
	d, err := New(Options{
		Next: next, Bookings: []string{"/dexcare/api/6/visits/retail", "/dexcare/api/9/visits/:visitId/summary"},
		First: []string{"/dexcare/v2/clientLogging"}, Secrets: []string{"/dexcare/api/v2/coupon/:code/verify"},
		Passing: 30 * time.Second, WriteTimeout: time.Minute, Shed: c.Shed,
	}, r)
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

func newHouse(t testing.TB, most int, next http.HandlerFunc, r Rules) *house {
	t.Helper()
	return closedHouse(t, most, next, r).serve(t)
}

// closedHouse accepts nobody yet.
func closedHouse(t testing.TB, most int, next http.HandlerFunc, r Rules) *house {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{listener: Listen(socket, most), addr: socket.Addr().String()}
	if h.reader, err = wire.Listen(wire.Options{Inner: h.listener, ConnState: h.listener.ConnState, ConnContext: h.listener.ConnContext}); err != nil {
		t.Fatal(err)
	}
	h.Door, h.counted = newDoor(t, next, r)
	h.server = &http.Server{
		Handler: h.Door, ConnState: h.reader.ConnState, ConnContext: h.reader.ConnContext,
		ReadHeaderTimeout: 10 * time.Second, DisableGeneralOptionsHandler: true,
		MaxHeaderBytes: 16<<10 - 4096, // net/http adds 4 KiB
	}
	return h
}

func (h *house) serve(t testing.TB) *house {
	done := make(chan struct{})
	go func() { defer close(done); _ = h.server.Serve(h.reader) }()
	t.Cleanup(func() { _ = h.server.Close(); <-done })
	return h
}

// dial gives a connection that nobody waits on for long.
func (h *house) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

// say sends bytes and reads answers until the server hangs up.
func (h *house) say(t testing.TB, text string) (answers []*http.Response) {
	t.Helper()
	c := h.dial(t)
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	for {
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answers = append(answers, answer)
	}
}

func problemIn(t testing.TB, header http.Header, body []byte) problem.Document {
	t.Helper()
	if got := header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q, want a problem document; body %s", got, body)
	}
	var p problem.Document
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatal(err)
	}
	if p.CorrelationID == "" || p.CorrelationID != header.Get(CorrelationHeader) {
		t.Errorf("correlation id %q in the body, %q in the header", p.CorrelationID, header.Get(CorrelationHeader))
	}
	return p
}
