package merge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// member is a row of Care Direct for one of the clinicians behind an NPI.
func member(id string) timeslot.Schedule {
	return with(followUp(ann), func(s *timeslot.Schedule) { s.Pool, s.ProviderID = true, id })
}

// clinic lists two members at nine, one of them also at ten.
func clinic() *timeslot.Fragment {
	return answered(careDirect("AcmeRiverton", "FollowUp"), 1,
		at(member("P-1"), nine, ten).ids("one", "two"), at(member("P-2"), nine).ids("three"))
}

func clinicians(r *timeslot.Result) []string {
	var out []string
	for i := range r.Slots {
		out = append(out, r.Slots[i].Schedule.Clinician()+" "+localStart(&r.Slots[i])[11:16])
	}
	return out
}

func TestRowsWithoutAMemberAreCoveredByThePool(t *testing.T) {
	r := merged(anything, clinic(), answered(v5(ann), 0, at(with(followUp(ann), func(s *timeslot.Schedule) {
		s.VisitTypeTitle, s.ForNewPatient = "Follow Up Visit", timeslot.Yes
	}), nine, eleven))).Result

	want := []string{ann + "/P-1 09:00", ann + "/P-2 09:00", ann + "/P-1 10:00", ann + " 11:00"}
	if diff := cmp.Diff(want, clinicians(r)); diff != "" {
		t.Fatal(diff)
	}
	both := timeslot.DexCare().SetOf(timeslot.CareDirect, timeslot.ProviderDirect)
	for i, sources := range []timeslot.SourceSet{both, both, timeslot.DexCare().SetOf(timeslot.CareDirect)} {
		o := &r.Slots[i]
		if o.Sources != sources || o.Schedule.VisitTypeTitle != "Follow Up Visit" || o.Schedule.ForNewPatient != timeslot.Yes {
			t.Errorf("slot %d: sources %v of %+v: want %v, and what Provider Direct says of the NPI",
				i, timeslot.DexCare().Named(o.Sources), o.Schedule, timeslot.DexCare().Named(sources))
		}
	}
	if o := &r.Slots[3]; !o.Schedule.Pool || o.Schedule.ProviderID != "" {
		t.Errorf("%+v: want a slot of the pool, of no member", o.Schedule)
	}
}

func TestTakenSlotsOfAPool(t *testing.T) {
	for name, tt := range map[string]struct {
		taken timeslot.Schedule
		start string
		want  []string
	}{
		"one member leaves the others": {
			member("P-1"), nine, []string{ann + "/P-2 09:00", ann + "/P-1 10:00", ann + " 11:00"},
		},
		"the last member at a start does not bring back the row it covered": {
			member("P-1"), ten, []string{ann + "/P-1 09:00", ann + "/P-2 09:00", ann + " 11:00"},
		},
		"a row without a member may be the one that was taken": {
			member("P-1"), eleven, []string{ann + "/P-1 09:00", ann + "/P-2 09:00", ann + "/P-1 10:00"},
		},
		"somebody of the pool, nobody knows who": {
			followUp(ann), nine, []string{ann + "/P-1 10:00", ann + " 11:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(anything, clinic(), answered(v5(ann), 0, at(followUp(ann), nine, ten, eleven)))
			in.Taken = takenIdentity(tt.taken.Identity(instant(tt.start).Unix()))
			if diff := cmp.Diff(tt.want, clinicians(mergeOf(in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRowsOfAPoolAreAskedForAsSuch: overlapping slots of a pool are other people's (docs/architecture.md §6), and only merging
// sees that Provider Direct's NPI is one.
func TestRowsOfAPoolAreAskedForAsSuch(t *testing.T) {
	in := input(anything, clinic(), answered(v5(ann), 2, at(followUp(ann), nine, ten)))
	asked := 0
	in.Taken = takenFunc(func(s *timeslot.Schedule, _ *timeslot.SlotWithID) bool {
		asked++
		if !s.Pool {
			t.Errorf("asked for %s as if it were one person", s.Clinician())
		}
		return false
	})
	mergeOf(in)
	if asked == 0 {
		t.Error("never asked")
	}
}
