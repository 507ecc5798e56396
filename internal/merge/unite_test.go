package merge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestASlotOfThreeSurfacesAppearsOnceWithEveryHandle(t *testing.T) {
	retail := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName, s.ProviderID = "", "P-1" })
	old := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName, s.ProviderID = "", "P-77" })
	fresh := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeTitle, s.ForNewPatient = "Follow Up Visit", timeslot.No })
	area := with(followUp(ann), func(s *timeslot.Schedule) { s.Modality, s.VisitTypeTitle = timeslot.InClinic, "Follow-up" })

	o := one(t, merged(anything,
		answered(careOptions(30), 4, at(area, nine)),
		answered(v4(ann, "FollowUp"), 3, at(old, nine).ids("cHJvdmlkZXI=")),
		answered(careDirect("AcmeRiverton", "FollowUp"), 2, at(retail, nine).ids("cmV0YWls")),
		answered(v5(ann), 1, at(fresh, nine)),
	).Result)

	want := &timeslot.Offer{
		Schedule: &timeslot.Schedule{
			EHRInstance: main, DepartmentID: "1", NPI: ann, ProviderID: "P-1", VisitTypeID: "7203",
			VisitTypeName: "FollowUp", VisitTypeTitle: "Follow Up Visit", Modality: timeslot.InClinic,
			ForNewPatient: timeslot.No, Timezone: losAngeles,
		},
		Start: instant(nine).Unix(), Offset: -420, Duration: 30, Distance: -1,
		Sources:      timeslot.DexCare().SetOf(timeslot.CareDirect, timeslot.ProviderDirect, timeslot.CareOptions),
		RetailSlotID: "cmV0YWls", RetailProviderID: "P-1", ProviderSlotID: "cHJvdmlkZXI=",
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
}

type spelling struct{ id, name string }

type spellings map[timeslot.FragmentKey][]spelling

var (
	v5Lists, v4Lists       = v5(ann), v4(ann, "")
	optionsList, retailers = careOptions(30), careDirect("AcmeRiverton", "")
)

// visitTypesOfOneName has the ids that are shown, ascending.
var visitTypesOfOneName = map[string]struct {
	lists spellings
	want  []string
}{
	"one id, two names": {
		spellings{v5Lists: {{"7203", "FollowUp"}}, optionsList: {{"7203", "Follow-Up"}}}, []string{"7203", "7203"},
	},
	"one id, two names on one surface": {
		spellings{v5Lists: {{"7203", "FollowUp"}, {"7203", "NewPatient"}}}, []string{"7203", "7203"},
	},
	"an id alone, and one visit type that has it": {
		spellings{v5Lists: {{"7203", ""}}, optionsList: {{"7203", "FollowUp"}}}, []string{"7203"},
	},
	"an id alone, and two visit types that have it": {
		spellings{v5Lists: {{"7203", ""}}, optionsList: {{"7203", "FollowUp"}, {"7203", "NewPatient"}}}, []string{"7203", "7203", "7203"},
	},
	"an id alone that its own surface tells apart": {
		spellings{v5Lists: {{"7203", ""}, {"7203", "FollowUp"}}, optionsList: {{"7203", "FollowUp"}}}, []string{"7203", "7203"},
	},
	"two ids, one name in different case": {
		spellings{retailers: {{"guid", "FOLLOWUP"}}, v5Lists: {{"7203", "FollowUp"}}}, []string{"7203"},
	},
	"v4 and v5 spell ids each its own way": {
		spellings{v4Lists: {{"0-guid", "FollowUp"}}, v5Lists: {{"7203", "FollowUp"}}}, []string{"7203"},
	},
	"the id of Care Options rather than Care Direct's": {
		spellings{retailers: {{"0-guid", "FollowUp"}}, optionsList: {{"7203", "FollowUp"}}}, []string{"7203"},
	},
	"an id rather than none": {
		spellings{v5Lists: {{"", "FollowUp"}}, retailers: {{"guid", "FollowUp"}}}, []string{"guid"},
	},
	"two ids without a name": {
		spellings{retailers: {{"guid", ""}}, v5Lists: {{"7203", ""}}}, []string{"7203", "guid"},
	},
	"one name under two modalities": {
		spellings{optionsList: {{"7203", "FollowUp"}, {"7204", "FollowUp"}}}, []string{"7203", "7204"},
	},
	"the same two ids on two surfaces": {
		spellings{
			optionsList: {{"7203", "FollowUp"}, {"7204", "FollowUp"}}, v5Lists: {{"7203", "FollowUp"}, {"7204", "FollowUp"}},
		}, []string{"7203", "7204"},
	},
	"a third id that could be either": {
		spellings{
			optionsList: {{"7203", "FollowUp"}, {"7204", "FollowUp"}}, retailers: {{"guid", "FollowUp"}},
		}, []string{"7203", "7204", "guid"},
	},
	"two names of one id, and each with another id elsewhere": {
		spellings{
			v5Lists: {{"a", "FollowUp"}}, retailers: {{"a", "Return"}}, optionsList: {{"c", "FollowUp"}, {"d", "Return"}},
		}, []string{"a", "d"},
	},
}

