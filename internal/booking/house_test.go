package booking

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// diary is a ledger, an index and a recorder that write down what they are told, in order.
type diary struct {
	mu      sync.Mutex
	lines   []string
	claims  []timeslot.Claim
	owners  []string
	known   map[string]timeslot.Claim
	offered time.Time
	promote func() // called inside Promote
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// told lists the lines that begin with one of the words.
func (d *diary) told(words ...string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, line := range d.lines {
		for _, word := range words {
			if strings.HasPrefix(line, word) {
				out = append(out, line)
			}
		}
	}
	return out
}

func (d *diary) entry(word string, c timeslot.Claim, owner string) {
	d.note("%s", word)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.claims, d.owners = append(d.claims, c), append(d.owners, owner)
}

func (d *diary) Pend(c timeslot.Claim, owner string)     { d.entry("pend", c, owner) }
func (d *diary) Withdraw(c timeslot.Claim, owner string) { d.entry("withdraw", c, owner) }
func (d *diary) Suspect(c timeslot.Claim, owner string)  { d.entry("suspect", c, owner) }
func (d *diary) Promote(c timeslot.Claim, owner string) {
	d.entry("promote", c, owner)
	if d.promote != nil {
		d.promote()
	}
}

func (d *diary) Find(slotID string) (timeslot.Claim, time.Time, bool) {
	c, ok := d.known[slotID]
	return c, d.offered, ok
}

func (d *diary) Booking(product, flow, outcome string) {
	d.note("count %s %s %s", product, flow, outcome)
}
func (d *diary) BookedSlotAge(product, outcome string, age time.Duration) {
	d.note("age %s %s %v", product, outcome, age)
}
func (d *diary) UpstreamStarted(s timeslot.Source) { d.note("started %s", s) }
func (d *diary) UpstreamEnded(s timeslot.Source, op timeslot.Operation, outcome string, _ time.Duration) {
	d.note("ended %s %s %s", s, op, outcome)
}

// house is a gateway on a listener of its own, in front of some upstream.
type house struct {
	*diary
	url  string
	logs *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newHouse serves the retail route in front of the upstream at base.
func newHouse(t testing.TB, base string, change ...func(*Options)) *house {
	t.Helper()
	h := &house{diary: &diary{}, logs: &lockedBuffer{}}
	g := newGateway(t, h.diary, base, append([]func(*Options){func(o *Options) {
		o.Logger = slog.New(slog.NewJSONHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}}, change...)...)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := Retail()
		if strings.HasSuffix(r.URL.Path, Provider().Path) {
			route = Provider()
		}
		g.Serve(w, r, route, Call{Product: "flushot", CorrelationID: "corr-1"})
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(h.logs, nil), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func newGateway(t testing.TB, d *diary, base string, change ...func(*Options)) *Gateway {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Base: u, APIKey: "our-key", Ledger: d, Index: d, Recorder: d, Timeout: 5 * time.Second,
		Owner: func() string { return "owner-1" },
	}
	for _, f := range change {
		f(&o)
	}
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

func newUpstream(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// answering is an upstream that always says the same.
func answering(t testing.TB, status int, body string) string {
	return newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// hanging is an upstream that says nothing until the test ends.
func hanging(t testing.TB) string {
	end := make(chan struct{})
	base := newUpstream(t, func(http.ResponseWriter, *http.Request) { <-end })
	t.Cleanup(func() { close(end) }) // runs before the server's own, which waits for the handler
	return base
}

type answer struct {
	status int
	header http.Header
	body   string
}

// book sends a booking with a token; header holds "Name: value" lines.
func (h *house) book(t testing.TB, route Route, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), route.Method, h.url+"/dexcare"+route.Path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer patient-token")
	r.Header.Set("Content-Type", "application/json")
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	return do(t, r)
}

func do(t testing.TB, r *http.Request) answer {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const (
	retailSlot   = "b3BhcXVlLXNpbS1zbG90LTAwMDAwMQ=="
	providerSlot = "b3BhcXVlLXNpbS1zbG90LTAwMDEwMQ=="
	someBooking  = `{"visitDetails":{"slotId":"` + retailSlot + `"}}`
)
