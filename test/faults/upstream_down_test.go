package faults

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// docs/faults.md row 3: a source that asks for a pause gets it, and nobody notices who has been here before.
func TestASourceThatAsksForAPauseIsLeftAlone(t *testing.T) {
	for name, status := range map[string]int{"429": 429, "503": 503} {
		t.Run(name, func(t *testing.T) {
			inShort(t, name == "429")
			measured(t, func(t *testing.T, f *figure.Figures) {
				const pause = 60 // seconds, the longest that is heeded: long enough to look inside
				s := newScene(t, lifetimes(500*time.Millisecond, time.Hour, time.Hour))
				s.settle(t, clinician)
				before, _ := s.paused(t, evil.Status(status, "Retry-After", strconv.Itoa(pause)))
				took, failed := rig.Crowd(t, s.Public+clinician, figure.Form(1000, 200), 4)
				others := s.tenant.NPIs()[1:20]
				for _, npi := range others { // cold ones want to call, and may not
					r := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi)
					if after, _ := strconv.Atoi(r.Header.Get("Retry-After")); r.Status != 503 || after < 1 || after > pause {
						t.Fatalf("cold: %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
					}
				}
				if calls := s.upstream.Calls(evil.ProviderDirect) - before; calls > 0 || len(failed) > 0 {
					t.Errorf("%d calls, %d failed requests in the pause; want none", calls, len(failed))
				}
				if refused := s.Metric(t, "aggregator_upstream_refused_total", `reason="limited"`, `source="providerDirect"`); refused < float64(len(others)) {
					t.Errorf("%v calls were counted as refused, want %d and more", refused, len(others))
				}
				f.Time("p99 in the pause", took.At(0.99), 60*time.Millisecond, 0.99)
			})
		})
	}
}

// paused breaks the clinicians' source until a refresh was answered by the fault, and heals it. It gives how many calls
// there were until then, and when the fault was asked last: a clinician may be two calls.
func (s *scene) paused(t *testing.T, fault evil.Fault) (calls int, asked time.Time) {
	t.Helper()
	var mu sync.Mutex
	s.upstream.Break(func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		mu.Lock()
		asked = time.Now()
		mu.Unlock()
		fault(w, r, good)
	}, evil.ProviderDirect)
	rig.Until(t, "the refresh that is refused", func() bool {
		rig.Get(t, s.Public+clinician)
		return s.Metric(t, "aggregator_upstream_request_duration_seconds_count", `source="providerDirect"`, `outcome="error"`) > 0 &&
			s.Metric(t, "aggregator_upstream_requests_in_flight", `source="providerDirect"`) == 0
	})
	s.upstream.Heal()
	mu.Lock()
	defer mu.Unlock()
	return s.upstream.Calls(evil.ProviderDirect), asked
}

// docs/faults.md row 3: the pause is as long as it was asked for, and then all is well by itself.
func TestAPauseEndsWhenItWasToEnd(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		s := newScene(t)
		s.settle(t, clinician)
		before, asked := s.paused(t, evil.Status(429, "Retry-After", "2"))
		rig.Until(t, "the next call", func() bool {
			rig.Get(t, s.Public+clinician)
			return s.upstream.Calls(evil.ProviderDirect) > before
		})
		if next := time.Since(asked); next < 2*time.Second {
			t.Errorf("the next call came after %v, want 2 s", next)
		}
		f.Time("whole again", s.fresh(t, clinician), recovery, 1)
	})
}

