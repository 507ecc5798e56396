package faults

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"timeslots/faults/rig"
	"timeslots/internal/figure"
	"timeslots/internal/relay"
)

// docs/faults.md row 10: a balancer forgets the connections that there are, and says nothing. HTTP/2 carries all calls over one,
// so without doubt about it every search would fail, for minutes.
func TestADeadConnectionCostsOneSearch(t *testing.T) {
	figure.Beside(t)
	figure.Long(t)
	tenant, authority := newTenant(t), newAuthority(t)
	server := httptest.NewUnstartedServer(tenant)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{authority.issue(t, "127.0.0.1", time.Hour)}, MinVersion: tls.VersionTLS12}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	between, err := relay.New(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(between.Close)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, authority.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := rig.Serve(t, configuration("", fmt.Sprintf(
		"upstream:\n  public: {url: %[1]q}\n  visit: {url: %[1]q}\n  ingress: {url: %[1]q, keys: {slots: acme-slots, careOptions: acme-care-options, booking: acme-booking}}\n  ca: %[2]q",
		"https://"+between.Addr, "file:"+roots)))
	clinicians := tenant.NPIs()
	ask := func() bool { // a clinician of whom nothing is known yet
		npi := clinicians[0]
		clinicians = clinicians[1:]
		r := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi)
		return r.Status == 200 && r.Answer(t).Complete
	}
	if !ask() {
		t.Fatal("not whole before")
	}
	figure.Measure(t, func(t *testing.T, f *figure.Figures) {
		dead, failed, began, whole := between.Silence(), 0, time.Now(), time.Duration(0)
		for n := 0; n < dead+6; n++ { // a second call may save a search before anybody has found out
			if !ask() {
				failed, whole = failed+1, time.Since(began)
			}
		}
		f.Time("whole again", whole, recovery, 1)
		f.AtMost("searches that failed, with as many dead connections as the limit says", float64(failed), float64(dead), "")
	})
}
