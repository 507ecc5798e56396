package api

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/door"
	"timeslots/internal/api/record"
)

const recordKey = "record"

func recordOf(c echo.Context) *record.Request {
	if r, ok := c.Get(recordKey).(*record.Request); ok {
		return r
	}
	return &record.Request{}
}

// record is the outermost middleware: correlation id, metrics, log line, and the place where a panic ends.
func (s *Server) record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		rec := &record.Request{
			CorrelationID: door.CorrelationID(r.Header), Start: s.opt.Now(), Method: r.Method, Product: DefaultProduct, Cache: "bypass",
		}
		c.Set(recordKey, rec)
		if ctx := s.records.Begin(r.Context(), r.Header, rec); ctx != r.Context() {
			c.SetRequest(r.WithContext(ctx))
		}
		h := c.Response().Header()
		h.Set(door.CorrelationHeader, rec.CorrelationID)
		h.Set("X-Content-Type-Options", "nosniff")
		defer func() {
			rec.Route, rec.Status, rec.Bytes = cmp.Or(c.Path(), "unmatched"), c.Response().Status, c.Response().Size
			s.records.End(rec)
		}()
		if err := record.Contained(func() error { return next(c) }); err != nil {
			s.handleError(err, c)
		}
		s.complete(c)
		return nil
	}
}

// complete ends a request that nobody answered: net/http would make an empty 200 of it, which caches keep. Where the
// client has closed its side, the connection is cut: it may only be half closed, and a client that still reads must not
// take nothing for an answer.
func (s *Server) complete(c echo.Context) {
	if c.Response().Committed {
		return
	}
	if c.Response().Status == statusClientLeft {
		panic(http.ErrAbortHandler)
	}
	s.handleError(errUnanswered, c)
}

var errUnanswered = errors.New("the handler wrote no answer")
