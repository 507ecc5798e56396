package api

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
	"timeslots/test/rig/figure"
)

const followed = "/v1/timeslots/events?departmentUrlName=AcmeRiverton&visitTypeName=Illness"

// follow reads a stream over real HTTP; each call of what it gives is the next event, without the times to wait.
func follow(t *testing.T, s *stand, last string, more ...string) (next func() string, leave func()) {
	t.Helper()
	server := httptest.NewServer(s)
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+followed+strings.Join(more, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", last)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	h := resp.Header
	if resp.StatusCode != http.StatusOK || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" || h.Get("X-Accel-Buffering") != "no" || h.Get("Correlation-Id") == "" {
		t.Errorf("%d %v", resp.StatusCode, h)
	}
	lines := bufio.NewScanner(resp.Body)
	next = func() string {
		var event []string
		for lines.Scan() {
			switch line := lines.Text(); {
			case line == "" && len(event) > 0:
				return strings.Join(event, "|")
			case line != "" && !strings.HasPrefix(line, "retry: "):
				event = append(event, line)
			}
		}
		return "the end"
	}
	return next, func() {
		cancel()
		_ = resp.Body.Close()
		server.Close()
	}
}

func TestASlotThatIsTakenIsToldToThoseWhoLookAtIt(t *testing.T) {
	s := newStand(t, nil)
	answer := sample.Answer(s.clock.Now())
	id := answer.Slots[0].PublicID()
	s.engine.answer = func() *search.Answer {
		a := *answer
		r := *answer.Result
		a.Result, a.TakenVersion, a.FreshUntil = &r, s.engine.version, s.clock.Now().Add(time.Hour)
		if s.engine.version == 1 {
			a.Slots = nil
		}
		return &a
	}
	next, leave := follow(t, s, "")
	if got := next(); !strings.HasSuffix(got, `-0|event: offered|data: {"offered":["`+id+`"]}`) {
		t.Errorf("first %q", got)
	}
	s.engine.mu.Lock()
	s.engine.version = 1
	s.engine.mu.Unlock()
	began := time.Now()
	got := next()
	if !strings.HasSuffix(got, `-1|event: change|data: {"removed":["`+id+`"],"restored":[]}`) {
		t.Errorf("then %q", got)
	}
	figure.AtMost(t, "told of it", time.Since(began), 2*time.Second)
	last, _, _ := strings.Cut(strings.TrimPrefix(got, "id: "), "|")
	leave()
	s.engine.mu.Lock()
	s.engine.version = 2
	s.engine.mu.Unlock()
	next, leave = follow(t, s, last)
	defer leave()
	if got := next(); !strings.HasSuffix(got, `-2|event: change|data: {"removed":[],"restored":["`+id+`"]}`) {
		t.Errorf("who came back heard %q", got)
	}
	s.EndStreams()
	if got := next(); got != "the end" {
		t.Errorf("after the streams ended: %q", got)
	}
	again, leave := follow(t, s, last) // browsers try again: no error, and nothing to hear here
	defer leave()
	if got := again(); got != "the end" {
		t.Errorf("a stream of one that leaves: %q", got)
	}
}

func TestAListIsFollowedByTheTimesItShows(t *testing.T) {
	s := newStand(t, nil)
	s.engine.answer = func() *search.Answer {
		a := sample.Answer(s.clock.Now())
		a.FreshUntil = s.clock.Now().Add(time.Hour)
		a.Entries = []timeslot.Entry{{NPI: "9000000108", Status: timeslot.AvailabilityOpen, Count: 9, Next: a.Slots}}
		a.Slots = nil
		return a
	}
	next, leave := follow(t, s, "", "&by=provider&per=1")
	defer leave()
	id := sample.Answer(start).Slots[0].PublicID()
	if got := next(); !strings.HasSuffix(got, `event: offered|data: {"offered":["`+id+`"]}`) {
		t.Errorf("first %q", got)
	}
	if q := s.engine.last; q.By != timeslot.ByProvider || q.Per != 1 {
		t.Errorf("asked by %q, per %d", q.By, q.Per)
	}
	if w := s.get(followed + "&per=99"); w.Code != http.StatusBadRequest {
		t.Errorf("per=99: %d %s", w.Code, w.Body)
	}
}

func TestAQuestionThatCannotBeFollowedIsAProblem(t *testing.T) {
	s := newStand(t, func(o *Options) { o.Off = func(product string) bool { return product == "flushot" } })
	for target, want := range map[string]int{
		"/v1/timeslots/events": http.StatusBadRequest, followed + "&npi=1": http.StatusBadRequest, followed + "&product=flushot": http.StatusServiceUnavailable,
	} {
		w := s.get(target)
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	w := s.do(http.MethodPost, followed)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
