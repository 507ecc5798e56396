package merge_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

func input(q *timeslot.Query, fragments ...*timeslot.Fragment) merge.Input {
	return merge.Input{Query: q, Now: noon, DefaultWindow: 14, Fragments: fragments}
}

func mergeOf(in merge.Input) *timeslot.Result { return merge.Merge(in).Result }

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// TestWhoMayEndASlot has an area search of two minutes ago that lists a slot, and a second answer that does not.
func TestWhoMayEndASlot(t *testing.T) {
	newVisit := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeID, s.VisitTypeName = "7300", "NewPatient" })
	sameID := with(followUp(bob), func(s *timeslot.Schedule) { s.VisitTypeName = "Return" })
	covering := func(f *timeslot.Fragment, from, until string) *timeslot.Fragment {
		f.Covers = timeslot.Interval{From: instant(from), Until: instant(until)}
		return f
	}
	riverton := departments(timeslot.Department{EHRInstance: main, ID: "1", URLName: "AcmeRiverton"})
	unknown := answered(v5(ann), 0)
	unknown.NotFound = true

	for name, tt := range map[string]struct {
		other *timeslot.Fragment
		gone  bool
	}{
		"Provider Direct, fresher":                  {answered(v5(ann), minutes(1)), true},
		"Provider Direct, equally old":              {answered(v5(ann), minutes(2)), false},
		"Provider Direct, older":                    {answered(v5(ann), minutes(3)), false},
		"Provider Direct, another clinician":        {answered(v5(bob), minutes(1)), false},
		"Provider Direct knows no such clinician":   {unknown, false},
		"Provider Direct speaks for nothing":        {covering(answered(v5(ann), 0), nine, nine), false},
		"its window ends as the slot starts":        {covering(answered(v5(ann), 0), "2026-10-06T00:00:00-07:00", nine), false},
		"its window begins as the slot starts":      {covering(answered(v5(ann), 0), nine, ten), true},
		"v4, the same visit type":                   {answered(v4(ann, "followup"), 0), true},
		"v4, another visit type":                    {answered(v4(ann, "NewPatient"), 0), false},
		"v4, another visit type, listed by the way": {answered(v4(ann, "NewPatient"), 0, at(newVisit, nine)), false},
		"v4, the same visit type by its id":         {answered(v4(ann, "Return"), 0, at(sameID, nine)), true},
		"v4, asked for no visit type":               {answered(v4(ann, ""), 0), false},
		"Care Direct, the same visit type":          {answered(careDirect("AcmeRiverton", "FollowUp"), 0), true},
		"Care Direct, another visit type":           {answered(careDirect("AcmeRiverton", "NewPatient"), 0), false},
		"Care Direct, another department":           {answered(careDirect("AcmeTacoma", "FollowUp"), 0), false},
		"Care Options":                              {withCovers(answered(careOptions(31), 0)), false},
	} {
		t.Run(name, func(t *testing.T) {
			r := merged(anything, riverton, answered(careOptions(30), minutes(2), at(followUp(ann), nine)), tt.other).Result
			offered := false
			for i := range r.Slots {
				offered = offered || r.Slots[i].Schedule.NPI == ann && r.Slots[i].Schedule.VisitTypeID == "7203"
			}
			if offered == tt.gone {
				t.Errorf("offered: %v, want %v", offered, !tt.gone)
			}
		})
	}
}

func withCovers(f *timeslot.Fragment) *timeslot.Fragment {
	f.Covers = always
	return f
}

// TestCareDirectsDepartmentIsKnownByItsOwnSlots: without a directory, a slug means the department of its schedules.
func TestCareDirectsDepartmentIsKnownByItsOwnSlots(t *testing.T) {
	r := merged(anything,
		answered(careOptions(30), minutes(2), at(followUp(ann), nine, ten)),
		answered(careDirect("AcmeRiverton", "FollowUp"), minutes(1), at(followUp(ann), ten))).Result
	if diff := cmp.Diff([]string{ten}, starts(r)); diff != "" {
		t.Error(diff)
	}
}

// TestAnyNameOfAVisitTypeIsOneThatAnAnswerCanSpeakFor, also the one that is not shown, or that only the directory has.
func TestAnyNameOfAVisitTypeIsOneThatAnAnswerCanSpeakFor(t *testing.T) {
	calling := func(name string) list {
		return at(with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = name }), nine)
	}
	for name, fragments := range map[string][]*timeslot.Fragment{
		"not shown": {answered(careOptions(30), minutes(3), calling("Return")), answered(careOptions(60), minutes(2), calling("FollowUp"))},
		"directory": {answered(careOptions(30), minutes(2), calling("")), departments(timeslot.Department{
			EHRInstance: main, ID: "1", VisitTypes: []timeslot.VisitType{{ID: "7203", Name: "Return"}},
		})},
	} {
		t.Run(name, func(t *testing.T) {
			if r := merged(anything, append(fragments, answered(v4(ann, "return"), minutes(1)))...).Result; r.Total != 0 {
				t.Errorf("%v offered, though the fresher answer about it has none", starts(r))
			}
		})
	}
}

func TestASlotThatCameBackIsOffered(t *testing.T) {
	r := merged(anything,
		answered(careOptions(30), minutes(1), at(followUp(ann), nine)),
		answered(v5(ann), minutes(2)),
		answered(careDirect("AcmeRiverton", "FollowUp"), minutes(3), at(followUp(ann), nine).ids("handle"))).Result
	if o := one(t, r); o.RetailSlotID != "handle" {
		t.Errorf("handle %q, want the one that Care Direct offered", o.RetailSlotID)
	}
}

// TestTheOtherSurfacesAnswerMaySurvive: v5 overrules what is older, while what is fresher than v5 stays.
func TestOnlyWhatIsOlderIsOverruled(t *testing.T) {
	r := merged(anything,
		answered(v5(ann), minutes(2), at(followUp(ann), ten)),
		answered(careOptions(30), minutes(1), at(followUp(ann), nine)),
		answered(careOptions(60), minutes(3), at(followUp(ann), "2026-10-06T11:00:00-07:00"))).Result
	if diff := cmp.Diff([]string{nine, ten}, starts(r)); diff != "" {
		t.Error(diff)
	}
}
