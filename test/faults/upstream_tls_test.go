package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// docs/faults.md row 2: a certificate that does not hold is a failure of its source, never skipped, and the name of what is
// wrong is nowhere a secret's.
func TestACertificateThatDoesNotHoldIsAFailure(t *testing.T) {
	authority, stranger := newAuthority(t), newAuthority(t)
	bad := map[string]tls.Certificate{
		"expired":           authority.issue(t, "127.0.0.1", -time.Hour),
		"another's name":    authority.issue(t, "elsewhere.example", time.Hour),
		"unknown authority": stranger.issue(t, "127.0.0.1", time.Hour),
	}
	good := authority.issue(t, "127.0.0.1", time.Hour)
	for name, certificate := range bad {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			var present atomic.Pointer[tls.Certificate]
			present.Store(&certificate)
			var asked atomic.Int64
			tenant := newTenant(t)
			server := overTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				tenant.ServeHTTP(w, r)
			}), present.Load)
			s := &scene{tenant: tenant, Service: rig.Serve(t, configuration("", authority.upstreamAt(t, server.URL)))}
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

// authority signs certificates for one test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// upstreamAt is the section of a configuration whose upstream has a certificate that a signed.
func (a *authority) upstreamAt(t *testing.T, url string) string {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, a.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	return rig.Upstream(url) + fmt.Sprintf("\n  ca: %q", "file:"+roots)
}

// issue signs a server's certificate that ends in so long.
func (a *authority) issue(t *testing.T, name string, endsIn time.Duration) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(endsIn),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if name == "127.0.0.1" {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
