package merge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// firstHours are the slots of a page, as "NPI hour".
func firstHours(r *timeslot.Result) map[string]bool {
	seen := map[string]bool{}
	for _, line := range clinicians(r) {
		seen[line] = true
	}
	return seen
}

// TestACalendarThatIsAwayForOnePageIsShownOnceItIsBack, and nothing of it twice.
func TestACalendarThatIsAwayForOnePageIsShownOnceItIsBack(t *testing.T) {
	here := riverton
	ask := query(func(q *timeslot.Query) { q.Point, q.Sort, q.NPIs = &here, timeslot.Balanced, []string{ann, bob, cyd} })
	all := region() // Ann, Bob, Cyd, the directory
	in := input(ask, all...)
	want := firstHours(pageAfter(in, "", 500))
	first := pageAfter(in, "", 2) // two of Ann's, or of who ranks best
	shown := firstHours(first)
	in.Fragments = all[1:] // Ann's answer is not there for a moment
	second := pageAfter(in, first.NextCursor, 2)
	in.Fragments = all
	rest := pageAfter(in, second.NextCursor, 500)
	for _, page := range []*timeslot.Result{second, rest} {
		for line := range firstHours(page) {
			if shown[line] {
				t.Errorf("%s is on two pages", line)
			}
			shown[line] = true
		}
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("(-all +shown):\n%s", diff)
	}
}

// TestADepartmentThatMovesRepeatsNothing when the directory corrects its position between two pages: under balanced,
// which goes by calendars, nothing is skipped either.
func TestADepartmentThatMovesRepeatsNothing(t *testing.T) {
	here := riverton
	ask := query(func(q *timeslot.Query) { q.Point, q.Sort, q.NPIs = &here, timeslot.Balanced, []string{ann, bob, cyd} })
	in := input(ask, region()...)
	want := firstHours(pageAfter(in, "", 500))
	first := pageAfter(in, "", 3)
	shown := firstHours(first)
	near, far := riverton, tacoma
	in.Fragments = append(region()[:3:3], departments(
		timeslot.Department{EHRInstance: main, ID: "1", Point: &far}, timeslot.Department{EHRInstance: main, ID: "2", Point: &near}))
	for line := range firstHours(pageAfter(in, first.NextCursor, 500)) {
		if shown[line] {
			t.Errorf("%s is on two pages", line)
		}
		shown[line] = true
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("(-all +shown):\n%s", diff)
	}
}
