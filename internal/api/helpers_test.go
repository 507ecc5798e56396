package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/internal/api/record"
	"timeslots/internal/api/sample"
	"timeslots/internal/booking"
	"timeslots/internal/problem"
	"timeslots/internal/search"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

var start = time.Date(2030, 3, 8, 17, 0, 0, 0, time.UTC) // 09:00 in Los Angeles

// counter is a search engine that gives one answer, or one error, and counts.
type counter struct {
	mu      sync.Mutex
	calls   int
	version uint64
	taken   string // whose slots the version is about; empty: anybody's
	lapsed  bool   // the view of taken slots
	answer  func() *search.Answer
	prepare func(*timeslot.Query) // nil: nothing
	tooMuch []timeslot.Violation
	err     error
	last    *timeslot.Query
	caller  search.Caller
}

func (c *counter) Search(_ context.Context, q search.Prepared, caller search.Caller) (*search.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	c.last, c.caller = q.Query, caller
	if c.err != nil {
		return nil, c.err
	}
	return c.answer(), nil
}

func (c *counter) Explain(context.Context, search.Prepared) *search.Explanation {
	return &search.Explanation{Result: &timeslot.Result{}}
}

func (c *counter) Warm(context.Context, search.Prepared, search.Caller, time.Duration) error {
	return nil
}

func (c *counter) Prepare(q *timeslot.Query, _ bool) (search.Prepared, []timeslot.Violation) {
	if c.prepare != nil {
		c.prepare(q)
	}
	return search.Prepared{Query: q}, c.tooMuch
}

func (c *counter) Taken(context.Context) (search.View, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return view{c.version, c.taken}, !c.lapsed
}

// view is a view of taken slots that changed for one clinician, or for all.
type view struct {
	version uint64
	npi     string
}

func (v view) Version() uint64 { return v.version }

func (v view) Touches(_ uint64, clinicians timeslot.Clinicians) bool {
	return v.npi == "" || clinicians.Has(v.npi)
}

func (c *counter) Read(context.Context, timeslot.FragmentKey, search.Caller) (*search.Reading, error) {
	return nil, c.err
}

func (c *counter) Repeat(_ context.Context, r *search.Reading) (search.Repeated, error) {
	return search.Repeated{Body: r.Fragment.Body, Strict: true}, nil
}

func (c *counter) Clean(_ context.Context, _ timeslot.FragmentKey, body []byte) ([]byte, bool) {
	return body, true
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type stand struct {
	*Server
	engine *counter
	clock  *clock
	notes  *notes
}

// notes remembers what was recorded.
type notes struct {
	record.Silent
	mu       sync.Mutex
	requests []string
	codes    []int
	partial  []string
	strict   map[string]int // answers by product and consistency
}

func (n *notes) RequestEnded(e trace.Ended, _ time.Duration, _ string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.codes = append(n.codes, e.Status)
	n.requests = append(n.requests, e.Product+" "+e.Route+" "+http.StatusText(e.Status)+" "+e.Cache)
}

func (n *notes) Consistency(product string, strict bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.strict == nil {
		n.strict = map[string]int{}
	}
	n.strict[product+map[bool]string{true: " strict", false: " best_effort"}[strict]]++
}

func (n *notes) PartialResponse(product string, source timeslot.Source, reason timeslot.Kind) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.partial = append(n.partial, product+" "+string(source)+" "+string(reason))
}

func newStand(t testing.TB, change func(*Options)) *stand {
	t.Helper()
	s := &stand{clock: &clock{now: start.Add(-24 * time.Hour)}, notes: &notes{}}
	s.engine = &counter{answer: func() *search.Answer { return sample.Answer(s.clock.Now()) }}
	ledger, err := taken.NewLedger(taken.LedgerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	index, err := taken.NewSlotIndex(taken.SlotIndexOptions{})
	if err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse("http://127.0.0.1:1")
	gateway, err := booking.New(booking.Options{Base: base, Index: index, Ledger: ledger})
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{
		PointPrecision: 2,
		Engine:         s.engine, Gateway: gateway, Now: s.clock.Now, Recorder: s.notes,
		Products: map[string]Product{
			"default": {Ranking: timeslot.Soonest, Budget: time.Second},
			"flushot": {Ranking: timeslot.Nearest, Budget: 2 * time.Second, MaxAge: 10 * time.Second},
		},
	}
	if change != nil {
		change(&opt)
	}
	if s.Server, err = New(opt); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stand) get(target string, headers ...string) *httptest.ResponseRecorder {
	return s.do(http.MethodGet, target, headers...)
}

// do asks with names and values of headers, and with an empty object where the method has a body.
func (s *stand) do(method, target string, headers ...string) *httptest.ResponseRecorder {
	var body io.Reader
	if method != http.MethodGet && method != http.MethodHead {
		body = strings.NewReader("{}")
	}
	r := httptest.NewRequest(method, target, body)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) problem.Document {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q, want a problem document; body %s", got, w.Body)
	}
	var p problem.Document
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	return p
}
