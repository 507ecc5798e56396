package booking

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/problem"
)

// desk is an upstream without a network, for tests that own the clock. It counts what reaches it.
type desk struct {
	calls  atomic.Int32
	answer func(r *http.Request) (status int, err error)
}

func (d *desk) RoundTrip(r *http.Request) (*http.Response, error) {
	d.calls.Add(1)
	status, err := d.answer(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func answers(status int) *desk {
	return &desk{answer: func(*http.Request) (int, error) { return status, nil }}
}

func newDesk(t *testing.T, d *desk) *Gateway {
	return newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport = d })
}

type clicked struct {
	route      Route
	token, key string
}

func (c clicked) on(g *Gateway) (status int, outcome string, first int) {
	r := httptest.NewRequest(c.route.Method, "/dexcare"+c.route.Path, strings.NewReader(someBooking))
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("X-Api-Key", "partner-key")
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	w := httptest.NewRecorder()
	g.Serve(w, r, c.route, Call{})
	var p problem.Document
	_ = json.Unmarshal(w.Body.Bytes(), &p) // "{}" of a booking leaves it empty
	return w.Code, p.Outcome, p.FirstStatus
}

func TestOfAHundredClicksOneBooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		upstream := &desk{answer: func(*http.Request) (int, error) { pass(2 * time.Second); return 200, nil }}
		g := newDesk(t, upstream)
		var mu sync.Mutex
		got := map[string]int{}
		var attempts sync.WaitGroup
		for range 100 {
			attempts.Go(func() {
				_, outcome, _ := clicked{Retail(), "t", "k"}.on(g)
				mu.Lock()
				defer mu.Unlock()
				got[outcome]++
			})
		}
		attempts.Wait()
		if diff := cmp.Diff(map[string]int{"": 1, "booking-in-progress": 99}, got); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		if n := upstream.calls.Load(); n != 1 {
			t.Errorf("upstream saw %d calls", n)
		}
		if status, outcome, first := (clicked{Retail(), "t", "k"}).on(g); status != 409 || outcome != "already-submitted" || first != 200 {
			t.Errorf("later: %d %q, first %d", status, outcome, first)
		}
	})
}

func TestAKeyCountsAsUsedForAsLongAsATombstone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		upstream := answers(201)
		g := newDesk(t, upstream)
		again := clicked{Retail(), "t", "k"}
		again.on(g)
		pass(defaultTombstone - time.Nanosecond)
		if status, outcome, first := again.on(g); status != 409 || outcome != "already-submitted" || first != 201 {
			t.Errorf("just before: %d %q, first %d", status, outcome, first)
		}
		pass(time.Nanosecond)
		if status, _, _ := again.on(g); status != 201 || upstream.calls.Load() != 2 {
			t.Errorf("after: %d, %d calls", status, upstream.calls.Load())
		}
	})
}

func TestEveryAnswerUsesAKeyUpExceptThatNothingWasSent(t *testing.T) {
	for _, tc := range []struct {
		name          string
		upstream      *desk
		first, second int // statuses
		recorded      int
	}{
		{"booked", answers(200), 200, 409, 200},
		{"refused", answers(400), 400, 409, 400},
		{"taken", answers(409), 409, 409, 409},
		{"nobody knows", answers(500), 500, 409, 500},
		{"no answer", &desk{answer: func(*http.Request) (int, error) { return 0, io.ErrUnexpectedEOF }}, 504, 409, 504},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newDesk(t, tc.upstream)
			first, _, _ := clicked{Provider(), "t", "k"}.on(g)
			second, outcome, recorded := clicked{Provider(), "t", "k"}.on(g)
			if first != tc.first || second != tc.second || outcome != "already-submitted" || recorded != tc.recorded {
				t.Errorf("got %d, then %d %q with %d", first, second, outcome, recorded)
			}
			if n := tc.upstream.calls.Load(); n != 1 {
				t.Errorf("upstream saw %d calls", n)
			}
		})
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	h := newHouse(t, closed.URL)
	for range 2 {
		if got := h.book(t, Retail(), someBooking, "Idempotency-Key: k"); got.status != 502 {
			t.Errorf("what was never sent may be tried again: %d %s", got.status, got.body)
		}
	}
}

