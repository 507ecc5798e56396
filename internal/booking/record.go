package booking

import (
	"context"
	"fmt"
	"log/slog"
)

// conclude counts the call and writes its one log line: names from closed lists, the correlation id, nothing of the
// patient's and nothing that names the slot.
func (g *Gateway) conclude(ctx context.Context, p *passThrough, status int, v verdict) {
	now := g.o.Now()
	message := "pass-through"
	if p.route.Flow != "" {
		message = "booking"
		g.o.Recorder.Booking(p.call.Product, p.route.Flow, v.outcome)
	}
	if !p.offered.IsZero() {
		g.o.Recorder.BookedSlotAge(p.call.Product, v.outcome, max(0, now.Sub(p.offered)))
	}
	level := slog.LevelInfo
	if v.outcome == unknown {
		level = slog.LevelWarn
	}
	g.o.Logger.LogAttrs(ctx, level, message,
		slog.String("route", p.route.Path), slog.Int("status", status), slog.String("outcome", v.outcome),
		slog.Duration("duration", now.Sub(p.started)),
		slog.String("correlationId", p.call.CorrelationID), slog.String("product", p.call.Product))
}

// guarded keeps a fault in the bookkeeping away from the booking: a patient whose visit was made must hear so. Only
// the type of what was thrown is logged, since its text may hold what the body held.
func (g *Gateway) guarded(step func()) {
	defer func() {
		if thrown := recover(); thrown != nil {
			g.o.Logger.Error("booking: bookkeeping panicked", slog.String("type", fmt.Sprintf("%T", thrown)))
		}
	}()
	step()
}
