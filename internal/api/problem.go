package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/door"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// problem is an error document (RFC 9457), with the fields of docs/interface.md §3.
type problem struct {
	Type          string               `json:"type"`
	Title         string               `json:"title"`
	Status        int                  `json:"status"`
	Detail        string               `json:"detail,omitempty"`
	CorrelationID string               `json:"correlationId,omitempty"`
	Errors        []timeslot.Violation `json:"errors,omitempty"`

	retryAfter time.Duration
}

// problemOf is the one table from error to status.
func problemOf(err error) problem {
	if e, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
		return problem{Status: http.StatusBadRequest, Detail: invalidDetail(e.Violations), Errors: e.Violations}
	}
	if e, ok := errors.AsType[*search.UnknownError](err); ok {
		return problem{Status: http.StatusNotFound, Detail: "DexCare knows none of what was asked for: " + unknownNames(e)}
	}
	if e, ok := errors.AsType[*search.FailedError](err); ok {
		return failedProblem(e)
	}
	if _, ok := errors.AsType[*offError](err); ok {
		return problem{Status: http.StatusServiceUnavailable, Detail: "this use case is switched off at the moment; try again later", retryAfter: time.Minute}
	}
	if _, ok := errors.AsType[*streamsError](err); ok {
		return problem{Status: http.StatusServiceUnavailable, Detail: "no more answers can be followed at the moment; ask GET /v1/timeslots again instead", retryAfter: 5 * time.Second}
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return problem{Status: e.Code, Detail: routeDetail(e.Code)}
	}
	return problem{Status: http.StatusInternalServerError, Detail: "something went wrong on our side; the correlation id finds it in the log"}
}

func invalidDetail(violations []timeslot.Violation) string {
	names := make([]string, len(violations))
	for i, v := range violations {
		names[i] = v.Parameter
	}
	return "the request cannot be answered because of: " + strings.Join(names, ", ")
}

func unknownNames(e *search.UnknownError) string {
	names := make([]string, len(e.Reports))
	for i, r := range e.Reports {
		names[i] = r.Key
	}
	return strings.Join(names, ", ")
}

func failedProblem(e *search.FailedError) problem {
	p := problem{retryAfter: max(time.Second, e.RetryAfter)}
	switch e.Kind {
	case timeslot.KindTimeout:
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
	default:
		return ""
	}
}

// document is the problem as JSON.
func (p problem) document() []byte {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil { // plain strings and numbers always marshal
		body = fmt.Appendf(nil, `{"status":%d}`, p.Status)
	}
	return body
}

func (p problem) write(w http.ResponseWriter, correlationID string) {
	p.CorrelationID = correlationID
	body := p.document()
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if seconds := p.retryAfterSeconds(); seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client may be gone
}

// retryAfterSeconds is what Retry-After says; 0: nothing.
func (p problem) retryAfterSeconds() int {
	if p.Status != http.StatusServiceUnavailable && p.Status != http.StatusTooManyRequests {
		return 0
	}
	return int(math.Ceil(p.retryAfter.Seconds()))
}

// statusClientLeft is what requests count as whose client did not wait, in the manner of nginx.
const statusClientLeft = 499

// handleError is echo's error handler.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		if _, panicked := err.(*panicError); panicked {
			recordOf(c).failure = err
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
		recordOf(c).failure = err
	}
	p.write(c.Response(), recordOf(c).correlationID)
}

// gatewayNotFound answers what is not a DexCare route as DexCare's gateway does (docs/dexcare.md §1.6).
func gatewayNotFound(c echo.Context) error {
	return c.JSON(http.StatusNotFound, map[string]string{
		"message":    "no Route matched with those values",
		"request_id": strings.ReplaceAll(door.NewCorrelationID(), "-", ""),
	})
}
