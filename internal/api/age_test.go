package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// lifetime reads what a shared cache reads (RFC 9111 §4.2.1, §4.2.3): how long the answer is fresh from now on, and how
// much longer it may be served while it is asked for again (RFC 5861 §3).
func lifetime(t *testing.T, h http.Header) (fresh, stale int) {
	t.Helper()
	directives := map[string]int{}
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		directives[name], _ = strconv.Atoi(value)
	}
	if _, always := directives["no-cache"]; always {
		return 0, 0
	}
	age, _ := strconv.Atoi(h.Get("Age"))
	return directives["max-age"] - age, directives["max-age"] + directives["stale-while-revalidate"] - age
}

// However old the data is when an answer goes out, a cache keeps it for maxAge.
func TestACacheKeepsAnAnswerForMaxAge(t *testing.T) {
	s := newStand(t, nil)
	s.engine.answer = func() *search.Answer {
		a := sample.Answer(s.clock.Now())
		a.AsOf, a.FreshUntil = a.AsOf.Add(-10*time.Minute), a.FreshUntil.Add(time.Hour)
		return a
	}
	const kept = ask + "&product=flushot"
	check := func(name string, h http.Header) {
		t.Helper()
		fresh, stale := lifetime(t, h)
		if fresh != 10 || stale != 20 {
			t.Errorf("%s: fresh for %d s and stale until %d s, want 10 and 20 (%v)", name, fresh, stale, h)
		}
	}
	check("the first", s.get(kept).Header())
	s.clock.pass(30 * time.Second)
	check("a hit", s.get(kept).Header())
	check("an accelerated hit", s.quick(t, kept))
	tag := s.get(kept).Header().Get("ETag")
	check("a 304", s.get(kept, "If-None-Match", tag).Header())
}

func TestAgeCountsFromTheOldestDataHoweverOftenItIsMerged(t *testing.T) {
	s := newStand(t, nil)
	fetched := s.clock.Now()
	s.engine.answer = func() *search.Answer {
		a := sample.Answer(s.clock.Now())
		a.AsOf = fetched
		return a
	}
	for range 3 {
		want := strconv.Itoa(int(s.clock.Now().Sub(fetched) / time.Second))
		for name, h := range map[string]http.Header{"net/http": s.get(ask).Header(), "the accelerator": s.quick(t, ask)} {
			if got := h.Get("Age"); got != want {
				t.Errorf("after %d searches, %s: Age %q, want %s as asOf has it", s.engine.calls, name, got, want)
			}
		}
		s.clock.pass(8 * time.Second) // past FreshUntil every other time
	}
	if s.engine.calls < 2 {
		t.Fatal("nothing was merged again")
	}
}

// repeating is an engine whose drop-in reads are ten minutes old.
type repeating struct {
	*counter
	fetched time.Time
}

func (r repeating) Read(context.Context, timeslot.FragmentKey, search.Caller) (*search.Reading, error) {
	fresh := r.fetched.Add(time.Hour)
	return &search.Reading{Fragment: &timeslot.Fragment{FetchedAt: r.fetched, Body: []byte("[]")}, FreshUntil: fresh, ReviewAt: fresh}, nil
}

func TestADropInAnswerIsKeptForMaxAgeToo(t *testing.T) {
	s := newStand(t, nil)
	s.opt.Engine = repeating{s.engine, s.clock.Now().Add(-10 * time.Minute)}
	for range 2 {
		if fresh, stale := lifetime(t, s.get("/dexcare/v4/departments?product=flushot").Header()); fresh != 10 || stale != 20 {
			t.Errorf("fresh for %d s and stale until %d s, want 10 and 20", fresh, stale)
		}
		if got := s.get("/dexcare/v4/departments").Header().Get("Age"); got != "600" {
			t.Errorf("Age %q, want that of the fetch", got)
		}
	}
}

// No client makes us ask upstream, or gets less than what is in memory, by what it says of caches (RFC 9111 §5.2.1):
// to it we are where the answer comes from, and a crowd would be at upstream's door with one header.
func TestWhatAClientSaysOfCachesChangesNothing(t *testing.T) {
	s := newStand(t, nil)
	s.get(ask)
	for _, said := range []string{"no-cache", "no-store", "max-age=0", "only-if-cached", "min-fresh=3600", "no-transform", "max-stale"} {
		w := s.get(ask, "Cache-Control", said, "Pragma", "no-cache")
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Status"), "hit") {
			t.Errorf("%s: %d, %s", said, w.Code, w.Header().Get("Cache-Status"))
		}
	}
	if s.engine.calls != 1 {
		t.Errorf("%d searches, want the first alone", s.engine.calls)
	}
	if w := s.get("/v1/timeslots?npi=9000000017", "Cache-Control", "only-if-cached, no-store"); w.Code != http.StatusOK || s.engine.calls != 2 {
		t.Errorf("only-if-cached on what is not in memory: %d after %d searches, want it answered", w.Code, s.engine.calls)
	}
	if s.get("/v1/timeslots?npi=9000000017"); s.engine.calls != 2 {
		t.Error("no-store kept a shared answer out of memory")
	}
}
