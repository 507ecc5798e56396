package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// gate stands before a simulator and holds some calls back until it opens: what is under way then stays so for as long
// as a test needs, on a fast machine and on a slow one.
type gate struct {
	addr string
	held atomic.Int64 // calls that came and may not pass yet
	open func()
}

// newGate holds back the calls whose path contains part.
func newGate(t *testing.T, simulator, part string) *gate {
	t.Helper()
	behind, err := url.Parse(simulator)
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{})
	g := &gate{open: sync.OnceFunc(func() { close(opened) })}
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }, Transport: &http.Transport{DisableKeepAlives: true}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, part) {
			g.held.Add(1)
			defer g.held.Add(-1)
			select {
			case <-opened:
			case <-r.Context().Done(): // the client is gone
				return
			}
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(g.open)
	g.addr = strings.TrimPrefix(server.URL, "http://")
	return g
}

// startGated runs a simulator, a gate before it and the service before both.
func startGated(t *testing.T, part, more string) (service *running, g *gate) {
	t.Helper()
	g = newGate(t, "http://"+startTenant(t), part)
	service = startService(t, served(g.addr)+more)
	return service, g
}
