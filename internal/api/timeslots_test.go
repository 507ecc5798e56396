package api

import (
	"compress/gzip"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

var update = flag.Bool("update", false, "rewrite golden files")

const ask = "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness"

func TestAnswersAreTheDocumentsThatTheInterfacePins(t *testing.T) {
	for golden, target := range map[string]string{"answer": ask, "entries": "/v1/next-available?npi=9000000108,9000000025,9000000033"} {
		s := newStand(t, nil)
		if golden == "entries" {
			s.engine.answer = func() *search.Answer { return sampleEntries(s) }
		}
		got, file := s.get(target).Body.Bytes(), filepath.Join("testdata", golden+".golden.json")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", golden, diff)
		}
	}
}

func TestTheSecondRequestIsAHitUntilAFragmentIsNoLongerFresh(t *testing.T) {
	s := newStand(t, nil)
	if got := s.get(ask).Header().Get("Cache-Status"); got != "timeslots; fwd=miss" {
		t.Errorf("first: %q", got)
	}
	if got := s.get(ask).Header().Get("Cache-Status"); got != "timeslots; hit; ttl=10" {
		t.Errorf("second, in the same moment: %q", got)
	}
	s.clock.pass(3 * time.Second)
	w := s.get(ask)
	if got := w.Header().Get("Cache-Status"); got != "timeslots; hit; ttl=7" || w.Header().Get("Age") != "3" {
		t.Errorf("second: %q, Age %q; want seven seconds left at the age of three", got, w.Header().Get("Age"))
	}
	s.clock.pass(7 * time.Second)
	s.get(ask)
	if s.engine.calls != 2 {
		t.Errorf("%d searches, want one now and one when the fragments are no longer fresh", s.engine.calls)
	}
}

// TestWhatOutdatesTheCachedAnswer: in a campaign somebody always books, and the answers that do not speak of that clinician
// stay what they are.
func TestWhatOutdatesTheCachedAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*stand)
		searches int
	}{
		"a booking with anybody":        {func(s *stand) { s.engine.version = 7 }, 2},
		"a booking with this clinician": {func(s *stand) { s.engine.version, s.engine.taken = 7, "9000000108" }, 2},
		"a booking with another one":    {func(s *stand) { s.engine.version, s.engine.taken = 7, "9000000017" }, 1},
		"a slot that is to begin":       {func(s *stand) { s.clock.pass(time.Second) }, 1},
		"a slot that has begun":         {func(s *stand) { s.clock.pass(2 * time.Second) }, 2},
	} {
		s := newStand(t, nil)
		s.clock.now = start.Add(-2 * time.Second)
		whole := s.engine.answer
		s.engine.answer = func() *search.Answer {
			a := whole()
			a.Clinicians = timeslot.CliniciansOf(&timeslot.Fragment{Key: timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots}, Schedules: []timeslot.Schedule{{NPI: "9000000108"}}})
			return a
		}
		s.get(ask)
		c.change(s)
		if s.get(ask); s.engine.calls != c.searches {
			t.Errorf("after %s: %d searches, want %d", name, s.engine.calls, c.searches)
		}
	}
}

func TestPartialAnswersAreNotKept(t *testing.T) {
	s := newStand(t, nil)
	whole := s.engine.answer
	s.engine.answer = func() *search.Answer {
		a := whole()
		a.Complete = false
		a.Reports = append(a.Reports, timeslot.SourceReport{Source: timeslot.ProviderDirect, Key: "9000000017", Status: timeslot.StatusFailed, Reason: timeslot.KindTimeout})
		return a
	}
	w := s.get(ask + "&product=flushot")
	s.get(ask + "&product=flushot")
	if s.engine.calls != 2 || w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "public, no-cache" {
		t.Errorf("%d searches, status %d, Cache-Control %q", s.engine.calls, w.Code, w.Header().Get("Cache-Control"))
	}
	if len(s.notes.partial) != 2 || s.notes.partial[0] != "flushot providerDirect timeout" {
		t.Errorf("recorded %v", s.notes.partial)
	}
}

func TestAStaleAnswerSaysSoAndIsServedAgainForASecond(t *testing.T) {
	s := newStand(t, nil)
	whole := s.engine.answer
	s.engine.answer = func() *search.Answer {
		a := whole()
		a.Waited, a.FreshUntil = false, s.clock.Now().Add(-5*time.Second)
		return a
	}
	for range 3 {
		if got := s.get(ask).Header().Get("Cache-Status"); got != "timeslots; hit; ttl=-5" {
			t.Errorf("Cache-Status %q", got)
		}
	}
	s.clock.pass(250 * time.Millisecond)
	s.get(ask)
	if s.engine.calls != 2 {
		t.Errorf("%d searches, want two", s.engine.calls)
	}
}

