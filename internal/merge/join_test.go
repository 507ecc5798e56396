package merge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// TestDepartmentsAreJoinedFieldByField: directory, then department information, Care Options, provider information.
func TestDepartmentsAreJoinedFieldByField(t *testing.T) {
	describe := func(op timeslot.Operation, ago int, d timeslot.Department) *timeslot.Fragment {
		f := answered(timeslot.FragmentKey{Operation: op, NPI: d.Name}, minutes(ago))
		d.EHRInstance, d.ID = main, "1"
		f.Departments = []timeslot.Department{d}
		return f
	}
	address := timeslot.Address{Line1: "100 Example Way", City: "Riverton"}
	r := merged(query(func(q *timeslot.Query) { q.Point, q.NPIs = &riverton, []string{ann} }),
		answered(v5(ann), 0, at(followUp(ann), nine)),
		describe(timeslot.OpProviderInfo, 0, timeslot.Department{Name: "by clinician", Phone: "206-555-0110", ClinicType: "Virtual", Address: timeslot.Address{Line2: "Suite 1"}}),
		describe(timeslot.OpAvailabilitySlots, 1, timeslot.Department{Name: "by area", ClinicType: "Retail", Address: address, Point: &riverton}),
		describe(timeslot.OpDepartmentInfo, 3, timeslot.Department{Name: "by itself", URLName: "older"}),
		describe(timeslot.OpDepartmentInfo, 2, timeslot.Department{Name: "by itself again", URLName: "AcmeRiverton"}),
		describe(timeslot.OpDepartments, 9, timeslot.Department{Name: "Acme Riverton", Timezone: losAngeles}),
	).Result
	want := map[string]*timeslot.DepartmentView{main + "|1": {Department: timeslot.Department{
		EHRInstance: main, ID: "1", Name: "Acme Riverton", Timezone: losAngeles, URLName: "AcmeRiverton",
		ClinicType: "Retail", Address: address, Point: &riverton, Phone: "206-555-0110",
	}}}
	if diff := cmp.Diff(want, r.Departments); diff != "" {
		t.Error(diff)
	}
}

func TestProvidersAreJoined(t *testing.T) {
	area := func(ago int, p timeslot.Provider) *timeslot.Fragment {
		f := answered(careOptions(uint8(30+ago)), minutes(ago))
		p.NPI = ann
		f.Providers = []timeslot.Provider{p}
		return f
	}
	offers := []timeslot.VisitType{{ID: "7203", Name: "FollowUp", Title: "Follow Up Visit"}}
	r := merged(anything,
		answered(v5(ann), 0, at(followUp(ann), nine)),
		answered(v5(cyd), 0, at(followUp(cyd), nine)),
		area(1, timeslot.Provider{Name: "A. Example", Specialties: []string{"Family Medicine"}}),
		area(2, timeslot.Provider{Name: "Ann", Gender: "female", Specialties: []string{"Outdated"}}),
		providerInfo(timeslot.Provider{NPI: ann, Name: "Ann Example", Gender: "f", VisitTypes: offers}),
		providerInfo(timeslot.Provider{NPI: bob, Name: "Bob Example"}),
	).Result
	want := map[string]*timeslot.Provider{ann: {
		NPI: ann, Name: "Ann Example", Gender: "female", Specialties: []string{"Family Medicine"}, VisitTypes: offers,
	}}
	if diff := cmp.Diff(want, r.Providers); diff != "" {
		t.Error("only clinicians of the page whom somebody describes:", diff)
	}
	if got := r.Slots[0].Schedule.VisitTypeTitle; got != "Follow Up Visit" {
		t.Errorf("title %q, want what she calls the visit", got)
	}
}

func TestTheDirectoryNamesVisitTypes(t *testing.T) {
	bare := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "" })
	r := merged(query(func(q *timeslot.Query) { q.VisitTypes = []string{"followup"} }),
		answered(careOptions(30), 0, at(bare, nine)),
		departments(timeslot.Department{EHRInstance: main, ID: "1", VisitTypes: []timeslot.VisitType{
			{ID: "7300", Name: "New"}, {ID: "7203", Name: "FollowUp", Title: "Follow Up Visit"},
		}})).Result
	if s := one(t, r).Schedule; s.VisitTypeName != "FollowUp" || s.VisitTypeTitle != "Follow Up Visit" {
		t.Errorf("named %q, titled %q", s.VisitTypeName, s.VisitTypeTitle)
	}
}

func TestOnlyWhatThePageShowsIsDescribed(t *testing.T) {
	r := merged(query(func(q *timeslot.Query) { q.Limit = 1 }), town()...).Result
	if len(r.Providers) != 1 || r.Providers[bob] == nil || len(r.Departments) != 1 || r.Departments[branch+"|2"] == nil {
		t.Errorf("providers %v, departments %v: want Bob at 2 alone", r.Providers, r.Departments)
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
