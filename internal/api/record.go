package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/door"
	"timeslots/internal/search"
	"timeslots/internal/trace"
)

// record is what one request leaves behind: one metric observation and one log line, from a closed list of fields.
// Neither URL, parameters, bodies nor headers are among them (docs/faults.md row C).
type record struct {
	correlationID string
	start         time.Time
	product       string // a configured name, or OtherProduct
	cache         string // hit, stale, miss or bypass
	failure       error  // why a 5xx was answered
	span          trace.Span
	took          time.Duration // until the answer began, where it goes on; 0: all of it counts
}

const recordKey = "record"

func recordOf(c echo.Context) *record {
	if r, ok := c.Get(recordKey).(*record); ok {
		return r
	}
	return &record{}
}

// record is the outermost middleware: correlation id, metrics, log line, and the place where a panic ends.
func (s *Server) record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		rec := &record{start: s.opt.Now(), product: DefaultProduct, cache: "bypass"}
		rec.correlationID = door.CorrelationID(c.Request().Header)
		c.Set(recordKey, rec)
		s.follow(c, rec)
		c.Response().Header().Set(door.CorrelationHeader, rec.correlationID)
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
		s.opt.Recorder.RequestStarted()
		defer s.finish(c, rec)
		if err := contained(next, c); err != nil {
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

// follow begins the request's trace, when it is to have one.
func (s *Server) follow(c echo.Context, rec *record) {
	r := c.Request()
	ctx, span := s.opt.Tracer.Begin(r.Context(), r.Header, rec.start)
	if span != (trace.Span{}) {
		rec.span = span
		c.SetRequest(r.WithContext(ctx))
	}
}

// contained turns a panic into an error. Its value is not kept: it may quote what was being handled.
func contained(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler: // net/http's own way to cut an answer short
			panic(r)
		default:
			err = &panicError{stack: debug.Stack()}
		}
	}()
	return next(c)
}

type panicError struct{ stack []byte }

func (e *panicError) Error() string { return "panic in a handler" }

func (s *Server) finish(c echo.Context, rec *record) {
	took := cmp.Or(rec.took, s.opt.Now().Sub(rec.start))
	status := c.Response().Status
	route := cmp.Or(c.Path(), "unmatched")
	s.opt.Recorder.RequestEnded(rec.product, route, status, rec.cache, took, rec.span.ID())
	rec.span.Finish(trace.Ended{
		Method: methodLabel(c.Request().Method), Route: route, Product: rec.product, Cache: rec.cache, Status: status,
		CorrelationID: rec.correlationID,
	})
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	ctx := context.WithoutCancel(c.Request().Context())
	if !s.opt.Logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("route", route), slog.String("method", methodLabel(c.Request().Method)), slog.Int("status", status),
		slog.String("product", rec.product), slog.String("cache", rec.cache),
		slog.Duration("duration", took), slog.Int64("bytes", c.Response().Size),
		slog.String("correlationId", rec.correlationID),
	}
	if id := rec.span.ID(); id != "" {
		attrs = append(attrs, slog.String("traceId", id))
	}
	s.opt.Logger.LogAttrs(ctx, level, "request", append(attrs, failureAttrs(rec.failure)...)...)
}

// failureAttrs say why a 5xx was answered. Of what upstream did they have words of closed sets: source, operation, kind and
// status.
func failureAttrs(failure error) (attrs []slog.Attr) {
	if failure == nil {
		return nil
	}
	attrs = append(attrs, slog.String("failure", failure.Error()))
	if p, ok := failure.(*panicError); ok {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	if failed, ok := errors.AsType[*search.FailedError](failure); ok && len(failed.Causes) > 0 {
		causes := make([]string, len(failed.Causes))
		for i, cause := range failed.Causes {
			causes[i] = cause.Summary()
		}
		attrs = append(attrs, slog.Any("causes", causes))
	}
	return attrs
}

// methodLabel keeps made-up methods out of the log.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}
