package ops

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"
)

// AdminOptions say what the admin listener shows and changes. All are needed but the token.
type AdminOptions struct {
	Watch     *Watch
	Metrics   http.Handler
	Ready     func() bool
	Products  func() []string // the configured names, in order
	Queries   Queries
	Fragments Fragments
	Switches  Switches
	Token     string // wanted from changing calls; empty: those are taken from this machine only
	Logger    *slog.Logger
}

// Queries is the request path in force. The real one is api.Server. Errors are [timeslot.InvalidQueryError] and those of a
// search.
type Queries interface {
	// Explain says how a query would be answered now, as a document for JSON. It fetches nothing.
	Explain(ctx context.Context, query string) (document any, err error)
	// Warm makes the answer to a query ready and fresh for ahead; complete says whether every source answered.
	Warm(ctx context.Context, product, query string, ahead time.Duration) (complete bool, err error)
}

// Switches are the products that are switched off, on every replica. The real one is cache.Switches.
type Switches interface {
	// Set switches here at once. An error means that the other replicas follow when Redis can be reached again.
	Set(ctx context.Context, product string, off bool) error
}

// admin is the routes of the admin listener.
type admin struct{ AdminOptions }

// NewAdmin is what the admin listener serves (docs/interface.md §4): no changing call comes through that a page of another origin
// makes an operator's browser send.
func NewAdmin(opt AdminOptions) http.Handler {
	a := admin{opt}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", a.Metrics)
	a.Watch.routes(mux)
	mux.HandleFunc("POST /ops/invalidate", a.guarded(a.invalidate))
	mux.HandleFunc("GET /ops/explain", a.explain)
	mux.HandleFunc("PUT /ops/products/{name}", a.guarded(a.switchProduct))
	mux.HandleFunc("POST /ops/warm", a.guarded(a.warm))
	mux.HandleFunc("GET /debug/pprof/", timed(pprof.Index))
	mux.HandleFunc("GET /debug/pprof/profile", timed(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", timed(pprof.Symbol))
	mux.HandleFunc("GET /debug/pprof/trace", timed(pprof.Trace))
	return http.NewCrossOriginProtection().Handler(mux)
}

// readyz is independent of Redis and DexCare: without them the service still has something to say.
func (a admin) readyz(w http.ResponseWriter, _ *http.Request) {
	if a.Ready() {
		say(w, http.StatusOK, "ready")
		return
	}
	say(w, http.StatusServiceUnavailable, "not ready: starting or draining")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
