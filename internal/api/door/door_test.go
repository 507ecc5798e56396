package door

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

const (
	search  = "/v1/timeslots?npi=9000000017"
	flushot = search + "&product=flushot"
	retail  = "/dexcare/api/6/visits/retail"
)

// hall lets requests in and keeps them there until it is opened.
type hall struct {
	inside sync.WaitGroup
	enter  chan struct{}
	open   chan struct{}
	once   sync.Once
}

func newHall() *hall { return &hall{enter: make(chan struct{}), open: make(chan struct{})} }

func (h *hall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case h.enter <- struct{}{}:
		<-h.open
	case <-h.open:
	}
	w.WriteHeader(http.StatusNoContent)
}

// fill sends n requests that stay inside.
func (h *hall) fill(d *Door, n int, target string) {
	for range n {
		h.inside.Go(func() { ask(d, target) })
		<-h.enter
	}
}

func (h *hall) empty() {
	h.once.Do(func() { close(h.open) })
	h.inside.Wait()
}

func ask(d *Door, target string, headers ...string) *httptest.ResponseRecorder {
	method := http.MethodGet
	if strings.HasPrefix(target, retail) {
		method = http.MethodPost
	}
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func TestTheLowestPriorityIsShedFirstAndBookingsLast(t *testing.T) {
	h := newHall()
	defer h.empty()
	d, counted := newDoor(t, h.ServeHTTP, Rules{InFlight: 100})
	h.fill(d, 81, search) // nine tenths of the reads' ninety
	if w := ask(d, search); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("the 82nd read of the lower priority: %d", w.Code)
	}
	h.fill(d, 9, flushot)
	if w := ask(d, flushot); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("the 91st read: %d", w.Code)
	}
	h.fill(d, 10, retail)
	refusal := ask(d, retail, "correlation-id", "my-own")
	if refusal.Code != http.StatusServiceUnavailable || refusal.Header().Get(CorrelationHeader) != "my-own" ||
		refusal.Header().Get("Content-Type") != "application/json" || !strings.HasPrefix(refusal.Body.String(), `{"error":"nothing was sent: `) {
		t.Errorf("the 11th booking: %d %v %s", refusal.Code, refusal.Header(), refusal.Body)
	}
	if seconds, err := strconv.Atoi(refusal.Header().Get("Retry-After")); err != nil || seconds < 1 || seconds > 3 {
		t.Errorf("Retry-After %q", refusal.Header().Get("Retry-After"))
	}
	for what, want := range map[string]int{"default in_flight": 2, "flushot in_flight": 1} {
		if counted.times(what) != want { // the booking names no product
			t.Errorf("%s: %d, want %d", what, counted.times(what), want)
		}
	}
	h.empty()
	if w := ask(d, search); w.Code != http.StatusNoContent {
		t.Errorf("after the crowd has left: %d", w.Code)
	}
	if r, b := d.places.reads.Load(), d.places.bookings.Load(); r != 0 || b != 0 {
		t.Errorf("%d reads and %d bookings are still counted", r, b)
	}
}

func TestUnknownProductsGoAsDefaultAndCountAsOther(t *testing.T) {
	h := newHall()
	defer h.empty()
	d, counted := newDoor(t, h.ServeHTTP, Rules{InFlight: 10})
	h.fill(d, 8, search)
	for _, target := range []string{search + "&product=unheard-of", search + "&product=" + strings.Repeat("x", 5000), search + "&product=f%6cushot"} {
		if w := ask(d, target); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%.60s: %d", target, w.Code)
		}
	}
	if n := counted.times("other in_flight"); n != 3 {
		t.Errorf("%d counted as other", n)
	}
}

