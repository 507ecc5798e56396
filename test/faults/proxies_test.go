package faults

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// personal answers with the caller's own token, and invites every cache to keep it (RFC 9111 §3.5 lets shared caches
// keep an answer to a request with credentials when it says so).
func personal(cacheControl string) evil.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Cache-Control", cacheControl)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `"one"`)
		fmt.Fprintf(w, `{"secretOf":%q}`, r.Header.Get("Authorization")+r.Header.Get("Cookie"))
	}
}

var invitations = []string{"public, max-age=600", "max-age=600, must-revalidate", "s-maxage=600", "public, max-age=600, stale-while-revalidate=600"}

type personalRequest struct{ name, method, path, body string }

// personalRequests are those whose answers belong to one person.
var personalRequests = []personalRequest{
	{"visits of a patient", http.MethodGet, "/dexcare/api/6/visits/retail/self", ""},
	{"a patient", http.MethodGet, "/dexcare/v1/patient", ""},
	{"a patient by token", http.MethodGet, "/dexcare/v1/emr/patient/getByToken", ""},
	{"a visit's summary", http.MethodGet, "/dexcare/api/9/visits/11111111-aaaa-4bbb-8ccc-000000000001/summary", ""},
	{"a booking", http.MethodPost, retail, `{"patient":{}}`},
	{"slots with credentials", http.MethodGet, "/dexcare/v5/providers/9000000017/timeslots", ""},
	{"departments with credentials", http.MethodGet, "/dexcare/v4/departments", ""},
}

// docs/faults.md row B: no proxy in front replays an answer that belongs to somebody.
func TestNoProxyReplaysAPersonalAnswer(t *testing.T) {
	proxies := map[string]func(testing.TB, string) string{
		"nginx":          rig.Nginx,
		"varnish":        func(t testing.TB, to string) string { return rig.Varnish(t, to, false) },
		"greedy varnish": func(t testing.TB, to string) string { return rig.Varnish(t, to, true) },
	}
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			figure.Beside(t)
			s := newScene(t, "products: {default: {maxAge: 60s}}", "booking: {tombstone: 48h}", lifetimes(time.Hour, time.Hour, time.Hour))
			base := proxy(t, s.Public)
			for _, invitation := range invitations {
				s.upstream.Break(personal(invitation), evil.Booking, evil.ProviderDirect, evil.Directory)
				for _, request := range personalRequests {
					replayed(t, base, invitation, request)
				}
			}
			s.upstream.Heal()
			s.settle(t, area)
			rig.Get(t, base+area)
			if r := rig.Get(t, base+area); r.Header.Get("X-Proxy-Cache") != "HIT" {
				t.Errorf("a public answer is not cached by %s (%v): the test could not fail", name, r.Header)
			}
		})
	}
}

// replayed asks for the same thing as two people and as nobody, and wants each to get his own answer.
func replayed(t *testing.T, base, invitation string, request personalRequest) {
	t.Helper()
	name := request.name + " with " + invitation
	for _, token := range []string{"Bearer alice", "Bearer bob", ""} {
		headers := []string{"Content-Type", "application/json"}
		if token != "" {
			headers = append(headers, "Authorization", token)
		}
		r := rig.Send(t, request.method, base+request.path, request.body, headers...)
		if r.Header.Get("X-Proxy-Cache") == "HIT" && r.Status == 200 && bytes.Contains(r.Body, []byte("secretOf")) {
			t.Errorf("%s: replayed to %q: %s", name, token, r.Body)
		}
		for _, other := range []string{"alice", "bob"} {
			if token != "Bearer "+other && bytes.Contains(r.Body, []byte(other)) {
				t.Errorf("%s: %q got %s", name, token, r.Body)
			}
		}
		if r.Header.Get("X-Proxy-Cache") == "HIT" {
			continue // of what nobody's request brought before: public
		}
		if token != "" && (r.Status != 200 || !bytes.Contains(r.Body, []byte(token[7:]))) {
			t.Errorf("%s: %q got %d %s", name, token, r.Status, r.Body)
		}
		if cc := r.Header.Get("Cache-Control"); token != "" && cc != "private, no-store" && cc != "no-store" {
			t.Errorf("%s: Cache-Control %q", name, cc)
		}
	}
}

// The same proxies do replay what comes straight from such an upstream: without that, the test above would prove nothing.
func TestTheseProxiesWouldReplayUpstreamsOwnAnswers(t *testing.T) {
	figure.Beside(t)
	u := evil.New(newTenant(t, acme.Keys{}))
	u.Break(personal(invitations[0]), evil.Booking)
	upstream := rig.Listen(t, u)
	for name, base := range map[string]string{"nginx": rig.Nginx(t, upstream), "greedy varnish": rig.Varnish(t, upstream, true)} {
		const path = "/api/6/visits/retail/self"
		rig.Get(t, base+path, "Authorization", "Bearer alice")
		if r := rig.Get(t, base+path, "Authorization", "Bearer bob"); !bytes.Contains(r.Body, []byte("alice")) {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
}

// A cache subtracts Age from max-age (RFC 9111 §4.2): what is old when it is sent is kept for maxAge all the same
// (docs/decisions/0017-max-age-beyond-age.md).
func TestACacheKeepsForMaxAgeWhatIsOlderThanThat(t *testing.T) {
	figure.Beside(t)
	s := newScene(t, "products: {default: {maxAge: 5s}}", "booking: {tombstone: 48h}", lifetimes(time.Hour, time.Hour, time.Hour))
	varnish := rig.Varnish(t, s.Public, false)
	s.settle(t, area)
	rig.Until(t, "an answer that is older than it may be kept", func() bool {
		age, err := strconv.Atoi(rig.Get(t, s.Public+area).Header.Get("Age"))
		return err == nil && age > 5
	})
	rig.Until(t, "an answer out of the cache", func() bool {
		rig.Get(t, varnish+area)
		return rig.Get(t, varnish+area).Header.Get("X-Proxy-Cache") == "HIT"
	})
}
