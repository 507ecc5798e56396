package merge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// region has Ann near and late, Bob far and early, Cyd somewhere unknown and earliest.
func region() []*timeslot.Fragment {
	there := with(followUp(bob), func(s *timeslot.Schedule) { s.DepartmentID = "2" })
	unknown := with(followUp(cyd), func(s *timeslot.Schedule) { s.DepartmentID, s.Bookable = "3", timeslot.No })
	return []*timeslot.Fragment{
		answered(v5(ann), 0, at(followUp(ann), ten, "2026-10-06T10:30:00-07:00")),
		answered(v4(bob, "FollowUp"), 0, at(there, nine, ten).ids("one", "two")),
		answered(v5(cyd), 0, at(unknown, "2026-10-06T08:00:00-07:00", nine)),
		departments(timeslot.Department{EHRInstance: main, ID: "1", Point: &riverton},
			timeslot.Department{EHRInstance: main, ID: "2", Point: &tacoma}),
	}
}

func TestRankings(t *testing.T) {
	for profile, want := range map[timeslot.Ranking][]string{
		timeslot.Soonest:  {cyd + " 08:00", bob + " 09:00", cyd + " 09:00", ann + " 10:00", bob + " 10:00", ann + " 10:30"},
		"":                {cyd + " 08:00", bob + " 09:00", cyd + " 09:00", ann + " 10:00", bob + " 10:00", ann + " 10:30"},
		timeslot.Nearest:  {ann + " 10:00", ann + " 10:30", bob + " 09:00", bob + " 10:00", cyd + " 08:00", cyd + " 09:00"},
		timeslot.Balanced: {ann + " 10:00", ann + " 10:30", bob + " 09:00", bob + " 10:00", cyd + " 08:00", cyd + " 09:00"},
	} {
		t.Run(string(profile), func(t *testing.T) {
			q := query(func(q *timeslot.Query) { q.Point, q.Sort, q.NPIs = &riverton, profile, []string{ann, bob, cyd} })
			if diff := cmp.Diff(want, clinicians(merged(q, region()...).Result)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestACalendarIsShownInTheOrderOfTime: the third slot alone can be booked here, and would overtake the second.
func TestACalendarIsShownInTheOrderOfTime(t *testing.T) {
	r := merged(query(func(q *timeslot.Query) { q.Sort, q.Explain = timeslot.Balanced, true }),
		answered(v4(ann, "FollowUp"), 0, at(followUp(ann), nine, "2026-10-06T09:05:00-07:00", "2026-10-06T09:10:00-07:00").ids("", "", "three"))).Result
	if diff := cmp.Diff([]string{ann + " 09:00", ann + " 09:05", ann + " 09:10"}, clinicians(r)); diff != "" {
		t.Error(diff)
	}
	if r.Slots[2].Score.Total <= r.Slots[1].Score.Total {
		t.Error("the third slot scores no better than the second: the story shows nothing")
	}
}

func TestPages(t *testing.T) {
	var many []string
	for day := range 12 {
		for hour := 8; hour < 18; hour++ {
			many = append(many, instant("2026-10-06T00:00:00-07:00").AddDate(0, 0, day).Add(minutes(60*hour)).Format("2006-01-02T15:04:05Z07:00"))
		}
	}
	f := answered(v5(ann), 0, at(followUp(ann), many...))
	for limit, want := range map[int]int{0: 100, 1: 1, 7: 7, 120: 120, 500: 120} {
		r := merged(query(func(q *timeslot.Query) { q.Limit = limit }), f).Result
		if len(r.Slots) != want || r.Total != 120 {
			t.Errorf("limit %d: %d slots of %d, want %d of 120", limit, len(r.Slots), r.Total, want)
		}
		if r.FirstStart != instant(many[0]).Unix() {
			t.Errorf("limit %d: first start %d", limit, r.FirstStart)
		}
	}
}
