package search

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// Around a postal code that nobody can place, who asks for less is served with what was read for more; the answer is what
// his own read would have been, and the report counts the slots of his own circle.
func TestWhoAsksForLessAroundAPostalCodeIsServedWithWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.desk = newDesk(directoryOf())
		r.alter = func(f *timeslot.Fragment) {
			for i := range f.Departments {
				f.Departments[i].Point = nil
			}
		}
		wide, narrow := r.seenFrom(t, r.engine(t), "98101", 25), r.seenFrom(t, r.engine(t), "98101", 6)
		if len(narrow) >= len(wide) || len(narrow) < 5 {
			t.Fatalf("%d slots within 25 miles, %d within 6", len(wide), len(narrow))
		}
		r.set(func() { clear(r.asked) })
		look := func() (calls int) {
			t.Helper()
			r.set(func() { clear(r.reads) })
			if diff := cmp.Diff([][]string{wide, narrow}, [][]string{r.seenFrom(t, e, "98101", 25), r.seenFrom(t, e, "98101", 6)}); diff != "" {
				t.Fatalf("(-own read +shared):\n%s", diff)
			}
			return r.calls()
		}
		first, later := look(), 0
		for range 3 * 20 { // both look again and again for three fresh times
			pass(policy.Fresh / 20)
			later += look()
		}
		if later > 3*first {
			t.Errorf("%d calls in three fresh times, %d at first; want no more each", later, first)
		}
		a := e.mustSearch(t, byCode("98101", 6), Caller{})
		for _, report := range a.Reports {
			if report.Source == timeslot.CareOptions && report.Slots != a.Total {
				t.Errorf("%d slots in the report of %d", report.Slots, a.Total)
			}
		}
		if len(r.areas()) != 1 || !r.areas()[timeslot.Area{PostalCode: "98101", Radius: 26}] {
			t.Errorf("asked for %v, want one area alone", r.areas())
		}
		pass(policy.Fresh + policy.Stale)
		r.set(func() { clear(r.asked) })
		e.mustSearch(t, byCode("98101", 6), Caller{})
		if len(r.areas()) != 1 || !r.areas()[timeslot.Area{PostalCode: "98101", Radius: 11}] {
			t.Errorf("asked for %v, want his own area, as nobody has asked for more lately", r.areas())
		}
	})
}
