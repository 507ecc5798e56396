package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig/figure"
)

// authority signs certificates for one test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{certificate, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// issue signs a certificate for loopback, for servers and clients alike, and gives it and its key as PEM.
func (a *authority) issue(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))
}

// ingress is a tenant behind mutual TLS.
func ingress(t *testing.T, ca *authority) string {
	t.Helper()
	tenant, err := acme.New(acme.Options{})
	if err != nil {
		t.Fatal(err)
	}
	certificate, key := ca.issue(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca.certificate)
	server := httptest.NewUnstartedServer(tenant)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://")
}

// indented puts PEM text under a YAML key.
func indented(text string) string {
	return "|\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}

func TestTheIngressIsAskedWithOurCertificateAndItsAuthorityIsTrusted(t *testing.T) {
	figure.Beside(t)
	ca, stranger := newAuthority(t), newAuthority(t)
	addr := ingress(t, ca)
	certificate, key := ca.issue(t)
	configured := func(ca, certificate, key string) string {
		text := fmt.Sprintf(`
listen: 127.0.0.1:0
admin: {listen: 127.0.0.1:0}
upstream:
  public: {url: "https://%[1]s"}
  visit: {url: "https://%[1]s"}
  ca: %[2]s
  ingress:
   url: "https://%[1]s"
   keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}
`, addr, indented(ca))
		if certificate != "" {
			text += "   certificate: " + indented(certificate) + "   privateKey: " + indented(key)
		}
		return written(t, text)
	}
	tests := map[string]struct {
		file string
		want int
	}{
		"our certificate":        {configured(ca.pem, certificate, key), http.StatusOK},
		"none":                   {configured(ca.pem, "", ""), http.StatusBadGateway},
		"an authority not known": {configured(stranger.pem, certificate, key), http.StatusBadGateway},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			service := start(t, nil, "serve", "--config", tt.file)
			service.listening(t)
			if r := get(t, service.public+"/v1/timeslots?npi=9000000017"); r.status != tt.want {
				t.Errorf("%d %.300s, want %d", r.status, r.body, tt.want)
			}
		})
	}
}
