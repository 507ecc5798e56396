package booking

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"timeslots/internal/timeslot"
)

// Gateway passes calls through. It is safe for use by many goroutines.
type Gateway struct {
	o      Options
	apiKey sealed
}

// New builds a gateway. It reports everything that is wrong with the options at once.
func New(o Options) (*Gateway, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.setDefaults()
	g := &Gateway{o: o, apiKey: sealed{[]byte(o.APIKey)}}
	g.o.APIKey = ""
	return g, nil
}

// Close gives back idle connections. Calls under way are not touched.
func (g *Gateway) Close() {
	if t, ok := g.o.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// passage is one call on its way through.
type passage struct {
	route   Route
	call    Call
	body    sealed
	started time.Time

	claim   timeslot.Claim
	offered time.Time // when the answer that offered the slot was fetched; zero when the slot is not known
	owner   string
}

// Serve passes one call through and answers it. It returns when the answer is out, and panics with
// [http.ErrAbortHandler] when upstream's answer breaks off half way: the client must see it break off, too, and not
// take what came for all there is. Let that panic pass.
func (g *Gateway) Serve(w http.ResponseWriter, r *http.Request, route Route, call Call) {
	p := &passage{route: route, call: call, started: g.o.Now()}
	body, refusal := g.admit(w, r)
	if refusal != nil {
		g.conclude(r.Context(), p, refusal.Status, verdict{rejected, fateFree})
		refusal.write(w, call)
		return
	}
	p.body = body
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), g.o.Timeout)
	defer cancel()

	g.pend(p)
	resp, fail := g.upstream(ctx, r, p)
	if fail != nil {
		g.serveFailure(ctx, w, p, fail)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	v := g.judge(resp)
	g.settle(p, v.fate) // before the first byte of the answer
	g.conclude(ctx, p, resp.StatusCode, v)
	relay(w, resp)
}

func (g *Gateway) serveFailure(ctx context.Context, w http.ResponseWriter, p *passage, fail *failure) {
	answer := notSent()
	if fail.sent {
		answer = outcomeUnknown()
	}
	v := judgeFailure(fail)
	g.settle(p, v.fate)
	g.conclude(ctx, p, answer.Status, v)
	answer.write(w, p.call)
}

// relay streams the answer as it comes.
func relay(w http.ResponseWriter, resp *http.Response) {
	copyResponseHeader(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	out := http.NewResponseController(w)
	buffer := make([]byte, 16<<10)
	for {
		n, err := resp.Body.Read(buffer)
		if n > 0 {
			if _, gone := w.Write(buffer[:n]); gone != nil {
				return // the client left; the booking stands and is accounted for
			}
			_ = out.Flush() // a writer that cannot flush sends at the end
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

// conclude counts the call and writes its one log line: names from closed lists, the correlation id, nothing of the
// patient's and nothing that names the slot.
func (g *Gateway) conclude(ctx context.Context, p *passage, status int, v verdict) {
	now := g.o.Now()
	g.o.Recorder.Booking(p.call.Product, p.route.Flow, v.outcome)
	if !p.offered.IsZero() {
		g.o.Recorder.BookedSlotAge(p.call.Product, v.outcome, max(0, now.Sub(p.offered)))
	}
	level := slog.LevelInfo
	if v.outcome == unknown {
		level = slog.LevelWarn
	}
	g.o.Logger.LogAttrs(ctx, level, "booking",
		slog.String("route", p.route.Path), slog.Int("status", status), slog.String("outcome", v.outcome),
		slog.Duration("duration", now.Sub(p.started)),
		slog.String("correlationId", p.call.CorrelationID), slog.String("product", p.call.Product))
}

// pend finds out which slot the call is about and hides it while the call is under way.
func (g *Gateway) pend(p *passage) {
	g.guarded(func() {
		names := slotNames(p.body)
		if names.slotID == "" {
			return
		}
		p.claim, p.owner = timeslot.Claim{SlotID: string(names.slotID)}, g.o.Owner()
		if p.route.HasNPI {
			p.claim.NPI = string(names.npi)
		}
		if claim, offered, ok := g.o.Index.Find(p.claim.SlotID); ok {
			p.claim, p.offered = claim, offered
		}
		g.o.Ledger.Pend(p.claim, p.owner)
	})
}

// settle enters in the ledger how the call ended.
func (g *Gateway) settle(p *passage, f fate) {
	if p.claim.IsZero() {
		return
	}
	g.guarded(func() {
		switch f {
		case fateTaken:
			g.o.Ledger.Promote(p.claim, p.owner)
		case fateFree:
			g.o.Ledger.Withdraw(p.claim, p.owner)
		case fateDoubtful:
			g.o.Ledger.Suspect(p.claim, p.owner)
		}
	})
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
