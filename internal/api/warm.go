package api

import (
	"context"
	"strings"
	"time"

	"timeslots/internal/api/door"
	"timeslots/internal/search"
)

// Warm makes the answer to a query of GET /v1/timeslots ready, as it is written after the "?", and keeps what it is made
// of fresh for ahead (docs/interface.md §2, products.*.warm). It counts as nobody's request. complete reports whether every
// source answered. Its errors are those of a search.
func (s *Server) Warm(ctx context.Context, product, raw string, ahead time.Duration) (complete bool, err error) {
	if !strings.Contains(raw, "product=") && product != "" {
		raw += "&product=" + product
	}
	f := s.list()
	q, use, err := s.understand(raw, f)
	if err != nil {
		return false, err
	}
	caller := search.Caller{Product: use.upstream, CorrelationID: door.NewCorrelationID()}
	if err := s.opt.Engine.Warm(ctx, q, caller, ahead); err != nil {
		return false, err
	}
	answer, err := s.opt.Engine.Search(ctx, q, caller)
	if err != nil {
		return false, err
	}
	if answer.Complete {
		s.responses.Put(q.Canonical(), s.encoded(ctx, f, q.Query, answer))
	}
	return answer.Complete, nil
}
