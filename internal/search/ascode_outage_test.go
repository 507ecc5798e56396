package search

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// Codes that share circles have no copies of their own. While Care Options fails the circles' do.
func TestAPostalCodeIsServedWithWhatOthersReadInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		before := map[string][]string{}
		for range 200 {
			for code := range r.codes {
				before[code] = r.seenFrom(t, e, code, 25)
			}
			pass(10 * time.Second) // half an hour: the codes' own answers are long gone
		}
		r.set(func() { r.down, r.takes = true, time.Second })
		for begun := time.Now(); time.Since(begun) < policy.StaleOnError-2*time.Second; pass(5 * time.Second) {
			for code := range r.codes {
				asked := time.Now()
				if diff := cmp.Diff(before[code], r.seenFrom(t, e, code, 25)); diff != "" {
					t.Fatalf("after %v, %s (-before +now):\n%s", time.Since(begun), code, diff)
				}
				if waited := time.Since(asked); waited > 2*time.Second {
					t.Errorf("after %v, %s: waited %v", time.Since(begun), code, waited)
				}
			}
		}
	})
}

// The same where the hour is over after which a code is asked for by itself again.
func TestAnOutageThatCrossesTheHourLeavesCodesServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		for range 350 { // 58 minutes
			for code := range r.codes {
				r.seenFrom(t, e, code, 25)
			}
			pass(10 * time.Second)
		}
		r.set(func() { r.down = true })
		for begun := time.Now(); time.Since(begun) < 5*time.Minute; pass(5 * time.Second) {
			if _, err := e.Search(t.Context(), byCode("98101", 25), Caller{}); err != nil {
				t.Fatalf("after %v of an outage: %v", time.Since(begun), err)
			}
		}
	})
}

// What is at hand is served, although later days, another visit type or a slow upstream leave a part of the answer out.
func TestAPartOfACodesAnswerThatCannotBeReadCostsThatPartAlone(t *testing.T) {
	for name, c := range map[string]struct {
		down  bool
		takes time.Duration
		more  func(*timeslot.Query)
	}{
		"later days":     {down: true, more: func(q *timeslot.Query) { q.EndDate += 50 }},
		"a visit type":   {down: true, more: func(q *timeslot.Query) { q.VisitTypes = append(q.VisitTypes, "Wellness") }},
		"a slow reading": {takes: 3 * time.Second, more: func(q *timeslot.Query) { q.EndDate += 50 }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, e := codedRegion(t)
				ask := func(change func(*timeslot.Query)) (*Answer, error) {
					q := timeslot.Query{PostalCode: "98101", Radius: 25, VisitTypes: []string{"Illness"}, EndDate: timeslot.DateOf(time.Now()) + 10}
					change(&q)
					return e.Search(t.Context(), queryOf(q), Caller{Budget: 2 * time.Second})
				}
				for range 200 {
					if _, err := ask(func(*timeslot.Query) {}); err != nil {
						t.Fatal(err)
					}
					pass(policy.Fresh / 2)
				}
				r.set(func() { r.down, r.takes = c.down, c.takes })
				if a, err := ask(c.more); err != nil || a.Total == 0 || a.Complete {
					t.Errorf("%+v, %v; want what is at hand, and that it is not all", a, err)
				}
			})
		})
	}
}

// Where there is nothing at hand, nobody waits for two failures.
func TestACodeWaitsForOneFailureAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.seenFrom(t, e, "98101", 25)
		pass(policy.Fresh + policy.Stale + policy.StaleOnError + time.Minute)
		r.set(func() { r.down, r.takes = true, time.Second; clear(r.reads) })
		asked := time.Now()
		if _, err := e.Search(t.Context(), byCode("98101", 25), Caller{}); err == nil || time.Since(asked) > time.Second || r.calls() > 1 {
			t.Errorf("%v after %v and %d calls", err, time.Since(asked), r.calls())
		}
	})
}

// While a failure is known, an older copy of the code's own is served at once.
func TestNobodyWaitsForACircleThatFailedAMomentAgo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.seenFrom(t, e, "98101", 25)
		pass(policy.Fresh + policy.Stale + time.Second)
		r.set(func() { r.down, r.takes = true, time.Second })
		for n := range 5 {
			asked := time.Now()
			a, err := e.Search(t.Context(), byCode("98101", 25), Caller{})
			if err != nil || a.Total == 0 || n > 0 && time.Since(asked) > 0 {
				t.Errorf("question %d: %v after %v", n, err, time.Since(asked))
			}
			pass(500 * time.Millisecond)
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
		if x, err := e.Explain(t.Context(), byCode("98102", 25)); err != nil || x.Result.Total != a.Total || a.Total == 0 {
			t.Errorf("%v: explained %d, answered %d", err, x.Result.Total, a.Total)
		}
	})
}

// late is a region whose answers name only clinics that have a slot in their days.
type late struct{ *region }

func (n *late) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	parts, err := n.region.FetchBlocks(ctx, key, through, call)
	for _, f := range parts {
		if key.Source() != timeslot.CareOptions {
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

// Where a clinic has to be left out behind the window, nobody is told that the next slot is a later one.
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
		if a, err := e.Search(t.Context(), byCode("98102", 25), Caller{}); err == nil && a.NextAvailable != nil && a.NextAvailable.Schedule.DepartmentID != "0" {
			t.Errorf("next at clinic %s, which is later than at the one that was left out", a.NextAvailable.Schedule.DepartmentID)
		}
	})
}
