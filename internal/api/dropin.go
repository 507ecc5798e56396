package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/dropin"
	"timeslots/internal/api/query"
	"timeslots/internal/api/response"
	"timeslots/internal/booking"
	"timeslots/internal/problem"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// mountDropIn serves the cached reads of docs/interface.md §3.3. A client of DexCare changes its base URL and nothing else:
// what comes back is what upstream said, less the slots that are taken.
func (s *Server) mountDropIn() {
	for _, route := range dropin.Routes(s.opt.PointPrecision) {
		s.echo.Match(route.Methods(), dropIn+route.Path, func(c echo.Context) error { return s.read(c, route) })
	}
}

func (s *Server) read(c echo.Context, route *dropin.Route) error {
	use, item := s.productOf(c), itemOf(c)
	switch {
	case s.off(use):
		return switchedOff(c)
	case !route.Takes(item): // nor is it passed through: upstream might read it as another path
		return refuse(c, route, "the path names nothing that could exist: "+query.Shorten(item))
	case carriesCredentials(c.Request().Header):
		return s.bypass(c, route, dropin.Question{})
	}
	recordOf(c).Cache = "miss"
	question, err := route.Read(c.Request(), item)
	switch {
	case errors.Is(err, dropin.ErrBodyTooLarge):
		return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	case errors.Is(err, dropin.ErrBodyTruncated):
		return echo.NewHTTPError(http.StatusBadRequest)
	case err != nil:
		return err
	case !s.domains.Admit(question.Key.Domain, s.opt.Now()):
		question.Oddity = dropin.OddValue
		return s.bypass(c, route, question)
	case question.Personal || question.Oddity != "" || question.Context != "" && !s.contexts.Known(question.Context):
		return s.bypass(c, route, question)
	}
	return s.repeat(c, question, use)
}

// itemOf is the path's own parameter, unescaped: the router leaves it as it is where the path has escapes that Go would not write.
func itemOf(c echo.Context) string {
	item := c.Param("item")
	if c.Request().URL.RawPath != "" {
		if plain, err := url.PathUnescape(item); err == nil {
			return plain
		}
	}
	return item
}

// refuse answers a bad request as the surface would, without asking it.
func refuse(c echo.Context, route *dropin.Route, detail string) error {
	problem.Document{Status: http.StatusBadRequest, Detail: detail, Envelope: problem.EnvelopeAt(route.Path)}.Write(c.Response())
	return nil
}

// switchedOff answers for a product that an operator switched off, as DexCare's gateway would (docs/dexcare.md §1.6).
func switchedOff(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Retry-After", "60")
	return c.JSON(http.StatusServiceUnavailable, map[string]string{"message": "this product is switched off"})
}

// carriesCredentials tells a request whose answer may be somebody's own.
func carriesCredentials(h http.Header) bool {
	return len(h.Values("Authorization")) > 0 || len(h.Values("Cookie")) > 0
}

// bypass passes a read through that must not be answered from a cache: it carries credentials, a patient, or a search
// context that may belong to one, or asks what the cache does not know. A body that was read already is given back first.
func (s *Server) bypass(c echo.Context, route *dropin.Route, question dropin.Question) error {
	rec, r := recordOf(c), c.Request()
	rec.Cache = "bypass"
	if question.Body != nil {
		r.Body = io.NopCloser(bytes.NewReader(question.Body))
	}
	if question.Oddity == dropin.UnknownParameter {
		s.records.DropInUnknown(c.Path(), "parameter")
	}
	to := booking.BypassTarget{
		Base: route.Base, Key: route.APIKey, Operation: route.Operation, Detail: string(question.Oddity),
		Path: strings.TrimPrefix(r.URL.EscapedPath(), dropIn),
	}
	if key := route.Bare(itemOf(c)); key.ListsSlots() {
		to.Edit = func(ctx context.Context, body []byte) ([]byte, bool) { return s.opt.Engine.Clean(ctx, key, body) }
	}
	s.opt.Gateway.Bypass(c.Response(), r, to, callOf(r, rec))
	return nil
}

// repeat answers from the cache, or asks upstream once for everybody.
func (s *Server) repeat(c echo.Context, question dropin.Question, use *useCase) error {
	found, err := s.reread(c.Request().Context(), question.Key, use, search.Caller{
		Product: use.upstream, CorrelationID: recordOf(c).CorrelationID, Brackets: question.Brackets,
	}) // without a budget: who asks DexCare waits for as long as it takes
	if err != nil {
		return upstreamSaid(c, err)
	}
	return s.send(c, &found)
}

// reread is what repeat answers with. An error of upstream's is a *timeslot.Error.
func (s *Server) reread(ctx context.Context, key timeslot.FragmentKey, use *useCase, caller search.Caller) (finding, error) {
	found := finding{use: use, repeats: true, key: "repeat:" + key.String()} // no canonical query begins like this
	if found.Response, found.strict = s.cached(ctx, found.key); found.Response != nil {
		return found, nil
	}
	reading, err := s.opt.Engine.Read(ctx, key, caller)
	if err != nil {
		return found, err
	}
	repeated, err := s.opt.Engine.Repeat(ctx, reading)
	if err != nil {
		return found, err
	}
	if key.Operation == timeslot.OpAvailabilitySlots {
		s.contexts.Learn(repeated.Body)
	}
	found.strict = repeated.Strict
	found.Response = response.New(originOfRead(reading, &repeated), repeated.Body, s.opt.Now())
	s.responses.Put(found.key, found.Response)
	return found, nil
}

// originOfRead is what the response to a drop-in read is made of.
func originOfRead(r *search.Reading, repeated *search.Repeated) response.Origin {
	f := r.Fragment
	return response.Origin{
		Status: dropin.StatusOf(f), Complete: true, AsOf: f.FetchedAt, MergedAt: f.FetchedAt, FreshUntil: r.FreshUntil, ReviewAt: r.ReviewAt,
		TakenVersion: repeated.TakenVersion, Clinicians: timeslot.CliniciansOf(f), Doubtful: repeated.Doubtful,
		Shown: r.Shown(), Waited: r.Waited, Collapsed: r.Collapsed,
	}
}

// upstreamSaid repeats a refusal of upstream's with its status and words. A refusal of our own key is our failure, not
// the client's: a 401 would log patients out (docs/faults.md rule 3).
func upstreamSaid(c echo.Context, err error) error {
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok {
		return err
	}
	if !concernsClient(e) {
		return failureOf(e)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Cache-Status", "timeslots; fwd=miss")
	return c.Blob(e.Status, contentTypeOf(e), e.Body)
}

// contentTypeOf is what upstream said of its refusal, or what it looks like.
func contentTypeOf(e *timeslot.Error) string {
	if e.ContentType != "" {
		return e.ContentType
	}
	if body := bytes.TrimSpace(e.Body); len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		return echo.MIMEApplicationJSON
	}
	return "text/plain; charset=utf-8"
}

// concernsClient reports whether upstream refused what the client asked, not how we asked it.
func concernsClient(e *timeslot.Error) bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return false
	case http.StatusNotFound:
		return e.Kind == timeslot.KindNotFound
	}
	return e.Status >= 400 && e.Status <= 499
}

// failureOf is the error that one failed call is to a client.
func failureOf(e *timeslot.Error) error {
	return &search.FailedError{Kind: e.Kind, RetryAfter: e.RetryAfter, Causes: []*timeslot.Error{e}}
}
