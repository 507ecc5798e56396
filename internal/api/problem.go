package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/events"
	"timeslots/internal/api/record"
	"timeslots/internal/booking"
	"timeslots/internal/problem"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// problemOf is the one table from error to status.
func problemOf(err error) problem.Document {
	if e, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
		return problem.Document{Status: http.StatusBadRequest, Detail: invalidDetail(e.Violations), Errors: e.Violations}
	}
	if e, ok := errors.AsType[*search.UnknownError](err); ok {
		return problem.Document{Status: http.StatusNotFound, Detail: "DexCare knows none of what was asked for: " + e.Names()}
	}
	if e, ok := errors.AsType[*search.FailedError](err); ok {
		return failedProblem(e)
	}
	if errors.Is(err, errOff) {
		return problem.Document{Status: http.StatusServiceUnavailable, Detail: "this use case is switched off at the moment; try again later", RetryAfter: time.Minute}
	}
	if errors.Is(err, events.ErrFull) {
		return problem.Document{Status: http.StatusServiceUnavailable, Detail: "no more answers can be followed at the moment; ask GET /v1/timeslots again instead", RetryAfter: 5 * time.Second}
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return problem.Document{Status: e.Code, Detail: routeDetail(e.Code)}
	}
	return problem.Document{Status: http.StatusInternalServerError, Detail: "something went wrong on our side; the correlation id finds it in the log"}
}

func invalidDetail(violations []timeslot.Violation) string {
	names := make([]string, len(violations))
	for i, v := range violations {
		names[i] = v.Parameter
	}
	return "the request cannot be answered because of: " + strings.Join(names, ", ")
}

func failedProblem(e *search.FailedError) problem.Document {
	p := problem.Document{RetryAfter: e.RetryAfter}
	switch e.Kind {
	case timeslot.KindTimeout, timeslot.KindBudget:
		p.Status, p.Detail = http.StatusGatewayTimeout, "no source answered in time; try again shortly"
	case timeslot.KindOpen, timeslot.KindLimited:
		p.Status, p.Detail = http.StatusServiceUnavailable, "the sources are not asked at the moment, to let them recover; try again after the time in Retry-After"
	default:
		p.Status, p.Detail = http.StatusBadGateway, "every source failed; try again shortly"
	}
	return p
}

func routeDetail(code int) string {
	switch code {
	case http.StatusNotFound:
		return "there is no such route; the searches are GET /v1/timeslots and GET /v1/next-available"
	case http.StatusMethodNotAllowed:
		return "this route does not take this method; the Allow header names those it takes"
	case http.StatusRequestEntityTooLarge:
		return "the body is larger than this route takes"
	case http.StatusBadRequest:
		return "the body ended early or is malformed; send it again, whole"
	default:
		return ""
	}
}

// statusClientLeft is what requests count as whose client did not wait, in the manner of nginx.
const statusClientLeft = 499

// handleError is echo's error handler.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		if _, panicked := err.(*record.PanicError); panicked {
			recordOf(c).Failure = err
			panic(http.ErrAbortHandler) // nobody must take half an answer for a whole one
		}
		return
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		c.Response().Status = statusClientLeft // nobody reads an answer
		return
	}
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		recordOf(c).Failure = err
	}
	p.CorrelationID = recordOf(c).CorrelationID
	if below, ok := strings.CutPrefix(c.Path(), dropIn); ok {
		p.Envelope = problem.EnvelopeAt(below)
	}
	p.Write(c.Response())
}

// gatewayNotFound answers what is not a DexCare route.
func (s *Server) gatewayNotFound(c echo.Context) error {
	s.records.DropInUnknown("unmatched", "route")
	booking.NoRoute(c.Response())
	return nil
}
