package api

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/api/sample"
	"timeslots/internal/api/wire"
	"timeslots/internal/search"
)

// seen is an answer as a client sees it.
type seen struct {
	status int
	header http.Header
	body   string
}

// through asks net/http's way; headers are names and values.
func (s *stand) through(method, target string, headers []string) seen {
	w := s.do(method, target, headers...)
	return seen{w.Code, w.Header(), w.Body.String()}
}

// past asks the accelerator's way; ok is false when it leaves the request to net/http.
func (s *stand) past(t *testing.T, method, target string, headers []string) (got seen, ok bool) {
	t.Helper()
	path, query, _ := strings.Cut(target, "?")
	r := wire.Request{Head: method == http.MethodHead, Path: []byte(path), Query: []byte(query)}
	fields := map[string]*[]byte{"Accept-Encoding": &r.AcceptEncoding, "If-None-Match": &r.IfNoneMatch, "Correlation-Id": &r.CorrelationID}
	for i := 0; i+1 < len(headers); i += 2 {
		*fields[headers[i]] = []byte(headers[i+1])
	}
	w := wire.Reply{}
	if !s.Respond(&r, &w) {
		return got, false
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(w.Head, w.Body...))), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", w.Head, err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err != nil || !at.Equal(s.clock.Now().Truncate(time.Second)) {
		t.Errorf("Date %q", resp.Header.Get("Date"))
	}
	resp.Header.Del("Date")
	return seen{resp.StatusCode, resp.Header, string(body)}, true
}

// quick is the header of an answer by the accelerator's way.
func (s *stand) quick(t *testing.T, target string) http.Header {
	t.Helper()
	got, _ := s.past(t, http.MethodGet, target, nil)
	return got.header
}

// TestBothWaysSayTheSame: to every request that the accelerator answers, it gives the answer of the other way.
func TestBothWaysSayTheSame(t *testing.T) {
	s := newStand(t, nil)
	targets := []string{ask, ask + "&product=flushot", ask + "&product=made-up", "/v1/next-available?npi=9000000017"}
	for _, target := range targets {
		s.through(http.MethodGet, target, nil)
	}
	s.clock.pass(3 * time.Second)
	for _, target := range targets {
		tag := s.through(http.MethodGet, target, nil).header.Get("ETag")
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, asked := range [][]string{
				nil, {"Accept-Encoding", "gzip"}, {"Accept-Encoding", "zstd"}, {"Accept-Encoding", "br;q=0, *"}, {"Accept-Encoding", "identity"}, {"Accept-Encoding", "x"},
				{"If-None-Match", tag}, {"If-None-Match", "W/" + tag + `, "x"`}, {"If-None-Match", "*"}, {"If-None-Match", `"x"`}, {"If-None-Match", tag, "Accept-Encoding", "gzip"},
			} {
				headers := append([]string{"Correlation-Id", "c-1"}, asked...)
				want := s.through(method, target, headers)
				got, ok := s.past(t, method, target, headers)
				if !ok {
					t.Fatalf("%s %s is not answered", method, target)
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
					t.Errorf("%s %s %v (-net/http +accelerator):\n%s", method, target, headers, diff)
				}
			}
		}
	}
	if s.engine.calls != 3 { // the product that nobody configured works as the default one
		t.Errorf("%d searches", s.engine.calls)
	}
}

// An answer that is not complete for good is kept by us and by nobody else, whichever way it goes out.
func TestBothWaysKeepAnIncompleteAnswerOutOfOtherCaches(t *testing.T) {
	s := newStand(t, nil)
	s.engine.answer = func() *search.Answer {
		a := sample.Answer(s.clock.Now())
		a.Complete, a.Settled = false, true
		return a
	}
	const kept = ask + "&product=flushot"
	s.through(http.MethodGet, kept, nil)
	want := s.through(http.MethodGet, kept, []string{"Correlation-Id", "c-1"})
	got, ok := s.past(t, http.MethodGet, kept, []string{"Correlation-Id", "c-1"})
	if !ok || want.header.Get("Cache-Control") != "public, no-cache" {
		t.Fatalf("answered %v, Cache-Control %q", ok, want.header.Get("Cache-Control"))
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
		t.Errorf("(-net/http +accelerator):\n%s", diff)
	}
}

