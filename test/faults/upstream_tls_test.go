package faults

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// docs/faults.md row 2: a certificate that does not hold is a failure of its source, never skipped, and the name of what is
// wrong is nowhere a secret's.
func TestACertificateThatDoesNotHoldIsAFailure(t *testing.T) {
	authority, stranger := rig.NewAuthority(t), rig.NewAuthority(t)
	bad := map[string]tls.Certificate{
		"expired":           authority.Issue(t, "127.0.0.1", -time.Hour),
		"another's name":    authority.Issue(t, "elsewhere.example", time.Hour),
		"unknown authority": stranger.Issue(t, "127.0.0.1", time.Hour),
	}
	good := authority.Issue(t, "127.0.0.1", time.Hour)
	for name, certificate := range bad {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			var present atomic.Pointer[tls.Certificate]
			present.Store(&certificate)
			var asked atomic.Int64
			tenant := newTenant(t, acme.Keys{})
			server := overTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				tenant.ServeHTTP(w, r)
			}), present.Load)
			s := &scene{tenant: tenant, Service: rig.Serve(t, configuration("", upstreamAt(t, authority, server.URL)))}
			if r := rig.Get(t, s.Public+clinician); r.Status != 502 || asked.Load() != 0 {
				t.Errorf("%d after %d requests went through, want a 502 and none", r.Status, asked.Load())
			}
			present.Store(&good)
			s.fresh(t, clinician)
		})
	}
}

// overTLS serves HTTP/2 and HTTP/1.1 with whatever certificate is present.
func overTLS(t *testing.T, handler http.Handler, present func() *tls.Certificate) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{Certificates: []tls.Certificate{*present()}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
	}}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// upstreamAt is the section of a configuration whose upstream has a certificate that a signed.
func upstreamAt(t *testing.T, a *rig.Authority, url string) string {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	must(t, os.WriteFile(roots, []byte(a.PEM()), 0o600))
	return rig.Upstream(url) + fmt.Sprintf("\n  ca: %q", "file:"+roots)
}
