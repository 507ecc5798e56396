package booking

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
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
	cutOff  bool   // other replicas cannot be told
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
func (d *diary) Promote(c timeslot.Claim, owner string) bool {
	d.entry("promote", c, owner)
	if d.promote != nil {
		d.promote()
	}
	return !d.cutOff
}

func (d *diary) MarkStale(c timeslot.Claim) { d.entry("stale", c, "") }
func (d *diary) Release(c timeslot.Claim)   { d.entry("release", c, "") }
func (d *diary) Fence(c timeslot.Claim) bool {
	d.entry("fence", c, "")
	return !d.cutOff
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
func (d *diary) UpstreamEnded(c timeslot.UpstreamCall) {
	d.note("ended %s %s %s", c.Source, c.Operation, c.Outcome)
}

// bookWords are all that the book can be told.
var bookWords = []string{"pend", "promote", "withdraw", "suspect", "stale", "release", "fence"}

// inBook lists what the book was told.
func (d *diary) inBook() []string { return d.told(bookWords...) }

// house is a gateway on a listener of its own, in front of some upstream.
type house struct {
	*diary
	gateway *Gateway
	url     string
	logs    *rig.Log
}

// routeOf is the route with that method and pattern.
func routeOf(t testing.TB, method, path string) Route {
	t.Helper()
	for _, route := range Routes() {
		if route.Method == method && route.Path == path {
			return route
		}
	}
	t.Fatalf("no route %s %s", method, path)
	return Route{}
}

// serving is the route that a path below /dexcare belongs to, as a public router finds it; retail when none does.
func serving(r *http.Request) Route {
	for _, route := range Routes() {
		pattern := strings.ReplaceAll(hole.ReplaceAllString(route.Path, "[^/]*"), "/*", "/.*")
		if route.Method == r.Method && regexp.MustCompile("^"+mount+pattern+"$").MatchString(r.URL.EscapedPath()) {
			return route
		}
	}
	return Retail()
}

// newHouse serves all routes in front of the upstream at base, which is all three bases.
func newHouse(t testing.TB, base string, change ...func(*Options)) *house {
	t.Helper()
	h := &house{diary: &diary{}, logs: &rig.Log{}}
	g := newGateway(t, h.diary, base, append([]func(*Options){func(o *Options) {
		o.Logger = slog.New(slog.NewJSONHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}}, change...)...)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.Serve(w, r, serving(r), Call{Product: "flushot", CorrelationID: "corr-1"})
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(h.logs, nil), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	h.url, h.gateway = server.URL, g
	return h
}

func newGateway(t testing.TB, d *diary, base string, change ...func(*Options)) *Gateway {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Base: u, Public: u, Ingress: u, APIKey: "our-key", SlotsKey: "our-slots-key", CareOptionsKey: "our-options-key",
		PartnerKeys: []string{"partner-key"}, Ledger: d, Index: d, Recorder: d, Timeout: time.Minute,
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

// someOffer is what the index may know of retailSlot.
func someOffer() timeslot.Claim {
	return timeslot.Claim{
		Identity: timeslot.Identity{
			EHRInstance: "e", DepartmentID: "d", Clinician: "9000000017", VisitTypeID: "v", Start: 1_900_000_800,
		},
		SlotID: retailSlot, NPI: "9000000017", Duration: 20,
	}
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

// hole is a part of a pattern that stands for one segment.
var hole = regexp.MustCompile(`:\w+`)

// someSegment is such a part as an app escapes it: a blank twice.
const someSegment = "SPRING%252010"

// book sends a call with a token; header holds "Name: value" lines.
func (h *house) book(t testing.TB, route Route, body string, header ...string) answer {
	t.Helper()
	path := strings.NewReplacer(":visitId", someVisit, "*", "some/report.csv").Replace(route.Path)
	path = hole.ReplaceAllString(path, someSegment)
	r, err := http.NewRequestWithContext(t.Context(), route.Method, h.url+"/dexcare"+path, strings.NewReader(body))
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

// begin books, and gives the answer while its body is on the way.
func (h *house) begin(t testing.TB) *http.Response {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url, strings.NewReader(someBooking))
	r.Header.Set("Authorization", "Bearer t")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
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
	someVisit    = "55555555-aaaa-4bbb-8ccc-000000000500"
	someBooking  = `{"visitDetails":{"slotId":"` + retailSlot + `"}}`
)
