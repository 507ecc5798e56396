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

	"timeslots/internal/api/query"
	"timeslots/internal/api/response"
	"timeslots/internal/booking"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// mountDropIn serves the cached reads of docs/interface.md §3.3. A client of DexCare changes its base URL and nothing else:
// what comes back is what upstream said, less the slots that are taken.
func (s *Server) mountDropIn() {
	for _, route := range readRoutes(s.opt.PointPrecision) {
		s.echo.Match(route.methods(), dropIn+route.path, func(c echo.Context) error { return s.read(c, route) })
	}
}

func (s *Server) read(c echo.Context, route *readRoute) error {
	rec := recordOf(c)
	values, err := url.ParseQuery(c.Request().URL.RawQuery)
	name, _ := query.Product(values)
	use := s.product(name)
	rec.Product = use.label
	if !route.takes(c.Param("item")) { // nor is it passed through: upstream might read it as another path
		return refuse(c, route, "the path names nothing that could exist: "+query.Shorten(c.Param("item")))
	}
	if carriesCredentials(c.Request().Header) {
		return s.bypass(c, route, nil)
	}
	rec.Cache = "miss"
	if err != nil {
		return refuse(c, route, "the query string is not well-formed")
	}
	key, body, refusal, err := route.keyOf(c, values)
	switch {
	case errors.Is(err, errBodyTooLarge):
		return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	case err != nil:
		return err
	case refusal != "":
		return refuse(c, route, refusal)
	case body.personal || body.context != "" && !s.contexts.known(body.context):
		return s.bypass(c, route, body.raw)
	}
	return s.repeat(c, key, use)
}

// carriesCredentials tells a request whose answer may be somebody's own.
func carriesCredentials(h http.Header) bool {
	return len(h.Values("Authorization")) > 0 || len(h.Values("Cookie")) > 0
}

// takes tells whether the path's own parameter, where the route has one, is of its form.
func (route *readRoute) takes(item string) bool {
	if route.item == nil {
		return true
	}
	_, ok := route.item(item)
	return ok
}

// keyOf builds the key of what is asked, from what the contract lists alone. A refusal is in words for the client.
func (route *readRoute) keyOf(c echo.Context, values url.Values) (key timeslot.FragmentKey, body postRead, refusal string, err error) {
	key = route.bareKey()
	if route.item != nil {
		item, _ := route.item(c.Param("item"))
		setItem(&key, item)
	}
	if route.post {
		body, refusal, err = route.body.readBody(c.Request())
		key.Params = body.canonical
		return key, body, refusal, err
	}
	key, refusal = route.queryKey(key, values)
	return key, body, refusal, nil
}

// bareKey is the key before anything is known of the question.
func (route *readRoute) bareKey() timeslot.FragmentKey {
	return timeslot.FragmentKey{Operation: route.operation, Version: route.version, Exact: true, Post: route.post}
}

// queryKey adds a GET's query to a key.
func (route *readRoute) queryKey(key timeslot.FragmentKey, values url.Values) (_ timeslot.FragmentKey, refusal string) {
	kept, wrong := canonicalQuery(values, route.listed)
	if wrong != "" {
		return key, wrong + " has a wrong form"
	}
	if route.check != nil {
		refusal = route.check(kept)
	}
	key.Params = kept.Encode()
	return shared(key, kept), refusal
}

// setItem puts the path's own parameter where the operation has it.
func setItem(key *timeslot.FragmentKey, item string) {
	switch key.Operation {
	case timeslot.OpDepartmentInfo, timeslot.OpDepartmentTimeslots:
		key.Department = item
	case timeslot.OpProviderInfo, timeslot.OpProviderTimeslots:
		key.NPI = item
	default:
		key.Item = item
	}
}

// shared turns a read that a search makes in the same words into the search's own key, so that both use one fragment.
func shared(key timeslot.FragmentKey, kept url.Values) timeslot.FragmentKey {
	switch {
	case key.Operation == timeslot.OpDepartmentTimeslots && len(kept) == 1:
		return timeslot.FragmentKey{Operation: key.Operation, Version: key.Version, Department: key.Department, VisitType: kept.Get("visitTypeName")}
	case len(kept) > 0 || strings.Contains(key.NPI+key.Department, "|"):
		return key
	case key.Operation == timeslot.OpDepartments, key.Operation == timeslot.OpDepartmentInfo, key.Operation == timeslot.OpProviderInfo:
		key.Exact = false
	}
	return key
}

