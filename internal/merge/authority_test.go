package merge_test

import (
	"slices"
	"testing"
	"time"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"

	"github.com/google/go-cmp/cmp"
)

func input(q *timeslot.Query, fragments ...*timeslot.Fragment) merge.Input {
	return merge.Input{Query: q, Now: noon, DefaultWindow: 14, Fragments: fragments}
}

func mergeOf(in merge.Input) *timeslot.Result { return merge.Merge(in).Result }

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// TestWhoMayEndASlot has an area search of two minutes ago that lists a slot, and a second answer that does not list it,
// but another one of the same calendar.
func TestWhoMayEndASlot(t *testing.T) {
	newVisit := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeID, s.VisitTypeName = "7300", "NewPatient" })
	sameID := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "NewPatient" })
	elsewhere := with(followUp(ann), func(s *timeslot.Schedule) { s.DepartmentID = "2" })
	speaking, later := at(followUp(ann), eleven), v5(ann)
	later.Block = 1
	covering := func(f *timeslot.Fragment, from, until string) *timeslot.Fragment {
		f.Covers = timeslot.Interval{From: instant(from), Until: instant(until)}
		return f
	}
	riverton := departments(timeslot.Department{EHRInstance: main, ID: "1", URLName: "AcmeRiverton"})
	unknown := answered(v5(ann), 0)
	unknown.NotFound = true
	damaged := answered(v5(ann), minutes(1), speaking)
	damaged.Dropped = 1
	all := func(fragments ...*timeslot.Fragment) []*timeslot.Fragment { return fragments }

	for name, tt := range map[string]struct {
		others []*timeslot.Fragment
		gone   bool
	}{
		"Provider Direct, fresher":                                     {all(answered(v5(ann), minutes(1), speaking)), true},
		"Provider Direct, fresher by a call":                           {all(answered(v5(ann), minutes(2)-5*time.Second, speaking)), false},
		"Provider Direct, equally old":                                 {all(answered(v5(ann), minutes(2), speaking)), false},
		"Provider Direct, older":                                       {all(answered(v5(ann), minutes(3), speaking)), false},
		"Provider Direct never spoke of anything":                      {all(answered(v5(ann), minutes(1))), false},
		"it speaks of another clinic only":                             {all(answered(v5(ann), minutes(1), at(elsewhere, eleven))), false},
		"it speaks of another visit type only":                         {all(answered(v5(ann), minutes(1), at(newVisit, eleven))), false},
		"of another visit type with the same id":                       {all(answered(v5(ann), minutes(1), at(sameID, eleven))), false},
		"it names the calendar, without a slot":                        {all(answered(v5(ann), minutes(1), at(followUp(ann)))), true},
		"another answer of it speaks of the calendar":                  {all(answered(v5(ann), minutes(1)), answered(later, minutes(9), speaking)), true},
		"only its other version speaks of it":                          {all(answered(v5(ann), minutes(1)), answered(v4(ann, "FollowUp"), minutes(9), speaking)), false},
		"something of it could not be read":                            {all(damaged), false},
		"Provider Direct, another clinician":                           {all(answered(v5(bob), minutes(1), at(followUp(bob), eleven))), false},
		"Provider Direct knows no such clinician":                      {all(unknown), false},
		"Provider Direct speaks for nothing":                           {all(covering(answered(v5(ann), 0, speaking), nine, nine)), false},
		"its window ends as the slot starts":                           {all(covering(answered(v5(ann), 0, speaking), "2026-10-06T00:00:00-07:00", nine)), false},
		"its window begins as the slot starts":                         {all(covering(answered(v5(ann), 0, speaking), nine, ten)), true},
		"v4, the same visit type":                                      {all(answered(v4(ann, "followup"), 0, speaking)), true},
		"v4, the same visit type, of which it has none, and never had": {all(answered(v4(ann, "followup"), 0)), false},
		"v4, another visit type":                                       {all(answered(v4(ann, "NewPatient"), 0, at(newVisit, eleven))), false},
		"v4, another visit type with the same id":                      {all(answered(v4(ann, "NewPatient"), 0, at(sameID, eleven)), answered(v4(ann, "FollowUp"), minutes(3), speaking)), false},
		"v4, asked for another, the same by the way":                   {all(answered(v4(ann, "NewPatient"), 0, speaking)), true},
		"v4, asked for no visit type":                                  {all(answered(v4(ann, ""), 0)), false},
		"Care Direct, the same visit type":                             {all(answered(careDirect("AcmeRiverton", "FollowUp"), 0, speaking)), true},
		"Care Direct never had her":                                    {all(answered(careDirect("AcmeRiverton", "FollowUp"), 0, at(followUp(bob), eleven))), false},
		"Care Direct, another visit type":                              {all(answered(careDirect("AcmeRiverton", "NewPatient"), 0, at(newVisit, eleven))), false},
		"Care Direct, another department":                              {all(answered(careDirect("AcmeTacoma", "FollowUp"), 0, at(elsewhere, eleven))), false},
		"Care Options":                                                 {all(withCovers(answered(careOptions(31), 0, speaking))), false},
	} {
		t.Run(name, func(t *testing.T) {
			r := merged(anything, append(tt.others, riverton, answered(careOptions(30), minutes(2), at(followUp(ann), nine)))...).Result
			offered := slices.ContainsFunc(r.Slots, func(o timeslot.Offer) bool { return localStart(&o) == nine })
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

// TestTheDirectorysNameOfAVisitTypeIsOneThatAnAnswerCanSpeakFor: v4 was asked for the name and lists the id alone.
func TestTheDirectorysNameOfAVisitTypeIsOneThatAnAnswerCanSpeakFor(t *testing.T) {
	bare := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "" })
	r := merged(anything, answered(careOptions(30), minutes(2), at(bare, nine)),
		departments(timeslot.Department{EHRInstance: main, ID: "1", VisitTypes: []timeslot.VisitType{{ID: "7203", Name: "Return"}}}),
		answered(v4(ann, "return"), minutes(1), at(bare, ten))).Result
	if diff := cmp.Diff([]string{ten}, starts(r)); diff != "" {
		t.Error(diff, "nine is offered, though the fresher answer about it has none")
	}
}
