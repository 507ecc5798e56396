package faults

import (
	"testing"
	"time"

	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
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
			measured(t, func(t *testing.T, f *figure.Figures) {
				s := newScene(t, "products: {default: {budget: 400ms}}", lifetimesOf(giveUp, 500*time.Millisecond, 20*time.Second, oldAge()))
				s.upstream.Break(fault, evil.CareOptions)
				r := rig.Get(t, s.Public+area)
				if a := r.Answer(t); a.Complete {
					t.Errorf("complete: %+v", a.Sources)
				}
				f.Time("a cold search with a budget of 400 ms", r.Took, 550*time.Millisecond, 1)
				if figure.Judged() {
					partOnly(t, r.Answer(t))
				}
				rig.Until(t, "the other source's part", func() bool { // on a slow machine it may miss the first budget
					a := rig.Get(t, s.Public+area).Answer(t)
					if clinics, _ := a.Of("careDirect"); clinics == "failed" || a.Total == 0 {
						return false
					}
					partOnly(t, a)
					return true
				})
				s.upstream.Heal()
				f.Time("whole again", s.fresh(t, area), recovery, 1)
			})
		})
	}
}

// partOnly wants an answer that lacks Care Options' part and has Care Direct's.
func partOnly(t *testing.T, a rig.Answer) {
	t.Helper()
	options, _ := a.Of("careOptions")
	clinics, _ := a.Of("careDirect")
	if a.Complete || options != "failed" || clinics == "failed" || a.Total == 0 {
		t.Errorf("complete %v, careOptions %s, careDirect %s, %d slots", a.Complete, options, clinics, a.Total)
	}
}

// docs/faults.md row 1, warm: nobody waits, and the calls stop.
func TestASourceThatHangsIsNotNoticedByWarmSearches(t *testing.T) {
	for name, fault := range hanging {
		t.Run(name, func(t *testing.T) {
			inShort(t, name == "hangs before its headers")
			measured(t, func(t *testing.T, f *figure.Figures) {
				s := newScene(t, lifetimesOf(giveUp, 500*time.Millisecond, 20*time.Second, oldAge()))
				s.settle(t, clinician)
				s.upstream.Break(fault, evil.ProviderDirect)
				rig.Until(t, "a stale answer", func() bool {
					status, _ := rig.Get(t, s.Public+clinician).Answer(t).Of("providerDirect")
					return status == "stale"
				})
				took, failed := rig.Crowd(t, s.Public+clinician, figure.Form(5000, 1000), 8)
				if len(failed) > 0 {
					t.Errorf("%d of %d failed, the first with %d %s", len(failed), len(took), failed[0].Status, failed[0].Body)
				}
				f.Time("p99 of warm searches", took.At(0.99), 60*time.Millisecond, 0.99)
				s.upstream.Heal()
				f.Time("whole again", s.fresh(t, clinician), recovery, 1)
			})
		})
	}
}

// docs/faults.md row 1 beyond stale: only who finds out waits.
func TestBeyondStaleOnlyTheFirstWaitsForASourceThatHangs(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		s := newScene(t, lifetimesOf(giveUp, 300*time.Millisecond, 300*time.Millisecond, oldAge()), "products: {default: {budget: 400ms}}")
		s.settle(t, clinician)
		s.upstream.Break(evil.Hang, evil.ProviderDirect)
		rig.Until(t, "an old copy because the source fails", func() bool {
			_, reason := rig.Get(t, s.Public+clinician).Answer(t).Of("providerDirect")
			return reason != ""
		})
		took, failed := rig.Crowd(t, s.Public+clinician, figure.Form(2000, 400), 4)
		if len(failed) > 0 {
			t.Errorf("%d failed, the first with %d %s", len(failed), failed[0].Status, failed[0].Body)
		}
		f.Time("p99 beyond stale", took.At(0.99), 60*time.Millisecond, 0.99)
		s.upstream.Heal()
		f.Time("whole again", s.fresh(t, clinician), recovery, 1)
	})
}