// docs/faults.md rows 8, 9: all sources down for good.
func TestWithAllSourcesDownEverythingUsableIsServedAndThenRefusedQuickly(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		s := newScene(t, lifetimes(300*time.Millisecond, time.Second, 3*time.Second))
		s.settle(t, area)
		last := s.settle(t, clinician)
		s.upstream.Break(evil.Status(500))
		s.servedWhileUsable(t, last, 4300*time.Millisecond)
		rig.Until(t, "a refusal", func() bool { // a clinician's two copies may end one after the other
			refused := rig.Get(t, s.Public+clinician)
			if refused.Status != 200 && (refused.Status < 502 || refused.Status > 504) {
				t.Errorf("then %d %s", refused.Status, refused.Body)
			}
			return refused.Status != 200
		})
		for i := range 30 { // opens the breakers of all operations that this needs
			rig.Get(t, fmt.Sprintf("%s/v1/timeslots?npi=9%09d", s.Public, i))
		}
		before, begin := s.upstream.Calls(evil.ProviderDirect), time.Now()
		took, failed := rig.Crowd(t, s.Public+clinician, figure.Form(2000, 400), 4)
		probes, elapsed := s.upstream.Calls(evil.ProviderDirect)-before, time.Since(begin)
		if most := 3 * (int(elapsed/time.Second) + 2); probes > most { // a second between two rounds of three
			t.Errorf("%d calls in %v while the breaker was open, want %d at most: probes", probes, elapsed, most)
		}
		probing := 0
		for _, r := range failed {
			if r.Status == 502 {
				probing++ // it waited for a probe
				continue
			}
			if r.Status != 503 || r.Header.Get("Retry-After") == "" {
				t.Fatalf("with open breakers: %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
			}
		}
		if len(failed) != len(took) || probing > 4*probes {
			t.Errorf("%d of %d refused, %d of them for %d probes", len(failed), len(took), probing, probes)
		}
		f.Time("p99 of refusals", took.At(0.99), 20*time.Millisecond, 0.99)
		s.upstream.Heal()
		f.Time("whole again", rig.Until(t, "whole again", func() bool {
			a, b := rig.Get(t, s.Public+clinician), rig.Get(t, s.Public+area)
			return a.Status == 200 && b.Status == 200 && a.Answer(t).Complete && b.Answer(t).Complete
		}), 5*time.Second, 1)
		for _, op := range []evil.Operation{evil.CareDirect, evil.ProviderDirect, evil.CareOptions, evil.Directory} {
			if most := s.upstream.Most(op); most > 64 {
				t.Errorf("%s: %d calls at a time, want 64 at most", op, most)
			}
		}
	})
}

// servedWhileUsable wants the slots of the last answer, or of later ones, until their copy is older than it may be.
func (s *scene) servedWhileUsable(t *testing.T, last rig.Answer, usable time.Duration) {
	t.Helper()
	rig.Until(t, "the end of what is usable", func() bool {
		r := rig.Get(t, s.Public+clinician)
		if r.Status != 200 {
			return true
		}
		a := r.Answer(t)
		slots, _ := a.Of("providerDirect")
		names, _ := a.Of("directory") // fetched earlier, it ends earlier
		if slots == "failed" {
			return true
		}
		if a.Total == 0 || !a.Complete && names != "failed" {
			t.Fatalf("an answer of %d slots, complete %v, with %+v", a.Total, a.Complete, a.Sources)
		}
		last = a
		return false
	})
	for _, copied := range last.Sources { // FetchedAt is the oldest copy's, in milliseconds
		if age := time.Since(copied.FetchedAt); copied.Source == "providerDirect" && age < usable-time.Millisecond {
			t.Errorf("no slots any more when their copy was %v old, usable for %v", age, usable)
		}
	}
}

// docs/faults.md row 2: nobody listens.
func TestAnUpstreamThatRefusesConnectionsHealsByItself(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		addr := rig.FreeAddress(t)
		s := &scene{Service: rig.Serve(t, configuration("http://"+addr)), tenant: newTenant(t, acme.Keys{})}
		r := rig.Get(t, s.Public+clinician)
		if r.Status != 502 {
			t.Errorf("%d, want a 502", r.Status)
		}
		f.Time("refused because nobody listens", r.Took, 300*time.Millisecond, 1)
		l, err := net.Listen("tcp", addr)
		must(t, err)
		server := &http.Server{Handler: s.tenant, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
		f.Time("whole after it listened", s.fresh(t, clinician), recovery, 1)
	})
}

// docs/faults.md rows 1, 2: while the source of areas is down, people who stand where nobody stood before are served with
// what others have read.
func TestWithCareOptionsDownUnlikeVisitorsAreServedOldCopies(t *testing.T) {
	s := newScene(t, lifetimes(300*time.Millisecond, 300*time.Millisecond, time.Hour))
	visitor := func(n int) string {
		return fmt.Sprintf("/v1/timeslots?latitude=%.4f&longitude=%.4f&radius=%d&visitTypeName=Illness", 47.61+float64(n%7)/300, -122.33+float64(n)/1000, 10+15*(n%2))
	}
	for n := range 20 {
		s.settle(t, visitor(n))
	}
	s.upstream.Break(evil.Status(500), evil.CareOptions)
	rig.Until(t, "the end of what is served in any case", func() bool {
		_, reason := rig.Get(t, s.Public+visitor(0)).Answer(t).Of("careOptions")
		return reason != ""
	})
	for n := range 20 {
		r := rig.Get(t, s.Public+visitor(n+100))
		a := r.Answer(t)
		if status, reason := a.Of("careOptions"); r.Status != 200 || a.Total == 0 || status != "stale" {
			t.Fatalf("visitor %d: %d with %d slots, careOptions %s (%s)", n, r.Status, a.Total, status, reason)
		}
	}
	s.upstream.Heal()
	s.fresh(t, visitor(200))
}
