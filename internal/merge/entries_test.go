package merge_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
		slots := map[string][]timeslot.Offer{}
		for _, o := range pageAfter(inOrder, "", 500).Slots {
			s := subjectOf(by, &o)
			slots[s] = append(slots[s], o)
		}

		var got []string
		for _, e := range byEntries(in, by, per).Entries {
			s := e.NPI + e.Department
			got = append(got, s)
			days, times := 0, 0
			for _, d := range e.Days {
				days, times = days+d.Count, times+d.Times()
			}
			if e.Status != timeslot.AvailabilityOpen || e.Count != len(slots[s]) || days != e.Count {
				t.Fatalf("%s: %s, %d slots, %d by days; want %d", s, e.Status, e.Count, days, len(slots[s]))
			}
			if len(e.Next) != min(per, times) || times > e.Count {
				t.Fatalf("%s: %d next ones and %d times of %d slots; %d were wanted", s, len(e.Next), times, e.Count, per)
			}
			if !slices.IsSortedFunc(e.Days, func(a, b timeslot.DayCount) int { return int(a.Date - b.Date) }) {
				t.Fatalf("%s: days %v", s, e.Days)
			}
			eachTimeOnce(t, slots[s], e.Next, times)
		}
		if diff := cmp.Diff(order, got); diff != "" {
			t.Fatalf("order (-want +got):\n%s", diff)
		}
	})
}

// eachTimeOnce wants next to be slots, of which the first of each time before the last one is there, and none twice.
func eachTimeOnce(t *rapid.T, slots, next []timeslot.Offer, times int) {
	notScore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Spread" || p.Last().String() == ".Total" }, cmp.Ignore())
	type atOnce struct {
		department, visitType string
		start                 int64
	}
	key := func(o *timeslot.Offer) atOnce {
		return atOnce{o.Schedule.DepartmentKey(), o.Schedule.VisitTypeID, o.Start}
	}
	listed := map[atOnce]bool{}
	for i := range next {
		listed[key(&next[i])] = true
		if !slices.ContainsFunc(slots, func(o timeslot.Offer) bool { return cmp.Equal(o, next[i], notScore) }) {
			t.Fatalf("%+v is none of the slots", next[i])
		}
		same := func(o timeslot.Offer) bool {
			return key(&o) == key(&next[i]) && o.Schedule.VisitTypeName == next[i].Schedule.VisitTypeName && o.Schedule.Modality == next[i].Schedule.Modality
		}
		if slices.ContainsFunc(next[:i], same) || i > 0 && next[i].Start < next[i-1].Start {
			t.Fatalf("next %+v: one time twice, or not in order", next)
		}
	}
	for i := range slots {
		before := len(next) == times || slots[i].Start < next[len(next)-1].Start
		if before && !listed[key(&slots[i])] {
			t.Fatalf("%+v is not among the next", slots[i])
		}
	}
}

// Two of a pool see people by video at nine; one of them is in the clinic at ten. Their times are of the kind that is
// shown, whatever else they offer.
func TestATimeIsOfTheKindThatItsSlotShows(t *testing.T) {
	by := func(person string, m timeslot.Modality) timeslot.Schedule {
		return with(followUp(ann), func(s *timeslot.Schedule) { s.Pool, s.ProviderID, s.Modality = true, person, m })
	}
	r := merged(query(func(q *timeslot.Query) { q.By, q.Per = timeslot.ByProvider, 2 }), answered(v5(ann), 0,
		at(by("P-1", timeslot.Video), nine), at(by("P-1", timeslot.InClinic), ten), at(by("P-2", timeslot.Video), nine))).Result
	if len(r.Entries) != 1 || len(r.Entries[0].Next) != 2 || r.Entries[0].Next[0].Start == r.Entries[0].Next[1].Start {
		t.Errorf("%+v", r.Entries)
	}
}

// TestSeveralCliniciansAtOnceAreOneTime: six nurses give shots at four starts.
func TestSeveralCliniciansAtOnceAreOneTime(t *testing.T) {
	starts := []string{"2026-10-07T09:00:00-07:00", "2026-10-07T09:20:00-07:00", "2026-10-07T09:40:00-07:00", "2026-10-07T10:00:00-07:00"}
	var lists []list
	for i := range 6 {
		lists = append(lists, at(with(followUp(fmt.Sprintf("900000000%d", i)), func(s *timeslot.Schedule) {
			s.Bookable = timeslot.Yes
			if i == 0 {
				s.Bookable, s.VisitTypeName = timeslot.No, "FOLLOWUP"
			}
		}), starts...))
	}
	lists = append(lists, at(with(followUp("9000000009"), func(s *timeslot.Schedule) { s.Modality = timeslot.Video }), starts[3]))
	q := query(func(q *timeslot.Query) { q.By, q.Per = timeslot.ByDepartment, 6 })
	e := merged(q, answered(careDirect("AcmeRiverton", "FollowUp"), 0, lists...)).Result.Entries[0]
	if diff := cmp.Diff([]timeslot.DayCount{{Date: date("2026-10-07"), Count: 25, Again: 20}}, e.Days); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, o := range e.Next {
		got = append(got, fmt.Sprint(time.Unix(o.Start, 0).UTC().Format("15:04"), o.Schedule.Modality))
		if o.Schedule.Bookable == timeslot.No {
			t.Errorf("%s is the one that nobody can book", o.Schedule.NPI)
		}
	}
	if diff := cmp.Diff([]string{"16:00", "16:20", "16:40", "17:00", "17:00VIDEO"}, got); diff != "" {
		t.Errorf("different times (-want +got):\n%s", diff)
	}
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
	in := input(query(func(q *timeslot.Query) { q.By, q.Point = timeslot.ByDepartment, &riverton }),
		departments(
			timeslot.Department{EHRInstance: main, ID: "1", Name: "One", Point: &riverton},
			timeslot.Department{EHRInstance: main, ID: "2", Name: "Two", Point: &tacoma},
			timeslot.Department{EHRInstance: main, ID: "3", Name: "Three", Point: &riverton}),
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
