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

// inARow is how many searches that are answered show that the dead connections are out of use.
const inARow = 6

// docs/faults.md row 10: a balancer forgets the connections that there are, and says nothing. HTTP/2 carries all calls over one,
// so without doubt about it every search would fail, for minutes. A second call may save a search before anybody has found
// out, and another one fail after it.
func TestADeadConnectionCostsOneSearch(t *testing.T) {
	figure.Beside(t)
	figure.Long(t)
	tenant, authority := newTenant(t, acme.Keys{}), rig.NewAuthority(t)
	certificate := authority.Issue(t, "127.0.0.1", time.Hour)
	server := overTLS(t, tenant, func() *tls.Certificate { return &certificate })
	figure.Measure(t, func(t *testing.T, f *figure.Figures) { // a service of its own each time: one that failed before has more connections
		between, err := rig.NewRelay(server.Listener.Addr().String())
		must(t, err)
		t.Cleanup(between.Close)
		s := rig.Serve(t, configuration("", upstreamAt(t, authority, "https://"+between.Addr)))
		clinicians := tenant.NPIs()
		ask := func() bool { // a clinician of whom nothing is known yet
			if len(clinicians) == 0 {
				t.Fatal("searches went on failing until there was nobody left to ask for")
			}
			npi := clinicians[0]
			clinicians = clinicians[1:]
			r := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi)
			return r.Status == 200 && r.Answer(t).Complete
		}
		if !ask() {
			t.Fatal("not whole before")
		}
		dead, failed, began, whole := between.Silence(), 0, time.Now(), time.Duration(0)
		if dead == 0 {
			t.Fatal("no connection died")
		}
		for answered := 0; answered < inARow; answered++ {
			if !ask() {
				answered, failed, whole = -1, failed+1, time.Since(began)
			}
		}
		f.Time("whole again", whole, recovery, 1)
		f.AtMost("searches that failed, with as many dead connections as the limit says", float64(failed), float64(dead), "")
	})
}
