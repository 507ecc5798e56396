package merge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// What an element of an answer says belongs to the slots of that element, whatever else shares its EMR id.

// oneID is two visit types of one EMR id: new patients at nine, established ones at ten.
func oneID() []list {
	return []list{
		at(with(followUp(ann), func(s *timeslot.Schedule) {
			s.VisitTypeName, s.Modality, s.ForNewPatient, s.ForEstablishedPatient = "NewPatient", timeslot.InClinic, timeslot.Yes, timeslot.No
		}), nine),
		at(with(followUp(ann), func(s *timeslot.Schedule) {
			s.Modality, s.ForNewPatient, s.ForEstablishedPatient, s.Bookable = timeslot.Video, timeslot.No, timeslot.Yes, timeslot.No
		}), ten),
	}
}

// oneName is one visit type in two elements that differ in all else.
func oneName() []list {
	lists := oneID()
	lists[0].VisitTypeName = "FollowUp"
	return lists
}

func filtered(change func(q *timeslot.Query), fragments ...*timeslot.Fragment) string {
	var words []string
	for _, start := range starts(merged(query(change), fragments...).Result) {
		words = append(words, start[11:16])
	}
	return strings.Join(words, " ")
}

func TestAFilterLooksAtTheElementOfASlot(t *testing.T) {
	filters := map[string]struct {
		change func(q *timeslot.Query)
		want   string
	}{
		"none":                 {nil, "09:00 10:00"},
		"new patients":         {func(q *timeslot.Query) { q.Patient = timeslot.NewPatient }, "09:00"},
		"established patients": {func(q *timeslot.Query) { q.Patient = timeslot.EstablishedPatient }, "10:00"},
		"in the clinic":        {func(q *timeslot.Query) { q.Modalities = []string{"inclinic"} }, "09:00"},
		"by video":             {func(q *timeslot.Query) { q.Modalities = []string{"video"} }, "10:00"},
		"by phone":             {func(q *timeslot.Query) { q.Modalities = []string{"phone"} }, ""},
	}
	for name, lists := range map[string]func() []list{"two names": oneID, "one name": oneName} {
		for filter, tt := range filters {
			for _, key := range []timeslot.FragmentKey{v5(ann), careOptions(30)} {
				if got := filtered(tt.change, answered(key, 0, lists()...)); got != tt.want {
					t.Errorf("%s of %s, %s: %q, want %q", name, key.Operation, filter, got, tt.want)
				}
			}
		}
	}
	named := map[string]string{"newpatient": "09:00", "FollowUp": "10:00"}
	for name, want := range named {
		if got := filtered(func(q *timeslot.Query) { q.VisitTypes = []string{name} }, answered(v5(ann), 0, oneID()...)); got != want {
			t.Errorf("visit type %s: %q, want %q", name, got, want)
		}
	}
}

// TestTwoVisitTypesOfOneIDAreTwo also at one start: each with an id, a page and handles of its own.
func TestTwoVisitTypesOfOneIDAreTwo(t *testing.T) {
	lists := oneID()
	lists[1].slots = lists[0].slots
	fragments := []*timeslot.Fragment{
		answered(v5(ann), 0, lists...),
		answered(v4(ann, "FollowUp"), 0, at(with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "" }), nine).ids("followup")),
		answered(v4(ann, "NewPatient"), 0, at(with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "" }), nine).ids("new")),
	}
	r := merged(anything, fragments...).Result
	if r.Total != 2 {
		t.Fatalf("%d slots, want two", r.Total)
	}
	got := map[string]string{}
	for i := range r.Slots {
		got[r.Slots[i].Schedule.VisitTypeName] = r.Slots[i].ProviderSlotID
	}
	if diff := cmp.Diff(map[string]string{"FollowUp": "followup", "NewPatient": "new"}, got); diff != "" {
		t.Error(diff)
	}
	if r.Slots[0].PublicID() == r.Slots[1].PublicID() {
		t.Error("two slots have one id")
	}
}

// TestATakenSlotGoesUnderBothNamesOfItsID: a booking names the id alone, and nobody is in two places.
func TestATakenSlotGoesUnderBothNamesOfItsID(t *testing.T) {
	for name, pool := range map[string]bool{"one clinician": false, "one of a pool": true} {
		t.Run(name, func(t *testing.T) {
			var fragments []*timeslot.Fragment
			for _, visit := range []string{"FollowUp", "NewPatient"} {
				s := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName, s.ProviderID, s.Pool = "", "P-1", pool })
				fragments = append(fragments, answered(careDirect("AcmeRiverton", visit), 0, at(s, nine, ten)))
			}
			in := input(anything, fragments...)
			taken := fragments[0].Schedules[0]
			in.Taken = takenIdentity(taken.Identity(instant(nine).Unix()))
			if got := starts(mergeOf(in)); len(got) != 2 || got[0] != ten || got[1] != ten {
				t.Errorf("%v, want ten under both names", got)
			}
		})
	}
}

// TestADirectoryNamesNoVisitTypeThatCouldBeTwo of its list.
func TestADirectoryNamesNoVisitTypeThatCouldBeTwo(t *testing.T) {
	known := departments(timeslot.Department{EHRInstance: main, ID: "1", VisitTypes: []timeslot.VisitType{
		{ID: "7203", Name: "NewPatient", Title: "New"}, {ID: "7203", Name: "FollowUp", Title: "Follow Up Visit"},
	}})
	bare := with(followUp(ann), func(s *timeslot.Schedule) { s.VisitTypeName = "" })
	if s := one(t, merged(anything, answered(v5(ann), 0, at(followUp(ann), nine)), known).Result).Schedule; s.VisitTypeTitle != "Follow Up Visit" {
		t.Errorf("title %q, want that of the name", s.VisitTypeTitle)
	}
	if s := one(t, merged(anything, answered(v5(ann), 0, at(bare, nine)), known).Result).Schedule; s.VisitTypeName != "" || s.VisitTypeTitle != "" {
		t.Errorf("named %q and titled %q, and it could be either", s.VisitTypeName, s.VisitTypeTitle)
	}
}