func TestKeysOfOthersDoNotMeet(t *testing.T) {
	upstream := answers(200)
	g := newDesk(t, upstream)
	virtual := routeOf(t, http.MethodPost, "/api/9/visits")
	calls := []clicked{
		{Retail(), "t", "k"}, {Retail(), "u", "k"}, {Retail(), "t", "l"}, {Provider(), "t", "k"}, {virtual, "t", "k"},
		{Retail(), "tk", "x"}, {Retail(), "t", "kx"}, {Retail(), "t", ""}, {Retail(), "t", ""},
		{routeOf(t, http.MethodPost, "/v1/booking/queued-guest-visit"), "t", "k"},
		// These make no visit, so the key is none of our business.
		{routeOf(t, http.MethodPost, "/v1/patient/self"), "t", "k"}, {routeOf(t, http.MethodPost, "/v1/patient/self"), "t", "k"},
	}
	for i, c := range calls {
		if status, outcome, _ := c.on(g); status != 200 {
			t.Errorf("%d %s: %d %q", i, c.route.Path, status, outcome)
		}
	}
	if n := int(upstream.calls.Load()); n != len(calls) {
		t.Errorf("upstream saw %d of %d calls", n, len(calls))
	}
}

func TestAKeyThatIsNotOneShortTextIsRefused(t *testing.T) {
	upstream := answers(200)
	g := newDesk(t, upstream)
	for name, values := range map[string][]string{
		"two": {"a", "b"}, "long": {strings.Repeat("k", longestIdempotencyKey+1)},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(someBooking))
		r.Header = http.Header{"Authorization": {"Bearer t"}, "Idempotency-Key": values}
		w := httptest.NewRecorder()
		g.Serve(w, r, Retail(), Call{})
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if n := upstream.calls.Load(); n != 0 {
		t.Errorf("upstream saw %d calls", n)
	}
}

func TestAPanicOnTheWayLeavesTheKeyUsed(t *testing.T) {
	upstream := &desk{answer: func(*http.Request) (int, error) { panic("broken transport") }}
	g := newDesk(t, upstream)
	func() {
		defer func() { _ = recover() }()
		clicked{Retail(), "t", "k"}.on(g)
	}()
	if status, outcome, _ := (clicked{Retail(), "t", "k"}).on(g); status != 409 || outcome != "already-submitted" {
		t.Errorf("then %d %q", status, outcome)
	}
	if len(g.attempts.underWay) != 0 {
		t.Errorf("%d calls are still under way", len(g.attempts.underWay))
	}
}

func TestAShelfForgetsTheOldestFirstAndNeverGrows(t *testing.T) {
	now := time.Unix(0, 0)
	s := newRecent[int](time.Minute, func() time.Time { return now })
	s.size = 3
	prints := newFingerprinter()
	kept := func() (have []int) {
		for i := range 6 {
			if v, ok := s.get(prints.sum("key", string(rune('a'+i)))); ok {
				have = append(have, v)
			}
		}
		return have
	}
	for i := range 5 {
		s.put(prints.sum("key", string(rune('a'+i))), i)
		now = now.Add(10 * time.Second)
	}
	if got := kept(); !cmp.Equal(got, []int{2, 3, 4}) {
		t.Errorf("kept %v of five", got)
	}
	s.put(prints.sum("key", "c"), 7) // again: now the youngest
	now = now.Add(41 * time.Second)
	if got := kept(); !cmp.Equal(got, []int{7, 4}) {
		t.Errorf("kept %v when the fourth ended", got)
	}
	s.remove(prints.sum("key", "c"))
	now = now.Add(time.Minute)
	if got := kept(); got != nil || s.order.Len() != 0 || len(s.byKey) != 0 {
		t.Errorf("kept %v after all ended", got)
	}
}

func TestAFingerprintTellsApartWhatItIsMadeOf(t *testing.T) {
	one, other := newFingerprinter(), newFingerprinter()
	if one.sum("a", "bc") == one.sum("ab", "c") || one.sum("a") == one.sum("a", "") || one.sum("a") == other.sum("a") {
		t.Error("two things have one fingerprint")
	}
	if first, again := one.sum("a", "b"), one.sum("a", "b"); first != again {
		t.Error("one thing has two fingerprints")
	}
}

