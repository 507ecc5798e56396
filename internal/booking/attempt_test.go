package booking

import (
	"context"
	"encoding/json"
	"errors"
	"io"
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
	"timeslots/test/rig"
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

// newDesk is a replica in front of an upstream, whose memory of all replicas may be nil.
func newDesk(t *testing.T, d *desk, memory *shared) *Gateway {
	return newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) {
		if o.Transport = d; memory != nil {
			o.Uses = memory
		}
	})
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

// isUsedUp wants the click refused as one that was answered 201 before.
func (c clicked) isUsedUp(t *testing.T, g *Gateway) {
	t.Helper()
	if status, outcome, first := c.on(g); status != http.StatusConflict || outcome != "already-submitted" || first != 201 {
		t.Errorf("again: %d %q, the first was answered %d", status, outcome, first)
	}
}

func TestOfAHundredClicksOneBooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		upstream := &desk{answer: func(*http.Request) (int, error) { pass(2 * time.Second); return 200, nil }}
		g := newDesk(t, upstream, nil)
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
		g := newDesk(t, upstream, nil)
		again := clicked{Retail(), "t", "k"}
		again.on(g)
		pass(defaultTombstone - time.Nanosecond)
		again.isUsedUp(t, g) // just before
		pass(time.Nanosecond)
		if status, _, _ := again.on(g); status != 201 || upstream.calls.Load() != 2 {
			t.Errorf("after: %d, %d calls", status, upstream.calls.Load())
		}
	})
}

func TestEveryAnswerUsesAKeyUp(t *testing.T) {
	for _, tc := range []struct {
		name     string
		upstream *desk
		first    int // status
	}{
		{"booked", answers(200), 200},
		{"refused", answers(400), 400},
		{"taken", answers(409), 409},
		{"nobody knows", answers(500), 500},
		{"no answer", &desk{answer: func(*http.Request) (int, error) { return 0, io.ErrUnexpectedEOF }}, 504},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newDesk(t, tc.upstream, nil)
			first, _, _ := clicked{Provider(), "t", "k"}.on(g)
			second, outcome, recorded := clicked{Provider(), "t", "k"}.on(g)
			if first != tc.first || second != 409 || outcome != "already-submitted" || recorded != tc.first {
				t.Errorf("got %d, then %d %q with %d", first, second, outcome, recorded)
			}
			if n := tc.upstream.calls.Load(); n != 1 {
				t.Errorf("upstream saw %d calls", n)
			}
		})
	}
}

func TestKeysOfOthersDoNotMeet(t *testing.T) {
	upstream := answers(200)
	g := newDesk(t, upstream, nil)
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
	g := newDesk(t, upstream, nil)
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
	g := newDesk(t, upstream, nil)
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

// pass lets bubble time go by (testing/synctest).
func pass(d time.Duration) { <-rig.After(d) }

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
	memory, upstream := &shared{used: map[string]int{}}, answers(201)
	one, two := newDesk(t, upstream, memory), newDesk(t, upstream, memory)
	click := clicked{Retail(), "patient", "click-1"}
	if status, _, _ := click.on(one); status != 201 {
		t.Fatal(status)
	}
	for range 2 { // the second time from its own memory
		click.isUsedUp(t, two)
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
	memory, upstream := &shared{used: map[string]int{}}, answers(201)
	click, two := clicked{Retail(), "patient", "click-1"}, newDesk(t, upstream, memory)
	var second int
	click.on(newDesk(t, &desk{answer: func(*http.Request) (int, error) {
		second, _, _ = click.on(two)
		return 503, nil
	}}, memory))
	if second != http.StatusConflict || upstream.calls.Load() != 0 {
		t.Errorf("the second click: %d, upstream saw %d", second, upstream.calls.Load())
	}
}

func TestAKeyOfWhichNothingWasSentMayBeUsedAgainAnywhere(t *testing.T) {
	memory := &shared{used: map[string]int{}}
	click := clicked{Retail(), "patient", "click-1"}
	one := newGateway(t, &diary{}, "http://127.0.0.1:1", func(o *Options) { o.Uses = memory })
	for range 2 {
		if status, outcome, _ := click.on(one); status != http.StatusBadGateway || outcome != "not-sent" {
			t.Fatalf("upstream cannot be reached: %d %q", status, outcome)
		}
	}
	if status, _, _ := click.on(newDesk(t, answers(201), memory)); status != 201 {
		t.Errorf("used again: %d", status)
	}
}

func TestWhileNobodyCanBeAskedAReplicasOwnMemoryCounts(t *testing.T) {
	upstream := answers(201)
	g := newDesk(t, upstream, &shared{used: map[string]int{}, away: true})
	click := clicked{Retail(), "patient", "click-1"}
	if status, _, _ := click.on(g); status != 201 {
		t.Error(status)
	}
	click.isUsedUp(t, g)
	if upstream.calls.Load() != 1 {
		t.Errorf("upstream saw %d", upstream.calls.Load())
	}
}
