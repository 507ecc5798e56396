package merge_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
)

// calendar is one clinician at one department for one visit type, as upstream has it at one moment.
type calendar struct {
	schedule timeslot.Schedule
	starts   []time.Time
	carriers map[timeslot.Operation]bool // the surfaces that speak of it: retail clinicians are not in Provider Direct
	v4       bool
}

var slugs = map[string]string{"1": "AcmeRiverton", "2": "AcmeTacoma"}

// drawCalendars gives what upstream has. Visit types share an EMR id now and then.
func drawCalendars(t *rapid.T) (calendars []calendar) {
	for _, npi := range []string{ann, bob} {
		for _, department := range slices.Sorted(maps.Keys(slugs)) {
			for _, visit := range []timeslot.VisitType{{ID: "7203", Name: "FollowUp"}, {ID: "7203", Name: "NewPatient"}, {ID: "7300", Name: "FluShot"}} {
				c := calendar{schedule: with(followUp(npi), func(s *timeslot.Schedule) {
					s.DepartmentID, s.VisitTypeID, s.VisitTypeName = department, visit.ID, visit.Name
				}), carriers: map[timeslot.Operation]bool{}, v4: rapid.Bool().Draw(t, "v4")}
				for _, op := range []timeslot.Operation{timeslot.OpProviderTimeslots, timeslot.OpDepartmentTimeslots, timeslot.OpAvailabilitySlots} {
					c.carriers[op] = rapid.Bool().Draw(t, "carried")
				}
				for _, hour := range rapid.SliceOfNDistinct(rapid.IntRange(1, 400), 0, 3, rapid.ID).Draw(t, "hours") {
					c.starts = append(c.starts, noon.Add(time.Duration(hour)*time.Hour))
				}
				calendars = append(calendars, c)
			}
		}
	}
	return calendars
}

// answerTo is upstream's answer to key: of the calendars that the surface speaks of, all slots inside the time that it
// was asked for.
func answerTo(key timeslot.FragmentKey, calendars []calendar) *timeslot.Fragment {
	var lists []list
	covers := timeslot.Interval{From: noon, Until: noon.AddDate(0, 0, 30)}
	if key.Operation == timeslot.OpDepartmentTimeslots {
		covers.Until = noon.AddDate(0, 0, 2)
	}
	if key.Block > 0 {
		covers = timeslot.Interval{From: noon.AddDate(0, 0, 7), Until: noon.AddDate(0, 0, 14)}
	}
	for _, c := range calendars {
		s := c.schedule
		switch {
		case !c.carriers[key.Operation], key.NPI != "" && key.NPI != s.NPI, key.Department != "" && key.Department != slugs[s.DepartmentID],
			key.VisitType != "" && key.VisitType != s.VisitTypeName, key.Version == 4 && !c.v4:
			continue
		}
		l := list{Schedule: s}
		for _, start := range c.starts {
			if covers.Contains(start.Unix()) {
				l.slots = append(l.slots, slot(start.Unix(), -420, 30))
			}
		}
		if len(l.slots) > 0 { // a calendar without slots is left out
			lists = append(lists, l)
		}
	}
	f := answered(key, 0, lists...)
	f.Covers = covers
	if key.Operation == timeslot.OpAvailabilitySlots {
		f.Covers = timeslot.Interval{}
	}
	return f
}

// TestTheSameUpstreamGivesTheSameAnswer whichever call began when, and in whatever order the answers arrived: a slot that
// some surface lists is offered, as long as no surface that speaks of its calendar leaves it out.
func TestTheSameUpstreamGivesTheSameAnswer(t *testing.T) {
	next := v5(ann)
	next.Block = 1
	keys := []timeslot.FragmentKey{
		v5(ann), next, v5(bob), v4(ann, "FollowUp"), v4(ann, "NewPatient"), v4(bob, "FluShot"), careOptions(30),
		careDirect("AcmeRiverton", "FollowUp"), careDirect("AcmeRiverton", "NewPatient"), careDirect("AcmeRiverton", "FluShot"), careDirect("AcmeTacoma", "FluShot"),
	}
	clinics := departments(timeslot.Department{EHRInstance: main, ID: "1", URLName: slugs["1"]}, timeslot.Department{EHRInstance: main, ID: "2", URLName: slugs["2"]})
	rapid.Check(t, func(t *rapid.T) {
		calendars := drawCalendars(t)
		want := map[string]bool{}
		asked := rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, len(keys), func(k timeslot.FragmentKey) string { return k.String() }).Draw(t, "asked")
		q := query(func(q *timeslot.Query) {
			q.Limit, q.NPIs = 500, rapid.SampledFrom([][]string{nil, {ann}}).Draw(t, "npi")
		})
		ages := rapid.SliceOfN(rapid.IntRange(0, 60_000), len(asked), len(asked))
		fragments := func(name string) []*timeslot.Fragment {
			var fragments []*timeslot.Fragment
			for i, age := range ages.Draw(t, name) {
				f := answerTo(asked[i], calendars)
				f.FetchedAt = noon.Add(-time.Duration(age) * time.Millisecond)
				fragments = append(fragments, f)
			}
			return rapid.Permutation(append(fragments, clinics)).Draw(t, "arrival")
		}
		in := input(q, fragments("ages")...)
		in.DefaultWindow = 30
		for _, f := range in.Fragments {
			for i := range f.Slots {
				s := *f.ScheduleOf(&f.Slots[i])
				if o := (timeslot.Offer{Schedule: &s, Start: f.Slots[i].Start}); len(q.NPIs) == 0 || slices.Contains(q.NPIs, s.NPI) {
					want[o.PublicID()] = true
				}
			}
		}
		if diff := gocmp.Diff(want, identities(mergeOf(in))); diff != "" {
			t.Fatalf("(-listed +offered):\n%s", diff)
		}
		in.Fragments = fragments("other ages")
		if diff := gocmp.Diff(want, identities(mergeOf(in))); diff != "" {
			t.Fatalf("(-listed +offered at other times):\n%s", diff)
		}
	})
}
