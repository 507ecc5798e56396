package search

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// becomesKnown has codes live on circles while a clinic is full: no answer for a code names it. Then it opens, and somebody's
// position has the circle read anew.
func becomesKnown(t *testing.T, r *region, e *Engine, clinic int) {
	t.Helper()
	r.set(func() { r.full[clinic] = true })
	e.ask(t, 200, 10*time.Second, threeCodes...) // half an hour: the codes' own answers are long gone
	r.set(func() { r.full[clinic] = false })
	e.visitEach(t, 2, policy.Fresh, 20)
}

// ask asks for the codes again and again.
func (e *Engine) ask(t *testing.T, times int, every time.Duration, codes ...string) {
	t.Helper()
	for range times {
		for _, code := range codes {
			e.mustSearch(t, byCode(code, 25), Caller{})
		}
		pass(every)
	}
}

// visitEach has somebody ask from his position again and again.
func (e *Engine) visitEach(t *testing.T, times int, every time.Duration, radius int) {
	t.Helper()
	for range times {
		pass(every)
		e.mustSearch(t, nearby(seattle, radius), Caller{})
		synctest.Wait()
	}
}

func (a *Answer) lists(clinic string) bool {
	return slices.ContainsFunc(a.Slots, func(s timeslot.Offer) bool { return s.Schedule.DepartmentID == clinic })
}

// A clinic that had no slot while the codes were asked for has some now. Nobody knows how far it is from a code until that is
// asked for by itself; where it cannot be, the clinic is left out, and the answer does not say that it is complete.
func TestAClinicOfUnknownDistanceHasTheCodeAskedForByItself(t *testing.T) {
	for name, down := range map[string]bool{"upstream answers": false, "upstream fails": true} {
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			becomesKnown(t, r, e, 3)
			calls := r.calls()
			r.set(func() { r.down = down })
			if down {
				pass(policy.Fresh + policy.Stale)
			}
			a := e.mustSearch(t, byCode("98102", 25), Caller{})
			if a.Total == 0 || a.lists("3") == down || a.Complete == down || !down && r.calls() != calls+1 {
				t.Errorf("%d slots, listed %t, complete %t, %d calls for it", a.Total, a.lists("3"), a.Complete, r.calls()-calls)
			}
			// Explaining finds what searching finds.
			if x := e.Explain(t.Context(), e.prepared(t, byCode("98102", 25))); x.Result.Total != a.Total {
				t.Errorf("explained %d, answered %d", x.Result.Total, a.Total)
			}
		})
	}
}

// A copy of the code's own that was read before the clinic opened does not say how far it is: the code is read anew.
func TestAnOldCopyDoesNotAnswerForANewClinic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.set(func() { r.full[3] = true })
		e.ask(t, 1, policy.Fresh+time.Second, "98102")
		e.ask(t, 2, time.Second, "98102") // has a circle read in the background
		r.set(func() { r.full[3] = false })
		pass(policy.Fresh)
		e.ask(t, 1, time.Second, "98102") // has it refreshed
		if a := e.mustSearch(t, byCode("98102", 25), Caller{}); !a.lists("3") || !a.Complete {
			t.Errorf("%d slots, complete %t; want those of the new clinic, too", a.Total, a.Complete)
		}
		if e.codes.place("98102", time.Now()) == nil {
			t.Error("the code is asked for by itself from now on")
		}
	})
}

// An answer that lacks a clinic since reading took too long does not claim to be settled, nor that nothing failed.
func TestAnAnswerThatLacksAClinicIsNotSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		becomesKnown(t, r, e, 3)
		r.set(func() { r.takes = time.Second })
		a, err := e.search(t.Context(), byCode("98102", 25), Caller{Budget: 500 * time.Millisecond})
		if err != nil || a.Complete || a.Settled || !slices.ContainsFunc(a.Reports, func(r timeslot.SourceReport) bool { return r.Reason != "" }) {
			t.Errorf("%v, complete %t, settled %t, %+v", err, a.Complete, a.Settled, a.Reports)
		}
	})
}

// While upstream fails, one caller finds that out every few seconds, as for circles.
func TestAnUnknownClinicDoesNotHaveEachCallerWaitForAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		becomesKnown(t, r, e, 3)
		r.set(func() { r.down, r.takes = true, time.Second })
		waits := 0
		for range 20 {
			asked := time.Now()
			e.mustSearch(t, byCode("98102", 25), Caller{})
			if time.Since(asked) > 0 {
				waits++
			}
			pass(time.Second)
		}
		if most := 1 + int(20*time.Second/outageMemory); waits > most {
			t.Errorf("%d of 20 callers waited, want %d at most", waits, most)
		}
	})
}

