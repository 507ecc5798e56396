package merge_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// What an older answer lists of a clinic that a fresher one holds as well is gone, for the days that the fresher one was
// asked for. Everything else of the older one counts.
func TestOfOverlappingAreasTheFreshestCountsForEachClinic(t *testing.T) {
	const monday, tuesday = "2026-10-05T15:00:00-07:00", "2026-10-06T15:00:00-07:00"
	directory := departments(
		timeslot.Department{EHRInstance: main, ID: "1", Point: &riverton, Timezone: losAngeles},
		timeslot.Department{EHRInstance: main, ID: "2", Point: &tacoma, Timezone: losAngeles},
	)
	inTacoma := followUp(bob)
	inTacoma.DepartmentID = "2"
	for name, c := range map[string]struct {
		radius uint8 // of the fresher
		days   uint8 // of the fresher, from monday; 0: all
		change func(*timeslot.Fragment)
		want   []string
	}{
		"the fresher holds both":                {radius: 30},
		"the fresher holds one":                 {radius: 10, want: []string{bob, bob}},
		"the fresher was asked for monday":      {radius: 30, days: 1, want: []string{ann, bob}},
		"the fresher could not be read whole":   {radius: 30, change: func(f *timeslot.Fragment) { f.Dropped = 1 }, want: []string{ann, ann, bob, bob}},
		"the fresher found nobody":              {radius: 30, change: func(f *timeslot.Fragment) { f.NotFound = true }, want: []string{ann, ann, bob, bob}},
		"the fresher is for another visit type": {radius: 30, change: func(f *timeslot.Fragment) { f.Key.VisitType = "New" }, want: []string{ann, ann, bob, bob}},
	} {
		t.Run(name, func(t *testing.T) {
			older := answered(careOptions(60), minutes(1), at(followUp(ann), monday, tuesday), at(inTacoma, monday, tuesday))
			key := careOptions(c.radius)
			key.Span = timeslot.SpanOf(timeslot.DateOf(noon), c.days)
			fresher := answered(key, 0)
			if c.change != nil {
				c.change(fresher)
			}
			q := query(func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 40 })
			out := merged(q, directory, older, fresher)
			var got []string
			for _, s := range out.Result.Slots {
				got = append(got, s.Schedule.NPI)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if out.PerFragment[1] != len(c.want) {
				t.Errorf("%d slots of the older answer are counted, want %d", out.PerFragment[1], len(c.want))
			}
		})
	}
}

// Upstream was asked for a larger circle than the caller's: what lies outside of his own is nobody's, and is not counted.
func TestWhatAnAreaListsOutsideOfTheCallersCircleDoesNotCount(t *testing.T) {
	directory := departments(
		timeslot.Department{EHRInstance: main, ID: "1", Point: &riverton, Timezone: losAngeles},
		timeslot.Department{EHRInstance: main, ID: "2", Point: &tacoma, Timezone: losAngeles},
	)
	inTacoma := followUp(ann)
	inTacoma.DepartmentID, inTacoma.VisitTypeTitle = "2", "As Care Options calls it"
	area := answered(careOptions(60), 0, at(followUp(ann), nine), at(inTacoma, nine))
	known := inTacoma
	known.VisitTypeTitle = ""
	calendar := answered(v5(ann), time.Minute, at(known, nine))
	for name, change := range map[string]func(*timeslot.Query){
		"near":           func(*timeslot.Query) {},
		"of a clinician": func(q *timeslot.Query) { q.NPIs = []string{ann} },
	} {
		t.Run(name, func(t *testing.T) {
			out := merged(query(func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 20; change(q) }), directory, area, calendar)
			if out.PerFragment[1] != 1 {
				t.Errorf("%d slots of the area are counted, want the one in the circle", out.PerFragment[1])
			}
			for _, s := range out.Result.Slots {
				if s.Schedule.DepartmentID == "2" && s.Schedule.VisitTypeTitle != "" {
					t.Errorf("what Care Options says of a place outside of the circle shows: %+v", s.Schedule)
				}
			}
		})
	}
}
