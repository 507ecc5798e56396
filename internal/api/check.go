package api

import (
	"context"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/query"
	"timeslots/internal/api/response"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// routeCheck is where pages ask whether a slot that somebody has chosen is still there.
const routeCheck = "/v1/timeslots/check"

// check is POST /v1/timeslots/check (docs/interface.md §3.5). Its answers are good for the moment alone: none is kept.
func (s *Server) check(c echo.Context) error {
	rec, r := recordOf(c), c.Request()
	use := s.product(query.NamedProduct(r.URL.RawQuery))
	rec.Product = use.label
	body, err := io.ReadAll(io.LimitReader(r.Body, query.MaxCheckBody+1))
	if err != nil {
		if r.Context().Err() != nil {
			return context.Canceled
		}
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	asked, err := query.Checked(r.URL.RawQuery, body)
	switch {
	case err != nil:
		return err
	case s.off(use):
		return errOff
	}
	answer, err := s.opt.Engine.Check(r.Context(), search.Check{Choices: asked.Choices, Alternatives: asked.Alternatives}, search.Caller{
		Product: use.upstream, CorrelationID: rec.CorrelationID, Budget: use.Budget,
	})
	if err != nil {
		return err
	}
	for i := range answer.Verdicts {
		s.records.SlotChecked(rec.Product, string(answer.Verdicts[i].Status))
	}
	if rec.Cache = "hit"; answer.Waited {
		rec.Cache = "miss"
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Timeslots-Consistency", response.Consistency(answer.Strict))
	return c.Blob(http.StatusOK, "application/json", s.encoder.Check(&timeslot.Query{Zone: asked.Zone}, answer))
}
