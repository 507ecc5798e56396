package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"timeslots/internal/search"
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
	s.engine.answer = func() *search.Answer { return sampleAnswer(s.clock.Now()) }
	if w := s.get(ask); w.Code != http.StatusOK {
		t.Errorf("the next request: %d", w.Code)
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