// TestVisitTypesOfOneName: id and name decide; where ids differ, the name does, unless a surface tells the ids apart itself.
func TestVisitTypesOfOneName(t *testing.T) {
	for name, tt := range visitTypesOfOneName {
		t.Run(name, func(t *testing.T) {
			var fragments []*timeslot.Fragment
			for key, spelled := range tt.lists {
				var lists []list
				for _, sp := range spelled {
					lists = append(lists, at(with(followUp(ann), func(s *timeslot.Schedule) {
						s.VisitTypeID, s.VisitTypeName = sp.id, sp.name
					}), nine))
				}
				fragments = append(fragments, answered(key, 0, lists...))
			}
			var got []string
			for _, o := range merged(anything, fragments...).Result.Slots {
				got = append(got, o.Schedule.VisitTypeID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatMakesTwoSlots(t *testing.T) {
	for name, change := range map[string]func(*timeslot.Schedule){
		"another clinician":                         func(s *timeslot.Schedule) { s.NPI = bob },
		"the same department id in another EHR":     func(s *timeslot.Schedule) { s.EHRInstance = branch },
		"another department":                        func(s *timeslot.Schedule) { s.DepartmentID = "2" },
		"another visit type":                        func(s *timeslot.Schedule) { s.VisitTypeID, s.VisitTypeName = "7300", "New" },
		"ids that look alike when they are chained": func(s *timeslot.Schedule) { s.DepartmentID, s.NPI = "19", ann[1:] },
	} {
		t.Run(name, func(t *testing.T) {
			r := merged(anything, answered(v5(ann), 1, at(followUp(ann), nine)),
				answered(careOptions(30), 1, at(with(followUp(ann), change), nine))).Result
			if r.Total != 2 {
				t.Errorf("%d slots, want two", r.Total)
			}
		})
	}
}

func TestATakenSlotGoesUnderEverySpelling(t *testing.T) {
	byName := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeID = "guid" })
	for name, tt := range map[string]struct {
		spelled   timeslot.Schedule
		start     string
		wantTotal int
	}{
		"as the surface that lists it spells it":          {followUp(ann), nine, 1},
		"as the other surface that lists it spells it":    {byName, nine, 1},
		"as a surface would that lists only others of it": {followUp(ann), ten, 1},
		"another clinician's":                             {followUp(bob), nine, 2},
		"another time":                                    {followUp(ann), eleven, 2},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(anything,
				answered(careOptions(30), 1, at(followUp(ann), nine)),
				answered(careDirect("AcmeRiverton", "FollowUp"), 1, at(byName, nine, ten)))
			in.Taken = takenIdentity(tt.spelled.Identity(instant(tt.start).Unix()))
			if got := mergeOf(in).Total; got != tt.wantTotal {
				t.Errorf("%d slots, want %d", got, tt.wantTotal)
			}
		})
	}
}

// TestAgeAndBoundsAreTheWorstOfTheAnswersAboutSlots: an unknown clinician is an answer too, the directory is not.
func TestAgeAndBoundsAreTheWorstOfTheAnswersAboutSlots(t *testing.T) {
	young, old := answered(v5(ann), minutes(1), at(followUp(ann), nine)), answered(careOptions(30), minutes(3))
	unknown := answered(v5(bob), minutes(2))
	unknown.NotFound = true
	unknown.Bounds = timeslot.Policy{Negative: minutes(1)}.Bounds(unknown.FetchedAt, true)

	type bounds struct{ AsOf, Fresh, Stale string }
	clock := func(r *timeslot.Result) bounds {
		return bounds{r.AsOf.Format("15:04"), r.FreshUntil.Format("15:04"), r.StaleUntil.Format("15:04")}
	}
	for name, tt := range map[string]struct {
		fragments []*timeslot.Fragment
		want      bounds
	}{
		"one":               {[]*timeslot.Fragment{young, departments()}, bounds{"11:59", "12:00", "12:01"}},
		"the older":         {[]*timeslot.Fragment{young, old}, bounds{"11:57", "11:58", "11:59"}},
		"not found counts":  {[]*timeslot.Fragment{young, unknown}, bounds{"11:58", "11:59", "11:59"}},
		"nothing was asked": {[]*timeslot.Fragment{departments()}, bounds{"00:00", "00:00", "00:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, clock(merged(anything, tt.fragments...).Result)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