func TestValidatorsAreStrongAndPerEncoding(t *testing.T) {
	s := newStand(t, nil)
	plain := s.get(ask)
	zipped := s.get(ask, "Accept-Encoding", "br;q=0.5, gzip")
	tag, zippedTag := plain.Header().Get("ETag"), zipped.Header().Get("ETag")
	if tag == zippedTag || strings.HasPrefix(tag, "W/") || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("tags %s and %s, encoding %q", tag, zippedTag, zipped.Header().Get("Content-Encoding"))
	}
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if unzipped, err := io.ReadAll(z); err != nil || string(unzipped) != plain.Body.String() {
		t.Errorf("the encodings differ in content (%v)", err)
	}
	for _, tt := range []struct {
		header, encoding string
		want             int
	}{
		{tag, "", 304}, {`"x", W/` + tag, "", 304}, {"*", "", 304}, {tag, "gzip", 200}, {zippedTag, "gzip", 304}, {`"x"`, "", 200},
	} {
		w := s.get(ask, "If-None-Match", tt.header, "Accept-Encoding", tt.encoding)
		if w.Code != tt.want || (w.Code == 304) != (w.Body.Len() == 0) {
			t.Errorf("If-None-Match %s with encoding %q: %d with %d bytes, want %d", tt.header, tt.encoding, w.Code, w.Body.Len(), tt.want)
		}
		if w.Code == 304 && (w.Header().Get("ETag") == "" || w.Header().Get("Cache-Control") == "" || w.Header().Get("Vary") == "") {
			t.Errorf("a 304 without its headers: %v", w.Header())
		}
	}
}

// TestNobodyWaitsForTheSmallestCoding: a browser takes br, but gets the next best until it is there.
func TestNobodyWaitsForTheSmallestCoding(t *testing.T) {
	s := newStand(t, nil)
	const browser = "gzip, deflate, br, zstd"
	if got := s.get(ask, "Accept-Encoding", browser).Header().Get("Content-Encoding"); got == "" {
		t.Error("the first answer is not coded at all")
	}
	deadline := time.Now().Add(10 * time.Second)
	for s.get(ask, "Accept-Encoding", browser).Header().Get("Content-Encoding") != "br" {
		if time.Now().After(deadline) {
			t.Fatal("br is never there")
		}
	}
	plain, small := s.get(ask), s.get(ask, "Accept-Encoding", browser)
	unpacked, err := io.ReadAll(brotli.NewReader(small.Body))
	if err != nil || string(unpacked) != plain.Body.String() {
		t.Errorf("the codings differ in content (%v)", err)
	}
	if s.engine.calls != 1 {
		t.Errorf("%d searches", s.engine.calls)
	}
}

func TestAClientThatLeavesIsNotOurFailure(t *testing.T) {
	s := newStand(t, nil)
	s.engine.err = context.Canceled
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if cause := recover(); cause != http.ErrAbortHandler {
				t.Errorf("the handler ended with %v, want the connection cut", cause)
			}
		}()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, ask, nil).WithContext(ctx))
	}()
	if w.Body.Len() != 0 || len(s.notes.codes) != 1 || s.notes.codes[0] != statusClientLeft {
		t.Errorf("recorded %v with %d bytes, want %d with none", s.notes.codes, w.Body.Len(), statusClientLeft)
	}
}

func TestBrowsersKeepWhatTheProductAllows(t *testing.T) {
	s := newStand(t, nil)
	if got := s.get(ask + "&product=flushot").Header().Get("Cache-Control"); got != "public, max-age=10, stale-while-revalidate=10, stale-if-error=100" {
		t.Errorf("flushot: %q", got)
	}
	if got := s.get(ask).Header().Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("default: %q", got)
	}
}

func TestProductsDecideRankingBudgetAndLabel(t *testing.T) {
	tests := []struct {
		product, label, upstream string
		sort                     timeslot.Ranking
		budget                   time.Duration
	}{
		{"", "default", "", timeslot.Soonest, time.Second},
		{"flushot", "flushot", "flushot", timeslot.Nearest, 2 * time.Second},
		{"made-up", "other", "", timeslot.Soonest, time.Second},
	}
	for _, tt := range tests {
		s := newStand(t, nil)
		target := ask
		if tt.product != "" {
			target += "&product=" + tt.product
		}
		s.get(target)
		if s.engine.last.Sort != tt.sort || s.engine.caller.Budget != tt.budget || s.engine.caller.Product != tt.upstream {
			t.Errorf("%q: sort %s, %+v", tt.product, s.engine.last.Sort, s.engine.caller)
		}
		if want := tt.label + " /v1/timeslots OK miss"; len(s.notes.requests) != 1 || s.notes.requests[0] != want {
			t.Errorf("%q: recorded %v, want %q", tt.product, s.notes.requests, want)
		}
	}
}

func TestTheCorrelationIDIsForwardedAndReturnedAndOddOnesReplaced(t *testing.T) {
	s := newStand(t, nil)
	if w := s.get(ask, "correlation-id", "abc-1#2"); w.Header().Get("correlation-id") != "abc-1#2" || s.engine.caller.CorrelationID != "abc-1#2" {
		t.Errorf("returned %q, forwarded %q", w.Header().Get("correlation-id"), s.engine.caller.CorrelationID)
	}
	if got := s.get(ask, "correlation-id", "a b\t<script>").Header().Get("correlation-id"); len(got) != 36 {
		t.Errorf("an odd id came back as %q", got)
	}
}

func TestTheConsistencyIsThatOfTheServingNotOfTheMerge(t *testing.T) {
	s := newStand(t, nil)
	s.get(ask)
	if got := s.get(ask).Header().Get("Timeslots-Consistency"); got != "strict" {
		t.Errorf("a hit under a valid view says %q", got)
	}
	s.engine.lapsed = true
	if got := s.get(ask).Header().Get("Timeslots-Consistency"); got != "best-effort" {
		t.Errorf("a hit under a lapsed view says %q", got)
	}
	if s.engine.calls != 1 {
		t.Errorf("%d searches", s.engine.calls)
	}
}
