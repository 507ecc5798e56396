package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// host is an upstream base that notes what it is asked, and with which certificates.
type host struct {
	*httptest.Server
	mu           sync.Mutex
	asked        []string
	certificates int // requests that came with one
}

// startHost answers everything with status and body. With an authority it speaks TLS and asks for certificates.
func startHost(t *testing.T, ca *rig.Authority, status int, body string) *host {
	t.Helper()
	h := &host{}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.URL.Path)
		if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
			h.certificates++
		}
		h.mu.Unlock()
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	if ca == nil {
		h.Start()
	} else {
		h.TLS = mutualTLS(t, ca, tls.VerifyClientCertIfGiven)
		h.StartTLS()
	}
	t.Cleanup(h.Close)
	return h
}

func (h *host) seen() (paths []string, certificates int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...), h.certificates
}

// visitCalls are calls that go to the visit base, with and without credentials.
var visitCalls = []struct{ method, path string }{
	{http.MethodPost, retail}, {http.MethodPost, "/dexcare/api/7/visits/providerbooking"},
	{http.MethodGet, "/dexcare/api/9/regions/waittimes"}, {http.MethodGet, "/dexcare/api/9/modalities"},
	{http.MethodGet, "/dexcare/api/9/assignmentqualifiers"}, {http.MethodGet, "/dexcare/api/7/visits/retail/cancel/reasons/acme"},
}

func TestATenantWithoutAVisitBaseHasNoneOfItsCalls(t *testing.T) {
	figure.Beside(t)
	public := startHost(t, nil, http.StatusOK, `{}`)
	s := startService(t, fmt.Sprintf(`
listen: 127.0.0.1:0
admin: {listen: 127.0.0.1:0}
upstream: {public: {url: %[1]q}, ingress: {url: %[1]q}, visit: {url: ""}}
`, public.URL))
	for _, c := range visitCalls {
		for _, credentials := range []string{"", "Bearer a-patients-token"} {
			body := ""
			if c.method == http.MethodPost {
				body = `{}`
			}
			r := call(t, c.method, s.public+c.path, body, "Authorization", credentials, "Content-Type", "application/json")
			if r.status != http.StatusNotFound || !strings.Contains(string(r.body), "no Route matched") {
				t.Errorf("%s %s with %q: %d %s", c.method, c.path, credentials, r.status, r.body)
			}
		}
	}
	if paths, _ := public.seen(); strings.Contains(strings.Join(paths, " "), "/api/") {
		t.Errorf("the public base was asked for %v", paths)
	}
}

func TestTheClientCertificateIsShownToTheIngressAlone(t *testing.T) {
	figure.Beside(t)
	ca := rig.NewAuthority(t)
	certificate, key := rig.PairPEM(t, ca.Issue(t, "127.0.0.1", time.Hour))
	public, visit, ingress := startHost(t, ca, http.StatusOK, `{}`), startHost(t, ca, http.StatusOK, `{}`), startHost(t, ca, http.StatusOK, `{}`)
	s := startService(t, fmt.Sprintf(`
listen: 127.0.0.1:0
admin: {listen: 127.0.0.1:0}
access: {keys: [a-partners-key]}
upstream:
  public: {url: %q}
  visit: {url: %q}
  ca: %s
  ingress:
   url: %q
   certificate: %s   privateKey: %s
`, public.URL, visit.URL, indented(ca.PEM()), ingress.URL, indented(certificate), indented(key)))
	get(t, s.public+"/v1/timeslots?npi=9000000017")
	get(t, s.public+"/dexcare/v4/departments")
	get(t, s.public+"/dexcare/v1/patient", "Authorization", "Bearer a-patients-token")
	get(t, s.public+"/dexcare/api/9/regions/waittimes")
	book(t, s.public, `{}`, "a-patients-token")
	call(t, http.MethodPost, s.public+"/dexcare/v5/slots/slot-taken", `{}`, "x-api-key", "a-partners-key", "Content-Type", "application/json")
	for name, h := range map[string]*host{"public": public, "visit": visit} {
		if paths, shown := h.seen(); shown != 0 || len(paths) == 0 {
			t.Errorf("%s was asked %v, and shown a certificate %d times", name, paths, shown)
		}
	}
	paths, shown := ingress.seen()
	if shown != len(paths) || !strings.Contains(strings.Join(paths, " "), "slot-taken") || len(paths) < 2 {
		t.Errorf("the ingress was asked %v, and shown a certificate %d times", paths, shown)
	}
}

func TestNoAnswerMeansTakenWhereTheListIsEmpty(t *testing.T) {
	figure.Beside(t)
	refuses := startHost(t, nil, http.StatusConflict, `{"errorCode":"SlotUnavailable"}`)
	for list, outcome := range map[string]string{"": "slot_unavailable", "booking: {taken: []}": "conflict|rejected"} {
		t.Run(list, func(t *testing.T) {
			s := startService(t, served(refuses.Listener.Addr().String())+list+"\n")
			book(t, s.public, `{}`, "a-patients-token")
			eventually(t, "the booking being counted as "+outcome, func() bool {
				return regexp.MustCompile(`aggregator_bookings_total\{flow="retail",outcome="(` + outcome + `)",product="default"\} 1`).Match(get(t, s.admin+"/metrics").body)
			})
		})
	}
}