func TestTheAcceleratorKnowsOnlyWhatWasAnsweredBefore(t *testing.T) {
	s := newStand(t, nil)
	for _, target := range []string{ask, ask + "&utm_source=x", "/v1/timeslots?", "/dexcare/v1/providers?x", "/openapi.json?"} {
		s.through(http.MethodGet, target, nil)
	}
	for target, want := range map[string]bool{
		ask: true, ask + "&": false, ask + "&utm_source=x": false, "/v1/timeslots?": false, "/v1/next-available" + strings.TrimPrefix(ask, "/v1/timeslots"): false,
		"/dexcare/v1/providers?x": false, "/openapi.json?": false,
	} {
		if _, ok := s.past(t, http.MethodGet, target, nil); ok != want {
			t.Errorf("%s: answered %v", target, ok)
		}
	}
	s.engine.version = 9 // a slot was taken
	if _, ok := s.past(t, http.MethodGet, ask, nil); ok {
		t.Error("an answer from before a slot was taken is served")
	}
}

func TestBothWaysCountAndMintAlike(t *testing.T) {
	s := newStand(t, nil)
	s.through(http.MethodGet, ask, nil)
	s.through(http.MethodGet, ask, nil)
	got, _ := s.past(t, http.MethodGet, ask, []string{"Correlation-Id", "not <one>"})
	if id := got.header.Get("Correlation-Id"); len(id) != 36 {
		t.Errorf("an odd id came back as %q", id)
	}
	if n := len(s.notes.requests); n != 3 || s.notes.requests[1] != s.notes.requests[2] {
		t.Errorf("recorded %v", s.notes.requests)
	}
}

func BenchmarkRespond(b *testing.B) {
	for _, slots := range []int{1, 38, 380} {
		s := newStand(b, func(o *Options) { o.Recorder = nil })
		s.engine.answer = func() *search.Answer { return sample.Slots(s.clock.Now(), slots) }
		size := s.get(ask).Body.Len()
		s.opt.Engine = settled{s.engine, view{}}
		path, query, _ := strings.Cut(ask, "?")
		r := wire.Request{Path: []byte(path), Query: []byte(query), AcceptEncoding: []byte("gzip")}
		w := wire.Reply{Head: make([]byte, 0, 8<<10)}
		b.Run(strconv.Itoa(size)+"bytes", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if w.Head = w.Head[:0]; !s.Respond(&r, &w) {
					b.Fatal("not answered")
				}
			}
		})
	}
}

// TestAHitAllocatesNothing on a connection that is answered without net/http.
func TestAHitAllocatesNothing(t *testing.T) {
	s := newStand(t, func(o *Options) { o.Recorder = nil })
	s.get(ask)
	s.opt.Engine = settled{s.engine, view{}}
	path, query, _ := strings.Cut(ask, "?")
	for name, r := range map[string]wire.Request{
		"plain":           {Path: []byte(path), Query: []byte(query)},
		"coded":           {Path: []byte(path), Query: []byte(query), AcceptEncoding: []byte("gzip")},
		"with an id":      {Path: []byte(path), Query: []byte(query), CorrelationID: []byte("c-1")},
		"known already":   {Path: []byte(path), Query: []byte(query), IfNoneMatch: []byte("*")},
		"its header only": {Head: true, Path: []byte(path), Query: []byte(query)},
	} {
		w := wire.Reply{Head: make([]byte, 0, 8<<10)}
		answered := true
		allocs := testing.AllocsPerRun(1000, func() {
			w.Head, w.Body = w.Head[:0], nil
			answered = s.Respond(&r, &w) && answered
		})
		if allocs >= 1 || !answered {
			t.Errorf("%s: %v allocations, answered %v", name, allocs, answered)
		}
	}
}

// settled is an engine whose view of taken slots stays.
type settled struct {
	Searcher
	view search.View
}

func (e settled) Taken(context.Context) (search.View, bool) { return e.view, true }
