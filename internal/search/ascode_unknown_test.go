package search

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// A clinic that had no slot while the codes were asked for has some now. Nobody knows how far it is from a code until that is
// asked for by itself; where it cannot be, the clinic is left out, and the answer does not say that it is complete.
func TestAClinicOfUnknownDistanceHasTheCodeAskedForByItself(t *testing.T) {
	for name, down := range map[string]bool{"upstream answers": false, "upstream fails": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, e := codedRegion(t)
				r.set(func() { r.full[3] = true })
				for range 200 {
					for code := range r.codes {
						r.seenFrom(t, e, code, 25)
					}
					pass(10 * time.Second) // half an hour: the codes' own answers are long gone
				}
				r.set(func() { r.full[3] = false })
				for range 2 { // somebody's position has the circle read anew
					pass(policy.Fresh)
					e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 20, VisitTypes: []string{"Illness"}}), Caller{})
					synctest.Wait()
				}
				calls := r.calls()
				r.set(func() { r.down = down })
				if down {
					pass(policy.Fresh + policy.Stale)
				}
				a, err := e.search(t.Context(), byCode("98102", 25), Caller{})
				if err != nil {
					t.Fatal(err)
				}
				listed := slices.ContainsFunc(a.Slots, func(s timeslot.Offer) bool { return s.Schedule.DepartmentID == "3" })
				if listed == down || a.Complete == down || !down && r.calls() != calls+1 {
					t.Errorf("listed %t, complete %t, %d calls for it", listed, a.Complete, r.calls()-calls)
				}
				if a.Total == 0 {
					t.Error("nothing is left")
				}
			})
		})
	}
}

// opensWhileFresh has two codes live on circles while a clinic is full; then it opens, and the circle is read anew.
func opensWhileFresh(t *testing.T, r *region, e *Engine, clinic int) {
	t.Helper()
	r.set(func() { r.full[clinic] = true })
	e.ask(t, 200, 10*time.Second, "98101", "98102")
	r.set(func() { r.full[clinic] = false })
	for range 2 {
		pass(policy.Fresh)
		e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 20, VisitTypes: []string{"Illness"}}), Caller{})
		synctest.Wait()
	}
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
		a := e.mustSearch(t, byCode("98102", 25), Caller{})
		if !slices.ContainsFunc(a.Slots, func(s timeslot.Offer) bool { return s.Schedule.DepartmentID == "3" }) || !a.Complete {
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
		opensWhileFresh(t, r, e, 3)
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
		opensWhileFresh(t, r, e, 3)
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
		for range 12 {
			pass(policy.Fresh / 2)
			e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 40, VisitTypes: []string{"Illness"}}), Caller{})
			synctest.Wait()
		}
		e.Explain(t.Context(), e.prepared(t, byCode("98102", 25)))
		r.set(func() { r.down = true })
		pass(policy.Fresh + policy.Stale)
		for begun := time.Now(); time.Since(begun) < policy.StaleOnError-2*time.Minute; pass(5 * time.Second) {
			if _, err := e.search(t.Context(), byCode("98102", 25), Caller{}); err != nil {
				t.Fatalf("after %v: %v", time.Since(begun), err)
			}
		}
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
		for range 2 { // somebody's position has the circle read anew
			pass(policy.Fresh)
			e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 20, VisitTypes: []string{"Illness"}}), Caller{})
			synctest.Wait()
		}
		r.set(func() { r.down = true })
		a := e.mustSearch(t, byCode("98102", 25), Caller{})
		if slices.ContainsFunc(a.Slots, func(s timeslot.Offer) bool { return s.Schedule.DepartmentID == "3" }) || a.Complete || a.Total == 0 {
			t.Errorf("%d slots, complete %t; want those of the others", a.Total, a.Complete)
		}
	})
}

// unknownInOutage is an outage in which circles list a clinic that no answer for a code has named.
func unknownInOutage(t *testing.T, r *region, e *Engine, clinic int) {
	t.Helper()
	r.set(func() { r.full[clinic] = true })
	for range 200 {
		for code := range r.codes {
			e.mustSearch(t, byCode(code, 25), Caller{})
		}
		pass(10 * time.Second)
	}
	r.set(func() { r.full[clinic] = false })
	for range 12 { // somebody's position has the circle read anew
		pass(policy.Fresh / 2)
		e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 20, VisitTypes: []string{"Illness"}}), Caller{})
		synctest.Wait()
	}
	r.set(func() { r.down = true })
	pass(policy.Fresh + policy.Stale)
}

// Explaining finds what searching finds, in an outage, too.
func TestExplainingACodeInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		unknownInOutage(t, r, e, 3)
		a := e.mustSearch(t, byCode("98102", 25), Caller{})
		if x := e.Explain(t.Context(), e.prepared(t, byCode("98102", 25))); x.Result.Total != a.Total || a.Total == 0 {
			t.Errorf("explained %d, answered %d", x.Result.Total, a.Total)
		}
	})
}

// late is a region whose answers name only clinics that have a slot in their days.
type late struct{ *region }

func (n *late) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	parts, err := n.region.FetchBlocks(ctx, key, through, call)
	for _, f := range parts {
		if sourceOf(key) != timeslot.CareOptions {
			continue
		}
		open := map[string]bool{}
		for i := range f.Slots {
			open[f.Schedules[f.Slots[i].Schedule].DepartmentID] = true
		}
		kept := f.Departments[:0:0]
		for _, d := range f.Departments {
			if open[d.ID] {
				kept = append(kept, d)
			} else {
				delete(f.Distances, d.Key())
			}
		}
		f.Departments = kept
	}
	return parts, err
}

// Where a clinic has to be left out after the window, nobody is told that the next slot is a later one.
func TestALookAheadThatLeavesAClinicOutSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := codedRegion(t)
		r.opens = time.Now().AddDate(0, 0, 40)
		e := newEngine(t, r.desk, func(o *Options) {
			o.Fetcher = &late{r}
			o.Sources[timeslot.CareDirect] = SourceOptions{}
			o.Limits.AreaSlack = 0.25
		})
		r.full[5], r.full[10], r.full[15] = true, true, true // that open as early
		unknownInOutage(t, r, e, 0)
		if a, err := e.search(t.Context(), byCode("98102", 25), Caller{}); err == nil && a.NextAvailable != nil && a.NextAvailable.Schedule.DepartmentID != "0" {
			t.Errorf("next at clinic %s, which is later than at the one that was left out", a.NextAvailable.Schedule.DepartmentID)
		}
	})
}

// The same where that clinic's first slot lies in the days that were read with the window.
func TestALookAheadFromAWindowThatLeftAClinicOut(t *testing.T) {
	for _, days := range []int{16, 20} {
		t.Run(fmt.Sprint(days), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, e := codedRegion(t)
				r.opens = time.Now().AddDate(0, 0, days)
				r.full[5], r.full[10], r.full[15] = true, true, true // that open as early
				unknownInOutage(t, r, e, 0)
				if a, err := e.search(t.Context(), byCode("98102", 25), Caller{}); err == nil && a.NextAvailable != nil && a.NextAvailable.Schedule.DepartmentID != "0" {
					t.Errorf("next at clinic %s, which is later than at the one that was left out", a.NextAvailable.Schedule.DepartmentID)
				}
			})
		})
	}
}