// refuse answers a bad request as the surface would, without asking it.
func refuse(c echo.Context, route *readRoute, detail string) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusBadRequest, route.refusal(detail))
}

// bypass passes a read through that must not be answered from a cache: it carries credentials, a patient, or a search
// context that may belong to one. A body that was read already is given back first.
func (s *Server) bypass(c echo.Context, route *readRoute, body []byte) error {
	rec, r := recordOf(c), c.Request()
	rec.Cache = "bypass"
	if body != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	s.opt.Gateway.Bypass(c.Response(), r, booking.BypassTarget{
		Base: route.base, Key: route.key, Operation: route.operation,
		Path: strings.TrimPrefix(r.URL.EscapedPath(), dropIn),
	}, callOf(r, rec))
	return nil
}

// repeat answers from the cache, or asks upstream once for everybody.
func (s *Server) repeat(c echo.Context, key timeslot.FragmentKey, use *useCase) error {
	found, err := s.reread(c.Request().Context(), key, use, recordOf(c).CorrelationID)
	if err != nil {
		return upstreamSaid(c, err)
	}
	return s.send(c, &found)
}

// reread is what repeat answers with. An error of upstream's is a *timeslot.Error.
func (s *Server) reread(ctx context.Context, key timeslot.FragmentKey, use *useCase, correlationID string) (finding, error) {
	found := finding{use: use, key: "repeat:" + key.String()} // no canonical query begins like this
	if found.Response, found.strict = s.cached(ctx, found.key); found.Response != nil {
		return found, nil
	}
	reading, err := s.opt.Engine.Read(ctx, key, search.Caller{Product: use.upstream, CorrelationID: correlationID, Budget: use.Budget})
	if err != nil {
		return found, err
	}
	repeated, err := s.opt.Engine.Repeat(ctx, reading)
	if err != nil {
		return found, err
	}
	if key.Operation == timeslot.OpAvailabilitySlots {
		s.contexts.learn(repeated.Body)
	}
	f := reading.Fragment
	found.strict = repeated.Strict
	found.Response = response.New(response.Origin{
		Status: statusOf(f), Complete: true, AsOf: f.FetchedAt, MergedAt: f.FetchedAt, FreshUntil: reading.FreshUntil, ReviewAt: reading.ReviewAt,
		TakenVersion: repeated.TakenVersion, Clinicians: timeslot.CliniciansOf(f), Doubtful: repeated.Doubtful, Waited: reading.Waited, Collapsed: reading.Collapsed,
	}, repeated.Body, s.opt.Now())
	s.responses.Put(found.key, found.Response)
	return found, nil
}

func statusOf(f *timeslot.Fragment) int {
	if f.NotFound {
		return http.StatusNotFound
	}
	if len(f.Body) == 0 { // upstream had nothing to say, and said so
		return http.StatusNoContent
	}
	return http.StatusOK
}

// upstreamSaid repeats a refusal of upstream's with its status and words. A refusal of our own key is our failure, not
// the client's: a 401 would log patients out (docs/faults.md rule 3).
func upstreamSaid(c echo.Context, err error) error {
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok {
		return err
	}
	ours := e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests
	missing := e.Status == http.StatusNotFound && e.Kind != timeslot.KindNotFound
	if e.Status < 400 || e.Status > 499 || ours || missing {
		return failureOf(e)
	}
	contentType := "text/plain; charset=utf-8"
	if body := bytes.TrimSpace(e.Body); len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		contentType = echo.MIMEApplicationJSON
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Cache-Status", "timeslots; fwd=miss")
	return c.Blob(e.Status, contentType, e.Body)
}

// failureOf is the error that one failed call is to a client.
func failureOf(e *timeslot.Error) error {
	return &search.FailedError{Kind: e.Kind, RetryAfter: e.RetryAfter, Causes: []*timeslot.Error{e}}
}
