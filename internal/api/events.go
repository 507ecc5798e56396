package api

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/events"
	"timeslots/internal/api/query"
	"timeslots/internal/search"
)

// routeEvents is where pages hear that slots of an answer are taken, and that they come back.
const routeEvents = "/v1/timeslots/events"

// follow is GET /v1/timeslots/events: the same question as GET /v1/timeslots, or with by or per as GET
// /v1/next-available, answered by what becomes of its slots (text/event-stream). It goes on until the client leaves, or
// the server does.
func (s *Server) follow(c echo.Context) error {
	rec := recordOf(c)
	q, use, err := s.understand(c.Request().URL.RawQuery, form{routeEvents, query.Followed, nil})
	rec.Product = use.label
	if err != nil {
		return err
	}
	if s.off(use) {
		return errOff
	}
	events.Begin(c.Response().Header())
	if c.Request().Method == http.MethodHead {
		c.Response().WriteHeader(http.StatusOK)
		return nil
	}
	watch := func() events.Watched {
		return &events.Followed{Engine: s.opt.Engine, Query: q.Query, Caller: search.Caller{Product: use.upstream, Budget: use.Budget}, Now: s.opt.Now}
	}
	listener, err := s.streams.Join(q.Canonical(), watch, c.Request().Header.Get("Last-Event-ID"))
	if errors.Is(err, events.ErrFull) {
		return err
	}
	rec.Took = s.opt.Now().Sub(rec.Start) // what comes later is no latency
	if err != nil {                       // we are leaving
		events.End(c.Response())
		return nil
	}
	defer listener.Leave()
	events.Tell(c.Request().Context(), c.Response(), listener)
	return nil
}

// EndStreams ends all streams of events; browsers come back by themselves, to whichever replica serves then.
func (s *Server) EndStreams() { s.streams.Close() }
