package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"

	"timeslots/cmd/aggregator/internal/config"
)

// upstream is the addresses and credentials of DexCare, ready for use.
type upstream struct {
	public, ingress, visit, scheduling *url.URL // visit nil: none of its calls; scheduling nil: no hand-off links
	tls, ingressTLS                    *tls.Config
}

func (s *service) buildUpstream(cfg *config.Config) (err error) {
	s.upstream, err = newUpstream(cfg.Upstream)
	return err
}

func newUpstream(cfg config.Upstream) (u upstream, err error) {
	for _, base := range []struct {
		to   **url.URL
		text string
	}{{&u.public, cfg.Public.URL}, {&u.ingress, cfg.Ingress.URL}, {&u.visit, cfg.Visit.URL}, {&u.scheduling, cfg.Scheduling.URL}} {
		if base.text == "" {
			continue
		}
		if *base.to, err = url.Parse(base.text); err != nil {
			return u, fmt.Errorf("parse upstream address: %w", err)
		}
	}
	if u.public == nil {
		u.public = u.ingress
	}
	if u.ingress == nil {
		u.ingress = u.public
	}
	if u.tls, err = trust(cfg.CA); err != nil {
		return u, err
	}
	u.ingressTLS = u.tls.Clone()
	if cfg.Ingress.Certificate != "" {
		pair, err := keyPair(cfg.Ingress.Certificate, cfg.Ingress.PrivateKey.Reveal())
		if err != nil {
			return u, fmt.Errorf("upstream.ingress.certificate: %w", err)
		}
		u.ingressTLS.Certificates = []tls.Certificate{pair}
	}
	return u, nil
}

// trust is the system's roots and those of the PEM text or file.
func trust(ca string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return c, nil
	}
	pem, err := pemOf(ca)
	if err != nil {
		return nil, fmt.Errorf("upstream.ca: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("upstream.ca: no certificate in it")
	}
	c.RootCAs = roots
	return c, nil
}

func keyPair(certificate, key string) (tls.Certificate, error) {
	certPEM, err := pemOf(certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	keyPEM, err := pemOf(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

// pemOf takes PEM text as it is and anything else as a file's name.
func pemOf(text string) ([]byte, error) {
	if len(text) > 10 && text[:10] == "-----BEGIN" {
		return []byte(text), nil
	}
	return os.ReadFile(text)
}
