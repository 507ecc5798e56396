package api

import (
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/booking"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// timeslots is GET /v1/timeslots (INTERFACE §3.1).
func (s *Server) timeslots(c echo.Context) error {
	rec := recordOf(c)
	rec.cache = "miss"
	q, name, err := parseQuery(c.Request().URL.RawQuery)
	use := s.product(name)
	rec.product = use.label
	if err != nil {
		return err
	}
	if q.Sort == "" {
		q.Sort = use.Ranking
	}
	key := q.Canonical()
	cached := s.responses.get(key, s.opt.Engine.TakenVersion())
	s.opt.Recorder.CacheLookup("response", cached.lookupResult(s.opt.Now()), 1)
	if cached != nil {
		return s.serve(c, cached, use)
	}
	answer, err := s.opt.Engine.Search(c.Request().Context(), q, search.Caller{
		Product: use.upstream, CorrelationID: rec.correlationID, Budget: use.Budget,
	})
	if err != nil {
		return err
	}
	fresh := newResponse(originOf(answer, s.encode(q, answer)), s.opt.Now())
	if answer.Complete {
		s.responses.put(key, fresh)
	}
	return s.serve(c, fresh, use)
}

// serve sends a response and counts what it was like.
func (s *Server) serve(c echo.Context, r *response, use useCase) error {
	rec := recordOf(c)
	now := s.opt.Now()
	rec.cache = r.cacheLabel(now)
	if !r.asOf.IsZero() {
		s.opt.Recorder.ServedAge(use.label, now.Sub(r.asOf))
	}
	for _, report := range r.failed {
		s.opt.Recorder.PartialResponse(use.label, report.Source, report.Reason)
	}
	return r.send(c, sending{now: now, maxAge: use.MaxAge, bestEffort: s.opt.BestEffort})
}

// passThrough hands a booking to the gateway, which alone touches it.
func (s *Server) passThrough(route booking.Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		rec := recordOf(c)
		name, _ := productName(c.Request().URL.Query()) // upstream judges the parameter, not we
		rec.product = s.product(name).label
		s.opt.Gateway.Serve(c.Response(), c.Request(), route, booking.Call{Product: rec.product, CorrelationID: rec.correlationID})
		return nil
	}
}

// failedReports are those that cost the answer a part.
func failedReports(reports []timeslot.SourceReport) []timeslot.SourceReport {
	var failed []timeslot.SourceReport
	for _, r := range reports {
		if r.Status == timeslot.StatusFailed {
			failed = append(failed, r)
		}
	}
	return failed
}

// sending is what a send depends on besides the response.
type sending struct {
	now        time.Time
	maxAge     time.Duration
	bestEffort bool
}
