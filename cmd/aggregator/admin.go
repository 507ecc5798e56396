package main

import (
	"net/http"
	"net/http/pprof"
)

// adminRoutes is the admin listener (docs/interface.md §4).
func (s *service) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics.Handler())
	s.ops.Routes(mux)
	mux.HandleFunc("POST /ops/invalidate", s.guarded(s.invalidate))
	mux.HandleFunc("GET /ops/explain", s.explain)
	mux.HandleFunc("PUT /ops/products/{name}", s.guarded(s.switchProduct))
	mux.HandleFunc("POST /ops/warm", s.guarded(s.warm))
	mux.HandleFunc("GET /debug/pprof/", timed(pprof.Index))
	mux.HandleFunc("GET /debug/pprof/profile", timed(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", timed(pprof.Symbol))
	mux.HandleFunc("GET /debug/pprof/trace", timed(pprof.Trace))
	return mux
}

// readyz is independent of Redis and DexCare: without them the service still has something to say.
func (s *service) readyz(w http.ResponseWriter, _ *http.Request) {
	if s.ready.Load() {
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