// pass lets bubble time go by (testing/synctest).
func pass(d time.Duration) { <-time.After(d) }

// shared is a memory of all replicas; while it is away nobody can be asked.
type shared struct {
	mu    sync.Mutex
	away  bool
	used  map[string]int
	names []string
}

func (s *shared) Begin(_ context.Context, key string) (string, bool, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, key)
	if s.away {
		return "owner", false, 0, errors.New("away")
	}
	if status, used := s.used[key]; used {
		return "", true, status, nil
	}
	s.used[key] = 0
	return "owner", false, 0, nil
}

func (s *shared) End(_ context.Context, key, _ string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[key] = status; status == 0 {
		delete(s.used, key)
	}
}

func TestTheSecondClickAtAnotherReplicaBooksNothing(t *testing.T) {
	memory := &shared{used: map[string]int{}}
	upstream := answers(201)
	replica := func() *Gateway {
		return newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport, o.Uses, o.APIKey = upstream, memory, "key" })
	}
	one, two := replica(), replica()
	click := clicked{Retail(), "patient", "click-1"}
	if status, _, _ := click.on(one); status != 201 {
		t.Fatal(status)
	}
	for range 2 { // the second time from its own memory
		if status, _, first := click.on(two); status != http.StatusConflict || first != 201 {
			t.Errorf("%d, the first was answered %d", status, first)
		}
	}
	if n := upstream.calls.Load(); n != 1 {
		t.Errorf("upstream saw %d", n)
	}
	if status, _, _ := (clicked{Retail(), "another patient", "click-1"}).on(two); status != 201 {
		t.Errorf("another patient with the same key: %d", status)
	}
	for _, name := range memory.names {
		if strings.Contains(name, "click") || strings.Contains(name, "patient") || len(name) != 64 {
			t.Errorf("the others are told %q", name)
		}
	}
}

func TestAClickUnderWayAtAnotherReplicaIsNotSentAgain(t *testing.T) {
	memory := &shared{used: map[string]int{}}
	upstream := answers(201)
	replica := func(d *desk) *Gateway {
		return newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport, o.Uses = d, memory })
	}
	click, two := clicked{Retail(), "patient", "click-1"}, replica(upstream)
	var second int
	one := replica(&desk{answer: func(*http.Request) (int, error) {
		second, _, _ = click.on(two)
		return 503, nil
	}})
	click.on(one)
	if second != http.StatusConflict || upstream.calls.Load() != 0 {
		t.Errorf("the second click: %d, upstream saw %d", second, upstream.calls.Load())
	}
}

func TestAKeyOfWhichNothingWasSentMayBeUsedAgainAnywhere(t *testing.T) {
	memory := &shared{used: map[string]int{}}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	away := "http://" + nobody.Addr().String()
	click := clicked{Retail(), "patient", "click-1"}
	one := newGateway(t, &diary{}, away, func(o *Options) { o.Uses = memory })
	if _, outcome, _ := click.on(one); outcome != "not-sent" {
		t.Fatalf("upstream cannot be reached, and the outcome is %q", outcome)
	}
	two := newGateway(t, &diary{}, away, func(o *Options) { o.Transport, o.Uses = answers(201), memory })
	if status, _, _ := click.on(two); status != 201 {
		t.Errorf("used again: %d", status)
	}
}

func TestWhileNobodyCanBeAskedAReplicasOwnMemoryCounts(t *testing.T) {
	memory := &shared{used: map[string]int{}, away: true}
	upstream := answers(201)
	g := newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport, o.Uses = upstream, memory })
	click := clicked{Retail(), "patient", "click-1"}
	if status, _, _ := click.on(g); status != 201 {
		t.Error(status)
	}
	if status, _, first := click.on(g); status != http.StatusConflict || first != 201 {
		t.Errorf("%d, the first was answered %d", status, first)
	}
	if upstream.calls.Load() != 1 {
		t.Errorf("upstream saw %d", upstream.calls.Load())
	}
}