func TestRulesApplyToRequestsThatComeAfterThem(t *testing.T) {
	h := newHall()
	defer h.empty()
	d, _ := newDoor(t, h.ServeHTTP, Rules{InFlight: 100})
	h.fill(d, 20, search)
	if err := d.Apply(Rules{InFlight: 10, Products: twoProducts}); err != nil {
		t.Fatal(err)
	}
	if w := ask(d, search); w.Code != http.StatusServiceUnavailable {
		t.Errorf("with 20 inside and room for 9: %d", w.Code)
	}
	for name, bad := range map[string]Rules{
		"no products": {InFlight: 1}, "no room": {Products: twoProducts},
		"no burst": {InFlight: 1, Products: twoProducts, PerClientPerSecond: 1},
	} {
		if d.Apply(bad) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestARefusalTakesNoTimeHoweverFullItIs(t *testing.T) {
	h := newHall()
	defer h.empty()
	house := newHouse(t, 2000, h.ServeHTTP, Rules{InFlight: 10})
	h.fill(house.Door, 8, search)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var slowest time.Duration
	var crowd sync.WaitGroup
	for range 64 {
		crowd.Go(func() {
			for range 20 {
				begin := time.Now()
				resp, err := client.Get("http://" + house.addr + search)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				mu.Lock()
				slowest = max(slowest, time.Since(begin))
				mu.Unlock()
				if resp.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("status %d", resp.StatusCode)
				}
			}
		})
	}
	crowd.Wait()
	figure.AtMost(t, "the slowest of 1280 refusals to 64 clients", slowest, time.Second) // 50 ms are promised to 99 of 100
}

func TestAPanicBehindTheDoorIsA500AndTheDoorStaysOpen(t *testing.T) {
	d, _ := newDoor(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/abort" {
			panic(http.ErrAbortHandler)
		}
		panic("a secret")
	}, Rules{})
	w := ask(d, search, "correlation-id", "abc")
	if p := problemIn(t, w.Header(), w.Body.Bytes()); w.Code != http.StatusInternalServerError || p.CorrelationID != "abc" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	func() {
		defer func() {
			if cause := recover(); cause != http.ErrAbortHandler {
				t.Errorf("ErrAbortHandler became %v", cause)
			}
		}()
		ask(d, "/abort")
	}()
	if n := d.places.reads.Load(); n != 0 {
		t.Errorf("%d places are lost", n)
	}
}

func TestEverybodyIsAskedToCloseOnceWeLeave(t *testing.T) {
	d, _ := newDoor(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }, Rules{})
	if got := ask(d, search).Header().Get("Connection"); got != "" {
		t.Errorf("before: Connection %q", got)
	}
	d.Leave()
	if got := ask(d, search).Header().Get("Connection"); got != "close" {
		t.Errorf("after: Connection %q", got)
	}
}

// nothing is a ResponseWriter that keeps headers only.
type nothing struct{ header http.Header }

func (n *nothing) Header() http.Header         { return n.header }
func (n *nothing) Write(b []byte) (int, error) { return len(b), nil }
func (n *nothing) WriteHeader(int)             {}

func usualRequest() *http.Request {
	r := httptest.NewRequest(http.MethodGet, flushot, nil)
	r.Header = http.Header{"Accept-Encoding": {"gzip"}, "Connection": {"keep-alive"}, "User-Agent": {"Mozilla/5.0"}}
	return r
}

func TestARequestThatPassesCostsNoAllocation(t *testing.T) {
	for name, r := range map[string]Rules{"plain": {}, "with a rate": {PerClientPerSecond: 1e6, PerClientBurst: 1e6}} {
		d, _ := newDoor(t, func(http.ResponseWriter, *http.Request) {}, r)
		w, req := &nothing{header: http.Header{}}, usualRequest()
		if n := testing.AllocsPerRun(1000, func() { d.ServeHTTP(w, req) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkDoor(b *testing.B) {
	for name, r := range map[string]Rules{
		"plain":        {InFlight: 1 << 20},
		"with a rate":  {InFlight: 1 << 20, PerClientPerSecond: 1e9, PerClientBurst: 1e9},
		"with origins": {InFlight: 1 << 20, Origins: []string{"https://www.example.org"}},
	} {
		b.Run(name, func(b *testing.B) {
			d, _ := newDoor(b, func(http.ResponseWriter, *http.Request) {}, r)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				w, req := &nothing{header: http.Header{}}, usualRequest()
				for pb.Next() {
					clear(w.header)
					d.ServeHTTP(w, req)
				}
			})
		})
	}
}

func BenchmarkRefusal(b *testing.B) {
	h := newHall()
	defer h.empty()
	d, _ := newDoor(b, h.ServeHTTP, Rules{InFlight: 10})
	h.fill(d, 9, flushot)
	b.ReportAllocs()
	w, req := &nothing{header: http.Header{}}, usualRequest()
	for b.Loop() {
		clear(w.header)
		d.ServeHTTP(w, req)
	}
}
