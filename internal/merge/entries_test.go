package merge_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// byEntries is the same question, asked for entries.
func byEntries(in merge.Input, by timeslot.By, per int) *timeslot.Result {
	q := *in.Query
	q.By, q.Per, q.Limit = by, per, 500
	in.Query = &q
	return mergeOf(in)
}

func subjectOf(by timeslot.By, o *timeslot.Offer) string {
	if by == timeslot.ByDepartment {
		return o.Schedule.DepartmentKey()
	}
	return o.Schedule.NPI
}

// TestEntriesSayWhatTheSlotsSay: whatever the fragments, entries are the slots of the other route counted and cut.
func TestEntriesSayWhatTheSlotsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		by := rapid.SampledFrom([]timeslot.By{timeslot.ByProvider, timeslot.ByDepartment}).Draw(t, "by")
		per := rapid.IntRange(1, 4).Draw(t, "per")
		whole := pageAfter(in, "", 500)
		soonest := *in.Query
		soonest.Sort = timeslot.Soonest
		inOrder := in
		inOrder.Query = &soonest

		var order []string
		for i := range whole.Slots {
			if s := subjectOf(by, &whole.Slots[i]); !slices.Contains(order, s) {
				order = append(order, s)
			}
		}
		next := map[string][]timeslot.Offer{}
		count := map[string]int{}
		for _, o := range pageAfter(inOrder, "", 500).Slots {
			s := subjectOf(by, &o)
			if count[s]++; count[s] <= per {
				next[s] = append(next[s], o)
			}
		}

		var got []string
		for _, e := range byEntries(in, by, per).Entries {
			s := e.NPI + e.Department
			got = append(got, s)
			days := 0
			for _, d := range e.Days {
				days += d.Count
			}
			if e.Status != timeslot.AvailabilityOpen || e.Count != count[s] || days != e.Count {
				t.Fatalf("%s: %s, %d slots, %d by days; want %d", s, e.Status, e.Count, days, count[s])
			}
			if !slices.IsSortedFunc(e.Days, func(a, b timeslot.DayCount) int { return int(a.Date - b.Date) }) {
				t.Fatalf("%s: days %v", s, e.Days)
			}
			if diff := cmp.Diff(next[s], e.Next, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Spread" || p.Last().String() == ".Total" }, cmp.Ignore())); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", s, diff)
			}
		}
		if diff := cmp.Diff(order, got); diff != "" {
			t.Fatalf("order (-want +got):\n%s", diff)
		}
	})
}

func TestADayIsCountedInTheZoneOfTheAnswer(t *testing.T) {
	evening := at(followUp(ann), "2026-10-06T22:00:00-07:00", "2026-10-06T23:30:00-07:00")
	q := query(func(q *timeslot.Query) { q.By, q.NPIs = timeslot.ByProvider, []string{ann} })
	for zone, want := range map[string][]timeslot.DayCount{
		"":                 {{Date: date("2026-10-06"), Count: 2}},
		"America/New_York": {{Date: date("2026-10-07"), Count: 2}},
		"America/Denver":   {{Date: date("2026-10-06"), Count: 1}, {Date: date("2026-10-07"), Count: 1}},
	} {
		here := *q
		here.Zone = zone
		if diff := cmp.Diff(want, merged(&here, answered(v5(ann), 0, evening)).Result.Entries[0].Days); diff != "" {
			t.Errorf("%q: %s", zone, diff)
		}
	}
}

func TestWhoWasAskedForAndHasNothingComesLast(t *testing.T) {
	near, far := riverton, tacoma
	in := input(query(func(q *timeslot.Query) { q.By, q.Point = timeslot.ByDepartment, &near }),
		departments(
			timeslot.Department{EHRInstance: main, ID: "1", Name: "One", Point: &near},
			timeslot.Department{EHRInstance: main, ID: "2", Name: "Two", Point: &far},
			timeslot.Department{EHRInstance: main, ID: "3", Name: "Three", Point: &near}),
		answered(v5(ann), 0, at(with(followUp(ann), func(s *timeslot.Schedule) { s.DepartmentID = "2" }), ten)))
	for _, id := range []string{"1", "2", "3"} {
		in.Asked = append(in.Asked, timeslot.Entry{Department: timeslot.DepartmentKey(main, id), Status: timeslot.AvailabilityNone})
	}
	in.Asked[0].Status = timeslot.AvailabilityUnknown
	r := mergeOf(in)
	var got []string
	for _, e := range r.Entries {
		got = append(got, r.Departments[e.Department].Name+" "+string(e.Status))
	}
	if diff := cmp.Diff([]string{"Two open", "Three none", "One unknown"}, got); diff != "" {
		t.Error(diff)
	}
}
