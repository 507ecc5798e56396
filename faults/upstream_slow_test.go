package faults

import (
	"testing"
	"time"

	"timeslots/faults/evil"
	"timeslots/faults/rig"
)

var hanging = map[string]evil.Fault{
	"hangs before its headers": evil.Hang,
	"hangs after its headers":  evil.HangAfterHeaders,
	"drips a byte a second":    evil.Drip(time.Second),
}

// docs/faults.md row 1, cold: what is there by the end of the budget is the answer.
func TestASourceThatHangsCostsAColdSearchItsPartOnly(t *testing.T) {
	for name, fault := range hanging {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "products: {default: {budget: 400ms}}")
			s.upstream.Break(fault, evil.CareOptions)
			r := rig.Get(t, s.Public+area)
			a := r.Answer(t)
			options, reason := a.Of("careOptions")
			clinics, _ := a.Of("careDirect")
			if a.Complete || options != "failed" || reason != "budget" && reason != "timeout" || clinics != "fresh" || a.Total == 0 {
				t.Errorf("complete %v, careOptions %s (%s), careDirect %s, %d slots", a.Complete, options, reason, clinics, a.Total)
			}
			if r.Took > 550*time.Millisecond+s.machine.Added(1) {
				t.Errorf("took %v with a budget of 400 ms, want at most 550", r.Took)
			}
			s.upstream.Heal()
			t.Logf("cold: %v with a budget of 400 ms; whole again after %v", r.Took, s.fresh(t, area))
		})
	}
}

// docs/faults.md row 1, warm: nobody waits, and the calls stop.
func TestASourceThatHangsIsNotNoticedByWarmSearches(t *testing.T) {
	for name, fault := range hanging {
		t.Run(name, func(t *testing.T) {
			inShort(t, name == "hangs before its headers")
			s := newScene(t)
			s.settle(t, clinician)
			s.upstream.Break(fault, evil.ProviderDirect)
			s.aged(t, clinician, "providerDirect")
			took, failed := crowd(t, s.Public+clinician, times(5000, 1000), 8)
			if len(failed) > 0 {
				t.Errorf("%d of %d failed, the first with %d %s", len(failed), len(took), failed[0].Status, failed[0].Body)
			}
			if p99 := took.p(0.99); p99 > 60*time.Millisecond+s.machine.Added(0.99) {
				t.Errorf("p99 %v, want at most 60 ms", p99)
			}
			s.upstream.Heal()
			t.Logf("warm: %d requests, p50 %v, p99 %v, worst %v; whole again after %v", len(took), took.p(0.5), took.p(0.99), took.p(1), s.fresh(t, clinician))
		})
	}
}

// docs/faults.md row 1 beyond stale: only who finds out waits.
func TestBeyondStaleOnlyTheFirstWaitsForASourceThatHangs(t *testing.T) {
	s := newScene(t, lives(300*time.Millisecond, 300*time.Millisecond, 40*time.Second), "products: {default: {budget: 400ms}}")
	s.settle(t, clinician)
	s.upstream.Break(evil.Hang, evil.ProviderDirect)
	rig.Within(t, recovery, "an old copy because the source fails", func() bool {
		_, reason := rig.Get(t, s.Public+clinician).Answer(t).Of("providerDirect")
		return reason != ""
	})
	took, failed := crowd(t, s.Public+clinician, times(2000, 400), 4)
	if len(failed) > 0 || took.p(0.99) > 60*time.Millisecond+s.machine.Added(0.99) {
		t.Errorf("%d failed, p99 %v; want none and at most 60 ms", len(failed), took.p(0.99))
	}
	s.upstream.Heal()
	t.Logf("p99 %v, worst %v; whole again after %v", took.p(0.99), took.p(1), s.fresh(t, clinician))
}
