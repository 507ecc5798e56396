package search

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			ask := func(change func(*timeslot.Query)) (*Answer, error) {
				q := timeslot.Query{PostalCode: "98101", Radius: 25, VisitTypes: []string{"Illness"}, EndDate: timeslot.DateOf(time.Now()) + 10}
				change(&q)
				return e.search(t.Context(), queryOf(q), Caller{Budget: 2 * time.Second})
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
		if _, err := e.search(t.Context(), byCode("98101", 25), Caller{}); err == nil || time.Since(asked) > time.Second || r.calls() > 1 {
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
			a, err := e.search(t.Context(), byCode("98101", 25), Caller{})
			if err != nil || a.Total == 0 || n > 0 && time.Since(asked) > 0 {
				t.Errorf("question %d: %v after %v", n, err, time.Since(asked))
			}
			pass(500 * time.Millisecond)
		}
	})
}

// A whole copy of the code's own goes before circles that leave gaps.
func TestAWholeCopyGoesBeforeCirclesWithGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		e.mustSearch(t, byCode("98101", 25), Caller{})
		e.mustSearch(t, nearby(seattle, 20), Caller{})
		pass(policy.Fresh + policy.Stale + time.Second)
		r.set(func() { r.down = true })
		for range 3 {
			if a, err := e.search(t.Context(), byCode("98101", 25), Caller{}); err != nil || !a.Complete {
				t.Errorf("%v, complete %t", err, a.Complete)
			}
			pass(time.Second)
		}
	})
}

// A code that was not asked for in a day is asked for again: in the background, and not by each of its callers.
func TestAnOldCodeIsCheckedNowAndThen(t *testing.T) {
	for name, c := range map[string]struct {
		refused bool
		most    int
	}{
		"upstream answers": {false, 1}, "upstream refuses the code": {true, 11},
	} {
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			r.opens = time.Now().Add(72 * time.Hour)
			e.mustSearch(t, byCode("98101", 25), Caller{})
			r.set(func() {
				r.refuses = func(key timeslot.FragmentKey) bool { return c.refused && key.Area.PostalCode != "" }
			})
			e.ask(t, 24*60-2, time.Minute, "98101")
			r.set(func() { clear(r.reads) })
			e.ask(t, 600, time.Second, "98101")
			if codes, _ := r.readsByKind(); codes < 1 || codes > c.most {
				t.Errorf("%d reads of the code in ten minutes, want %d at most", codes, c.most)
			}
		})
	}
}
