package merge_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// TestEveryDayOfAClockChangeHasItsOwnSlots: half hours from the day before until the day after, in zones that change,
// that do not, and that are a day ahead; counted by day as entries are, in the place's own zone and in the reader's.
func TestEveryDayOfAClockChangeHasItsOwnSlots(t *testing.T) {
	zones := []string{losAngeles, "America/New_York", "America/Phoenix", "Pacific/Auckland"}
	for _, day := range []string{"2026-11-01", "2027-03-14", "2027-11-07"} {
		for _, place := range zones {
			for _, reader := range append([]string{""}, zones...) {
				t.Run(fmt.Sprint(day, " ", place, " ", reader), func(t *testing.T) {
					f := hourly(place, day, day)
					zone, err := time.LoadLocation(reader)
					if reader == "" {
						zone, err = time.LoadLocation(place)
					}
					if err != nil {
						t.Fatal(err)
					}
					// By hand: which half hours of that day there are, and on which day each is for the reader.
					local, _ := time.LoadLocation(place)
					byHand := map[string]int{}
					var starts []int64
					for _, s := range f.Slots {
						if at := time.Unix(s.Start, 0); at.In(local).Format(time.DateOnly) == day {
							byHand[at.In(zone).Format(time.DateOnly)]++
							starts = append(starts, s.Start)
						}
					}
					q := query(func(q *timeslot.Query) {
						q.StartDate, q.EndDate, q.Zone, q.By, q.Per = date(day), date(day), reader, timeslot.ByProvider, timeslot.MaxPer
					})
					entry := merged(q, f).Result.Entries[0]
					got := map[string]int{}
					for _, d := range entry.Days {
						got[d.Date.String()] = d.Count
					}
					if diff := cmp.Diff(byHand, got); diff != "" {
						t.Errorf("days (-by hand +got):\n%s", diff)
					}
					q = query(func(q *timeslot.Query) { q.StartDate, q.EndDate, q.Zone, q.Limit = date(day), date(day), reader, 500 })
					var offered []int64
					for _, o := range merged(q, f).Result.Slots {
						offered = append(offered, o.Start)
						if _, want := time.Unix(o.Start, 0).In(local).Zone(); int(o.Offset)*60 != want {
							t.Errorf("%v has offset %d", time.Unix(o.Start, 0).In(local), o.Offset)
						}
					}
					if diff := cmp.Diff(starts, offered); diff != "" {
						t.Errorf("slots (-by hand +got):\n%s", diff)
					}
				})
			}
		}
	}
}

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
	first := pageAfter(in, "", 2) // two of Ann's, or of whoever ranks best
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
