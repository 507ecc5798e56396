package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

const canary = "patient-canary-7f3a"

func TestAPanicIsA500WithTheCorrelationIDAndNothingOfTheRequest(t *testing.T) {
	var log bytes.Buffer
	s := newStand(t, func(o *Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	s.engine.answer = func() *search.Answer { panic("while handling " + canary) }
	w := s.get(ask, "correlation-id", "find-me", "Cookie", canary, "User-Agent", canary)
	if p := problemIn(t, w); w.Code != http.StatusInternalServerError || p.CorrelationID != "find-me" {
		t.Errorf("%d %+v", w.Code, p)
	}
	said := log.String()
	if !strings.Contains(said, `"correlationId":"find-me"`) || !strings.Contains(said, "panic_test.go") {
		t.Errorf("the log does not say where: %s", said)
	}
	if strings.Contains(said+w.Body.String(), canary) {
		t.Errorf("log or answer quote the request: %s", said)
	}
	s.engine.answer = func() *search.Answer { return sample.Answer(s.clock.Now()) }
	if w := s.get(ask); w.Code != http.StatusOK {
		t.Errorf("the next request: %d", w.Code)
	}
}

func TestTheLogLineOfA502NamesWhatFailedAndQuotesNothing(t *testing.T) {
	cause := func(source timeslot.Source, status int) *timeslot.Error {
		return &timeslot.Error{
			Kind: timeslot.KindUpstream, Source: source, Operation: timeslot.OpProviderTimeslots, Status: status,
			Body: []byte(canary), Err: errors.New("Get https://x/?key=" + canary),
		}
	}
	failures := map[string]func(s *stand){
		ask: func(s *stand) {
			s.engine.err = &search.FailedError{Kind: timeslot.KindUpstream, Causes: []*timeslot.Error{cause(timeslot.CareDirect, 0), cause(timeslot.ProviderDirect, 503)}}
		},
		"/dexcare/v4/providers/9000000108/timeslots": func(s *stand) { s.engine.err = cause(timeslot.ProviderDirect, 503) },
	}
	for target, fail := range failures {
		var log bytes.Buffer
		s := newStand(t, func(o *Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
		fail(s)
		if w := s.get(target); w.Code != http.StatusBadGateway {
			t.Errorf("%s: %d", target, w.Code)
		}
		said := log.String()
		if !strings.Contains(said, `"failure":"all `) || !strings.Contains(said, `"providerDirect provider_timeslots: upstream (status 503)"]`) {
			t.Errorf("%s: the log does not name the causes: %s", target, said)
		}
		if strings.Contains(said, canary) {
			t.Errorf("%s: the log quotes a cause: %s", target, said)
		}
	}
}

func TestHalfAnAnswerIsCutOffAndNotTakenForWhole(t *testing.T) {
	for name, panicking := range map[string]any{"a panic": "x", "ErrAbortHandler": http.ErrAbortHandler} {
		s := newStand(t, nil)
		s.echo.GET("/half", func(c echo.Context) error {
			c.Response().WriteHeader(http.StatusOK)
			_, _ = c.Response().Write([]byte("half of "))
			c.Response().Flush()
			panic(panicking)
		})
		server := httptest.NewServer(s)
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL+"/half", nil)
		resp, err := server.Client().Do(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: the client cannot tell that something is missing", name)
		}
		s.notes.mu.Lock()
		if codes := s.notes.codes; len(codes) != 1 {
			t.Errorf("%s: recorded %v", name, codes)
		}
		s.notes.mu.Unlock()
		server.Close()
	}
}
