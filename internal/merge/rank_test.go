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

func TestTheFirstStartIsTheWholeAnswersEarliestAlsoWhenItIsOnTheNextPage(t *testing.T) {
	q := query(func(q *timeslot.Query) {
		q.Point, q.Sort, q.Limit, q.NPIs = &riverton, timeslot.Nearest, 4, []string{ann, bob, cyd}
	})
	if got := merged(q, region()...).Result.FirstStart; got != instant("2026-10-06T08:00:00-07:00").Unix() {
		t.Errorf("first start %v, want Cyd's at eight: it counts in the total", got)
	}
}

func TestTiesEndInTheIdentity(t *testing.T) {
	vary := func(change func(*timeslot.Schedule)) list { return at(with(followUp(bob), change), nine) }
	r := merged(anything, answered(careOptions(30), 0,
		vary(func(s *timeslot.Schedule) { s.VisitTypeID, s.VisitTypeName = "7300", "New" }),
		vary(func(s *timeslot.Schedule) { s.NPI = ann }),
		vary(func(s *timeslot.Schedule) { s.DepartmentID = "0" }),
		vary(func(s *timeslot.Schedule) { s.EHRInstance = branch }),
		vary(func(*timeslot.Schedule) {}),
	)).Result
	var got []string
	for i := range r.Slots {
		id := r.Slots[i].Identity()
		got = append(got, id.EHRInstance+" "+id.DepartmentID+" "+id.Clinician+" "+id.VisitTypeID)
	}
	want := []string{
		branch + " 1 " + bob + " 7203", main + " 0 " + bob + " 7203", main + " 1 " + ann + " 7203",
		main + " 1 " + bob + " 7203", main + " 1 " + bob + " 7300",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBalancedDoesNotFillThePageFromOneCalendar: Ann has every slot of the morning, Bob one in the afternoon.
func TestBalancedDoesNotFillThePageFromOneCalendar(t *testing.T) {
	morning := at(followUp(ann), nine, "2026-10-06T09:20:00-07:00", "2026-10-06T09:40:00-07:00", ten)
	q := query(func(q *timeslot.Query) { q.Sort, q.Limit = timeslot.Balanced, 2 })
	r := merged(q, answered(v5(ann), 0, morning), answered(v5(bob), 0, at(followUp(bob), "2026-10-06T15:00:00-07:00"))).Result
	if diff := cmp.Diff([]string{ann + " 09:00", bob + " 15:00"}, clinicians(r)); diff != "" {
		t.Error(diff)
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

func TestScoresAreExplained(t *testing.T) {
	scores := func(sort timeslot.Ranking, explain bool) map[string]*timeslot.Score {
		q := query(func(q *timeslot.Query) {
			q.Point, q.Sort, q.Explain, q.NPIs = &riverton, sort, explain, []string{ann, bob, cyd}
		})
		out := map[string]*timeslot.Score{}
		r := merged(q, region()...).Result
		for i, key := range clinicians(r) {
			out[key] = r.Slots[i].Score
		}
		return out
	}
	want := map[string]*timeslot.Score{
		ann + " 10:00": {Total: 0.856383, Wait: 0.765957, Distance: 1, Bookable: 0.5, Spread: 1},
		ann + " 10:30": {Total: 0.754762, Wait: 0.761905, Distance: 1, Bookable: 0.5, Spread: 0.5},
		bob + " 09:00": {Total: 0.694425, Wait: 0.774194, Distance: 0.28249, Bookable: 1, Spread: 1},
		bob + " 10:00": {Total: 0.59113, Wait: 0.765957, Distance: 0.28249, Bookable: 1, Spread: 0.5},
		cyd + " 08:00": {Total: 0.513044, Wait: 0.782609, Spread: 1},
		cyd + " 09:00": {Total: 0.409678, Wait: 0.774194, Spread: 0.5},
	}
	for _, profile := range []timeslot.Ranking{timeslot.Soonest, timeslot.Nearest, timeslot.Balanced} {
		if diff := cmp.Diff(want, scores(profile, true)); diff != "" {
			t.Errorf("%s: %s", profile, diff)
		}
		for key, s := range scores(profile, false) {
			if s != nil {
				t.Errorf("%s: %s has a score that nobody asked for", profile, key)
			}
		}
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
