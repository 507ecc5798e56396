package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/door"
	"timeslots/internal/api/query"
	"timeslots/internal/api/record"
	"timeslots/internal/api/response"
	"timeslots/internal/booking"
	"timeslots/internal/merge"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// timeslots is GET /v1/timeslots (docs/interface.md §3.1).
func (s *Server) timeslots(c echo.Context) error {
	return s.search(c, s.list())
}

// nextAvailable is GET /v1/next-available (docs/interface.md §3.2).
func (s *Server) nextAvailable(c echo.Context) error {
	return s.search(c, s.entries())
}

// form is what the two searches differ in.
type form struct {
	route  string
	parse  func(raw string, profiles ...merge.Profile) (*timeslot.Query, string, error)
	encode func(*timeslot.Query, *search.Answer) []byte
}

func (s *Server) list() form    { return form{routeTimeslots, query.List, s.encoder.List} }
func (s *Server) entries() form { return form{routeNextAvailable, query.Entries, s.encoder.Entries} }

// search answers a query in the form of its route: from the response cache, or by asking the engine.
func (s *Server) search(c echo.Context, f form) error {
	rec, raw := recordOf(c), c.Request().URL.RawQuery
	rec.Cache = "miss"
	found, err := s.find(c.Request().Context(), f, raw, rec.CorrelationID)
	rec.Product = found.use.label
	if err != nil {
		return err
	}
	if found.kept {
		s.remember(c.Request(), f.route, found.key, found.use)
	}
	return s.send(c, &found)
}

// finding is what a question came to. Its use is always there.
type finding struct {
	*response.Response
	use    *useCase
	strict bool
	key    string
	route  string // where it is known before the router is asked
	kept   bool   // the next one with the same words finds the response in the cache

	repeats bool // what DexCare said, which may differ by domain
}

// find answers a raw query in the form of a route.
func (s *Server) find(ctx context.Context, f form, raw, correlationID string) (finding, error) {
	q, use, err := s.understand(raw, f)
	found := finding{use: use}
	switch {
	case err != nil:
		return found, err
	case s.off(use):
		return found, errOff
	}
	found.key = q.Canonical()
	if found.Response, found.strict = s.cached(ctx, found.key); found.Response != nil {
		found.kept = true
		return found, nil
	}
	answer, err := s.opt.Engine.Search(ctx, q, search.Caller{Product: use.upstream, CorrelationID: correlationID, Budget: use.Budget})
	if err != nil {
		return found, err
	}
	found.Response, found.strict, found.kept = s.encoded(ctx, f, q.Query, answer), answer.Strict, answer.Complete || answer.Settled
	if found.kept {
		s.responses.Put(found.key, found.Response)
	}
	return found, nil
}

// encoded is an answer of the engine in the form of a route.
func (s *Server) encoded(ctx context.Context, f form, q *timeslot.Query, answer *search.Answer) *response.Response {
	_, span := trace.Start(ctx, trace.Encode)
	defer span.End()
	return response.New(response.OriginOf(answer), f.encode(q, answer), s.opt.Now())
}

// understand turns a raw query into its canonical form. Its error names all that is wrong with it, also what is only too
// much.
func (s *Server) understand(raw string, f form) (search.Prepared, *useCase, error) {
	q, name, err := f.parse(raw, s.opt.Profiles...)
	use := s.product(name)
	if q == nil {
		return search.Prepared{}, use, err
	}
	if q.Sort == "" {
		q.Sort = use.Ranking
	}
	prepared, bad := s.opt.Engine.Prepare(q, err == nil)
	if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
		bad = append(invalid.Violations, bad...)
	}
	if len(bad) > 0 {
		return search.Prepared{}, use, &timeslot.InvalidQueryError{Violations: bad}
	}
	return prepared, use, err
}

// cached finds a response that may be served as it is, and reports whether the view of taken slots it was checked
// against has every booking that was answered before.
func (s *Server) cached(ctx context.Context, key string) (r *response.Response, strict bool) {
	view, strict := s.opt.Engine.Taken(ctx)
	r = s.responses.Get(key, view)
	s.records.CacheLookup("response", r.LookupResult(s.opt.Now()), 1)
	return r, strict && (r == nil || !r.Doubtful)
}

// send answers a request that came by the router.
func (s *Server) send(c echo.Context, found *finding) error {
	m := s.answer(recordOf(c), found, response.AskOf(c.Request()), s.opt.Now())
	m.Send(c.Response())
	return nil
}

// passThrough hands a booking to the gateway, which alone touches it.
func (s *Server) passThrough(route booking.Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		if use := s.productOf(c); route.Flow != "" && s.opt.BookingsOff != nil && s.opt.BookingsOff(use.switchedBy) {
			return switchedOff(c)
		}
		s.opt.Gateway.Serve(c.Response(), c.Request(), route, callOf(c.Request(), recordOf(c)))
		return nil
	}
}

// callOf is what the gateway is told of a request.
func callOf(r *http.Request, rec *record.Request) booking.Call {
	return booking.Call{Product: rec.Product, CorrelationID: rec.CorrelationID, ForwardedFor: door.ForwardedFor(r)}
}
