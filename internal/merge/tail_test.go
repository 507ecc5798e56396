package merge_test

import (
	"testing"

	"timeslots/internal/timeslot"
	"timeslots/test/rig/figure"
)

// TestABalancedAnswerOfThousandsOfCalendarsIsShownToItsEnd: where a cursor can hold no more calendars, the rest follows
// in the order of time, and every slot is on exactly one page.
func TestABalancedAnswerOfThousandsOfCalendarsIsShownToItsEnd(t *testing.T) {
	figure.Long(t)
	in := input(query(func(q *timeslot.Query) { q.Point, q.Sort, q.Radius = &riverton, timeslot.Balanced, 100 }), campaign(2000, 20_000)...)
	in.DefaultWindow = 28
	total, shown := pageAfter(in, "", 1).Total, map[string]bool{}
	calendars := map[timeslot.Fingerprint]bool{}
	pages, longest := 0, 0
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		page := pageAfter(in, cursor, 500)
		for i := range page.Slots {
			id := page.Slots[i].PublicID()
			if shown[id] {
				t.Fatalf("page %d shows %s again", pages, id)
			}
			shown[id] = true
			calendars[page.Slots[i].Schedule.Fingerprint()] = true
		}
		cursor = page.NextCursor
		longest = max(longest, len(cursor))
	}
	t.Logf("%d slots of %d calendars on %d pages, cursors up to %d bytes", total, len(calendars), pages, longest)
	if len(shown) != total || len(calendars) < 3000 {
		t.Errorf("%d of %d slots shown, of %d calendars", len(shown), total, len(calendars))
	}
	if longest > 5500 {
		t.Errorf("a cursor of %d bytes", longest)
	}
}

// TestTheTailOfABalancedAnswerLosesNothingThatStays while other slots are taken underneath.
func TestTheTailOfABalancedAnswerLosesNothingThatStays(t *testing.T) {
	in := input(query(func(q *timeslot.Query) { q.Point, q.Sort, q.Radius = &riverton, timeslot.Balanced, 100 }), campaign(1500, 15_000)...)
	in.DefaultWindow = 28
	pages, shown := 0, map[string]bool{}
	goes := func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
		return s.VisitTypeID == "7201" && slot.Start%(60*60) == 0
	}
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		if in.Taken = nil; pages%2 == 1 {
			in.Taken = takenFunc(goes)
		}
		page := pageAfter(in, cursor, 500)
		for i := range page.Slots {
			if id := page.Slots[i].PublicID(); shown[id] {
				t.Fatalf("page %d shows %s again", pages, id)
			} else {
				shown[id] = true
			}
		}
		cursor = page.NextCursor
	}
	in.Taken = takenFunc(goes)
	if stay := pageAfter(in, "", 1).Total; len(shown) < stay {
		t.Errorf("%d shown, and %d were there all the time", len(shown), stay)
	}
}
