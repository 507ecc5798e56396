package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// mutualTLS is a server of the authority that asks for certificates of the same.
func mutualTLS(t *testing.T, ca *rig.Authority, clients tls.ClientAuthType) *tls.Config {
	known := x509.NewCertPool()
	known.AddCert(ca.Certificate)
	return &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, "127.0.0.1", time.Hour)}, ClientCAs: known, ClientAuth: clients}
}

// ingress is a tenant behind mutual TLS.
func ingress(t *testing.T, ca *rig.Authority) string {
	t.Helper()
	tenant, err := acme.New(acme.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(tenant)
	server.TLS = mutualTLS(t, ca, tls.RequireAndVerifyClientCert)
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
	ca, stranger := rig.NewAuthority(t), rig.NewAuthority(t)
	addr := ingress(t, ca)
	certificate, key := rig.PairPEM(t, ca.Issue(t, "127.0.0.1", time.Hour))
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
		return text
	}
	tests := map[string]struct {
		text string
		want int
	}{
		"our certificate":        {configured(ca.PEM(), certificate, key), http.StatusOK},
		"none":                   {configured(ca.PEM(), "", ""), http.StatusBadGateway},
		"an authority not known": {configured(stranger.PEM(), certificate, key), http.StatusBadGateway},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			service := startService(t, tt.text)
			if r := get(t, service.public+"/v1/timeslots?npi=9000000017"); r.status != tt.want {
				t.Errorf("%d %.300s, want %d", r.status, r.body, tt.want)
			}
		})
	}
}