// In an outage, and when it is explained, nothing is learnt about the code: circles serve it as before once its copies are gone.
func TestACodeIsNotSpoiltByWhatWasNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.set(func() { r.full[3] = true })
		e.ask(t, 3, 10*time.Second, "98102")
		pass(4 * time.Minute)
		r.set(func() { r.full[3] = false })
		e.visitEach(t, 12, policy.Fresh/2, 40)
		e.Explain(t.Context(), e.prepared(t, byCode("98102", 25)))
		r.set(func() { r.down = true })
		pass(policy.Fresh + policy.Stale)
		e.ask(t, int((policy.StaleOnError-2*time.Minute)/(5*time.Second)), 5*time.Second, "98102")
	})
}

// In an outage a clinic that has moved is not shown as far away as it was.
func TestAClinicThatMovedIsLeftOutInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		before, after := destination(seattle, 1, 3), destination(seattle, 4, 12)
		r.set(func() { r.clinics[3].Point = &before })
		e.ask(t, 200, 10*time.Second, "98102")
		r.set(func() { r.clinics[3].Point = &after })
		e.visitEach(t, 2, policy.Fresh, 20)
		r.set(func() { r.down = true })
		if a := e.mustSearch(t, byCode("98102", 25), Caller{}); a.lists("3") || a.Complete || a.Total == 0 {
			t.Errorf("%d slots, complete %t; want those of the others", a.Total, a.Complete)
		}
	})
}

// openClinicsOnly has an answer name only clinics that have a slot in its days.
func openClinicsOnly(f *timeslot.Fragment) {
	open := map[string]bool{}
	for i := range f.Slots {
		open[f.Schedules[f.Slots[i].Schedule].DepartmentID] = true
	}
	f.Departments = slices.DeleteFunc(f.Departments, func(d timeslot.Department) bool {
		if !open[d.ID] {
			delete(f.Distances, d.Key())
		}
		return !open[d.ID]
	})
}

// Where a clinic has to be left out, nobody is told that the next slot is a later one.
func TestALookAheadThatLeavesAClinicOutSaysNothing(t *testing.T) {
	for name, c := range map[string]struct {
		days  int // until the clinic's first slot
		alter func(*timeslot.Fragment)
	}{
		"after the window": {40, openClinicsOnly}, "in the days that were read with it": {16, nil}, "later in these": {20, nil},
	} {
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			r.opens, r.alter = time.Now().AddDate(0, 0, c.days), c.alter
			r.full[5], r.full[10], r.full[15] = true, true, true // that open as early
			becomesKnown(t, r, e, 0)
			e.visitEach(t, 10, policy.Fresh/2, 20)
			r.set(func() { r.down = true })
			pass(policy.Fresh + policy.Stale)
			if a, err := e.search(t.Context(), byCode("98102", 25), Caller{}); err == nil && a.NextAvailable != nil && a.NextAvailable.Schedule.DepartmentID != "0" {
				t.Errorf("next at clinic %s, which is later than at the one that was left out", a.NextAvailable.Schedule.DepartmentID)
			}
		})
	}
}

// Where upstream never says how far a clinic is, its codes are asked for by themselves, and circles are not read for them, too.
func TestCodesWhoseAnswersDoNotHelpAreAskedForByThemselves(t *testing.T) {
	for name, c := range map[string]struct {
		away    float64
		without func(f *timeslot.Fragment, d *timeslot.Department)
	}{
		"no position": {31, func(_ *timeslot.Fragment, d *timeslot.Department) { d.Point = nil }},
		"no distance": {3, func(f *timeslot.Fragment, d *timeslot.Department) { delete(f.Distances, d.Key()) }},
	} {
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			at := destination(seattle, -1, c.away)
			r.clinics[3].Point = &at
			r.alter = func(f *timeslot.Fragment) {
				if i := slices.IndexFunc(f.Departments, func(d timeslot.Department) bool { return d.ID == "3" }); i >= 0 {
					c.without(f, &f.Departments[i])
				}
			}
			e.ask(t, 100, policy.Fresh/10, threeCodes...)
			r.set(func() { clear(r.reads) })
			e.ask(t, 100, policy.Fresh/10, threeCodes...)
			if codes, circles := r.readsByKind(); codes+circles > 33 {
				t.Errorf("%d reads of three codes and %d of circles in ten fresh times", codes, circles)
			}
		})
	}
}
