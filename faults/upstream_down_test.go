package faults

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"timeslots/faults/evil"
	"timeslots/faults/rig"
)

// docs/faults.md row 3: a source that asks for a pause gets it, and nobody notices who has been here before.
func TestASourceThatAsksForAPauseIsLeftAlone(t *testing.T) {
	for name, fault := range map[string]evil.Fault{
		"429": evil.Status(429, "Retry-After", "2"),
		"503": evil.Status(503, "Retry-After", "2"),
	} {
		t.Run(name, func(t *testing.T) {
			inShort(t, name == "429")
			s := newScene(t)
			s.settle(t, clinician)
			s.upstream.Break(fault, evil.ProviderDirect)
			before := s.upstream.Calls(evil.ProviderDirect)
			rig.Within(t, recovery, "the refresh that is refused", func() bool {
				rig.Get(t, s.Public+clinician)
				return s.upstream.Calls(evil.ProviderDirect) > before
			})
			paused := time.Now()
			s.upstream.Heal()
			took, failed := crowd(t, s.Public+clinician, times(1000, 200), 4)
			others := s.tenant.NPIs()[1:20]
			for _, npi := range others { // cold ones want to call, and may not
				r := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi)
				if after, _ := strconv.Atoi(r.Header.Get("Retry-After")); r.Status != 503 || after < 1 || after > 2 {
					t.Fatalf("cold: %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
				}
			}
			if time.Since(paused) > 1800*time.Millisecond {
				t.Skip("the machine is too slow to look inside the pause")
			}
			if calls := s.upstream.Calls(evil.ProviderDirect) - before; calls != 1 || len(failed) > 0 {
				t.Errorf("%d calls, %d failed requests; want the one call and none", calls, len(failed))
			}
			if refused := s.Metric(t, "aggregator_upstream_refused_total", `reason="limited"`, `source="providerDirect"`); refused < float64(len(others)) {
				t.Errorf("%v calls were counted as refused, want %d and more", refused, len(others))
			}
			rig.Within(t, recovery, "the next call", func() bool {
				rig.Get(t, s.Public+clinician)
				return s.upstream.Calls(evil.ProviderDirect) > before+1
			})
			next := time.Since(paused)
			if next < 1900*time.Millisecond {
				t.Errorf("the next call came after %v, want 2 s", next)
			}
			t.Logf("p99 %v in the pause, the next call after %v; whole again %v later", took.p(0.99), next, s.fresh(t, clinician))
		})
	}
}

// docs/faults.md rows 8, 9: all sources down for good.
func TestWithAllSourcesDownEverythingUsableIsServedAndThenRefusedQuickly(t *testing.T) {
	s := newScene(t, lives(300*time.Millisecond, time.Second, 3*time.Second))
	s.settle(t, area)
	s.settle(t, clinician)
	s.upstream.Break(evil.Status(500))
	down := time.Now()
	usable := 0
	var refused rig.Reply
	rig.Within(t, recovery, "the end of what is usable", func() bool {
		r := rig.Get(t, s.Public+clinician)
		if r.Status == 200 {
			if a := r.Answer(t); !a.Complete || a.Total == 0 {
				t.Fatalf("an answer of %d slots, complete %v", a.Total, a.Complete)
			}
			usable++
			return false
		}
		refused = r
		return true
	})
	lasted := time.Since(down)
	if lasted < 3*time.Second {
		t.Errorf("usable for %v only, want the 3 s and more of staleOnError", lasted)
	}
	if refused.Status < 502 || refused.Status > 504 {
		t.Errorf("then %d %s", refused.Status, refused.Body)
	}
	for i := range 30 { // opens the breakers of all operations that this needs
		rig.Get(t, fmt.Sprintf("%s/v1/timeslots?npi=9%09d", s.Public, i))
	}
	before := s.upstream.Calls(evil.ProviderDirect)
	took, failed := crowd(t, s.Public+clinician, times(2000, 400), 4)
	for _, r := range failed {
		if r.Status != 503 || r.Header.Get("Retry-After") == "" {
			t.Fatalf("with open breakers: %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
		}
	}
	if len(failed) != len(took) || took.p(0.99) > 20*time.Millisecond+s.machine.Added(0.99) {
		t.Errorf("%d of %d refused, p99 %v; want all, within 20 ms", len(failed), len(took), took.p(0.99))
	}
	probes := s.upstream.Calls(evil.ProviderDirect) - before
	if probes > 6 { // a second between two rounds of three
		t.Errorf("%d calls while the breaker was open, want probes only", probes)
	}
	s.upstream.Heal()
	healed := rig.Within(t, 5*time.Second, "whole again", func() bool {
		a, b := rig.Get(t, s.Public+clinician), rig.Get(t, s.Public+area)
		return a.Status == 200 && b.Status == 200 && a.Answer(t).Complete && b.Answer(t).Complete
	})
	for _, op := range []evil.Operation{evil.CareDirect, evil.ProviderDirect, evil.CareOptions, evil.Directory} {
		if most := s.upstream.Most(op); most > 64 {
			t.Errorf("%s: %d calls at a time, want 64 at most", op, most)
		}
	}
	t.Logf("%d answers from old copies over %v; refused: p99 %v, %d probes; whole again after %v", usable, lasted.Round(time.Millisecond), took.p(0.99), probes, healed)
}

// docs/faults.md row 2: nobody listens.
func TestAnUpstreamThatRefusesConnectionsHealsByItself(t *testing.T) {
	addr := rig.FreeAddr(t)
	s := &scene{Service: rig.Serve(t, configuration("http://"+addr)), tenant: newTenant(t), machine: rig.Watch(t)}
	if r := rig.Get(t, s.Public+clinician); r.Status != 502 || r.Took > 300*time.Millisecond+s.machine.Added(1) {
		t.Errorf("%d after %v, want a 502 at once", r.Status, r.Took)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.tenant, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	t.Logf("whole %v after it listened", s.fresh(t, clinician))
}
