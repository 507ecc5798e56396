package booking

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// Gateway passes calls through. It is safe for use by many goroutines.
type Gateway struct {
	o        Options
	bases    [Ingress + 1]*url.URL
	ways     [Ingress + 1]http.RoundTripper
	keys     [CareOptionsKey + 1]sealed
	partners atomic.Pointer[keyRing]

	prints      fingerprinter // of this process
	fleetPrints fingerprinter // of all that have the same keys for upstream
	attempts    attempts
	visits      *recent[booking] // by fingerprint of the visitId
}

// visitMemory is how long a booking can be undone with its slot offered again at once.
const visitMemory = 24 * time.Hour

// New builds a gateway. It reports everything that is wrong with the options at once.
func New(o Options) (*Gateway, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.setDefaults()
	g := &Gateway{
		o: o, ways: o.ways(), bases: [...]*url.URL{Visit: o.Base, Public: o.Public, Ingress: o.Ingress},
		keys: [...]sealed{
			BookingKey: {[]byte(o.APIKey)}, SlotsKey: {[]byte(o.SlotsKey)}, CareOptionsKey: {[]byte(o.CareOptionsKey)},
		},
		prints: newFingerprinter(), fleetPrints: sharedFingerprinter("Idempotency-Key", o.APIKey, o.SlotsKey, o.CareOptionsKey),
		attempts: attempts{fleet: o.Uses, underWay: make(map[fingerprint]struct{}), done: newRecent[int](o.Tombstone, o.Now)},
		visits:   newRecent[booking](visitMemory, o.Now),
	}
	if err := g.SetPartnerKeys(o.PartnerKeys); err != nil {
		return nil, err
	}
	g.o.APIKey, g.o.SlotsKey, g.o.CareOptionsKey, g.o.PartnerKeys = "", "", "", nil
	return g, nil
}

// Close gives back idle connections. Calls under way are not touched.
func (g *Gateway) Close() {
	for _, way := range g.ways {
		if t, ok := way.(interface{ CloseIdleConnections() }); ok {
			t.CloseIdleConnections()
		}
	}
}

// passThrough is one call on its way through.
type passThrough struct {
	route   Route
	call    Call
	body    sealed
	started time.Time
	bypass  bool

	cacheStatus string                                                // of a bypass
	edit        func(ctx context.Context, body []byte) ([]byte, bool) // of its body; nil: none

	target  string // path below the base, escaped
	visitID string // that the path names
	attempt *attempt

	booking
	offered time.Time // when the answer that offered the slot was fetched; zero when the slot is not known
	owner   string
	untold  bool // other replicas do not know yet that the slot is taken
}

// booking is what the book is told about: the slot, and the same with its place as far as that is known.
type booking struct{ claim, around timeslot.Claim }

// Serve passes one call through and answers it. It returns when the answer is out, and panics with
// [http.ErrAbortHandler] when upstream's answer breaks off half way: the client must see it break off, too, and not
// take what came for all there is. Let that panic pass.
//
// What a pattern stands for is taken from the request's own path, below /dexcare.
func (g *Gateway) Serve(w http.ResponseWriter, r *http.Request, route Route, call Call) {
	p := &passThrough{route: route, call: call, started: g.o.Now()}
	if refusal := g.admit(w, r, p); refusal != nil {
		g.refuse(r.Context(), w, p, refusal)
		return
	}
	defer p.attempt.end(context.WithoutCancel(r.Context()), http.StatusInternalServerError) // for a panic only: nobody knows how far the call got
	g.consult(p)
	g.pend(p)
	g.pass(context.WithoutCancel(r.Context()), w, r, p) // once sent, a client that leaves cancels nothing
}

func (g *Gateway) refuse(ctx context.Context, w http.ResponseWriter, p *passThrough, refusal *problem.Document) {
	if refusal == noRoute { // what is not there is not counted either
		NoRoute(w)
		return
	}
	g.conclude(ctx, p, refusal.Status, verdict{rejected, slotUntouched})
	writeProblem(w, *refusal, p)
}

// pass sends the call, once, keeps the book and answers.
func (g *Gateway) pass(ctx context.Context, w http.ResponseWriter, r *http.Request, p *passThrough) {
	within, cancel, patience := limited(ctx, g.o.Timeout, p.route.Streamed)
	defer cancel()
	defer func() {
		if errors.Is(context.Cause(within), context.DeadlineExceeded) {
			g.Close() // what else is kept may have died together with this connection
		}
	}()
	resp, fail := g.upstream(within, r, p)
	if fail != nil {
		g.serveFailure(ctx, w, p, fail)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if (p.bypass || p.route.Public) && refusesOurKey(r, resp) {
		p.attempt.end(ctx, http.StatusBadGateway)
		g.conclude(ctx, p, http.StatusBadGateway, verdict{rejected, slotUntouched})
		writeProblem(w, *ourKeyRefused(), p)
		return
	}
	v := g.judge(p.route, resp)
	g.settle(p, v.slot) // before the first byte of the answer
	p.attempt.end(ctx, resp.StatusCode)
	g.conclude(ctx, p, resp.StatusCode, v)
	g.learnVisitID(p, resp)
	if p.edit != nil && mayList(resp.StatusCode) {
		relayEdited(ctx, w, resp, p)
		return
	}
	patience.relay(w, resp, p)
}

func (g *Gateway) serveFailure(ctx context.Context, w http.ResponseWriter, p *passThrough, fail *failure) {
	v := judgeFailure(fail)
	g.settle(p, v.slot)
	outcome := notSent()
	if fail.sent {
		outcome = outcomeUnknown(p)
		p.attempt.end(ctx, outcome.Status)
	}
	p.attempt.end(ctx, 0)
	g.conclude(ctx, p, outcome.Status, v)
	writeProblem(w, *outcome, p)
}
