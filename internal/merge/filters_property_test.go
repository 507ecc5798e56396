package merge_test

import (
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// filter narrows a query; a list of it is a list of alternatives.
type filter func(*timeslot.Query)

var single = map[string]filter{
	"npi":                     func(q *timeslot.Query) { q.NPIs = []string{ann} },
	"departmentUrlName":       func(q *timeslot.Query) { q.Departments = []string{"AcmeRiverton"} },
	"visitTypeName":           func(q *timeslot.Query) { q.VisitTypes = []string{"new"} },
	"clinicType":              func(q *timeslot.Query) { q.ClinicTypes = []string{"retail"} },
	"specialty":               func(q *timeslot.Query) { q.Specialties = []string{"cardiology"} },
	"gender":                  func(q *timeslot.Query) { q.Genders = []string{"female"} },
	"ehrInstance":             func(q *timeslot.Query) { q.EHRInstances = []string{main} },
	"modality":                func(q *timeslot.Query) { q.Modalities = []string{"video"} },
	"newOrEstablishedPatient": func(q *timeslot.Query) { q.Patient = timeslot.NewPatient },
	"radius": func(q *timeslot.Query) {
		here := riverton
		q.Point, q.Radius, q.RadiusExplicit = &here, 20, true
	},
}

// other has another value of every filter that is a list.
var other = map[string]filter{
	"npi":               func(q *timeslot.Query) { q.NPIs = []string{bob} },
	"departmentUrlName": func(q *timeslot.Query) { q.Departments = []string{"AcmeTacoma"} },
	"visitTypeName":     func(q *timeslot.Query) { q.VisitTypes = []string{"followUP"} },
	"clinicType":        func(q *timeslot.Query) { q.ClinicTypes = []string{"primary care"} },
	"specialty":         func(q *timeslot.Query) { q.Specialties = []string{"family medicine"} },
	"gender":            func(q *timeslot.Query) { q.Genders = []string{"male"} },
	"ehrInstance":       func(q *timeslot.Query) { q.EHRInstances = []string{branch} },
	"modality":          func(q *timeslot.Query) { q.Modalities = []string{"inclinic"} },
}

// either is the query with both values.
func either(name string) filter {
	return func(q *timeslot.Query) {
		a, b := query(single[name]), query(other[name])
		q.NPIs, q.Departments = slices.Concat(a.NPIs, b.NPIs), slices.Concat(a.Departments, b.Departments)
		q.VisitTypes, q.ClinicTypes = slices.Concat(a.VisitTypes, b.VisitTypes), slices.Concat(a.ClinicTypes, b.ClinicTypes)
		q.Specialties, q.Genders = slices.Concat(a.Specialties, b.Specialties), slices.Concat(a.Genders, b.Genders)
		q.EHRInstances, q.Modalities = slices.Concat(a.EHRInstances, b.EHRInstances), slices.Concat(a.Modalities, b.Modalities)
	}
}

// leave is what filters leave of a world.
func leave(in merge.Input, filters ...filter) map[string]bool {
	in.Query = query(func(q *timeslot.Query) {
		q.Limit = 500
		for _, narrow := range filters {
			narrow(q)
		}
	})
	return identities(mergeOf(in))
}

// TestTwoFiltersLeaveWhatEachOfThemLeaves: in any order, exactly the intersection.
func TestTwoFiltersLeaveWhatEachOfThemLeaves(t *testing.T) {
	names := rapid.SampledFrom(slices.Sorted(maps.Keys(single)))
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		a, b := single[names.Draw(t, "first")], single[names.Draw(t, "second")]
		want := leave(in, b)
		alone := leave(in, a)
		maps.DeleteFunc(want, func(id string, _ bool) bool { return !alone[id] })
		if diff := gocmp.Diff(want, leave(in, a, b)); diff != "" {
			t.Fatalf("(-intersection +both):\n%s", diff)
		}
		if diff := gocmp.Diff(want, leave(in, b, a)); diff != "" {
			t.Fatalf("(-intersection +the other way round):\n%s", diff)
		}
	})
}

// TestTwoValuesOfAFilterLeaveWhatEitherLeaves: exactly the union.
func TestTwoValuesOfAFilterLeaveWhatEitherLeaves(t *testing.T) {
	names := rapid.SampledFrom(slices.Sorted(maps.Keys(other)))
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		name := names.Draw(t, "filter")
		want := leave(in, single[name])
		maps.Copy(want, leave(in, other[name]))
		if diff := gocmp.Diff(want, leave(in, either(name))); diff != "" {
			t.Fatalf("%s (-union +both values):\n%s", name, diff)
		}
	})
}

// TestAFilterLeavesWhatTheReferenceWants of the unfiltered answer, whatever else the query asks; so it does not matter
// whether something is filtered before it is united, ranked and cut into pages, or after.
func TestAFilterLeavesWhatTheReferenceWants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Query.DaysOfSlots, in.Query.Limit = 0, 500 // days count what is left
		r := newReference(in)
		whole := *in.Query
		whole.NPIs, whole.Departments, whole.VisitTypes, whole.ClinicTypes, whole.Specialties = []string{ann, bob, cyd}, nil, nil, nil, nil
		whole.Genders, whole.EHRInstances, whole.Modalities, whole.Patient, whole.RadiusExplicit = nil, nil, nil, "", false
		got := identities(mergeOf(in))
		in.Query = &whole
		all := newReference(in)
		want := map[string]bool{}
		slots := all.listed(make([]int, len(in.Fragments)))
		slots = slices.DeleteFunc(slots, func(s refSlot) bool { return !all.nobody(s) && all.overruled(s) })
		for _, s := range all.cover(slots) {
			if !all.taken(s) && r.wanted(s) {
				o := r.offer(s)
				want[o.PublicID()] = true
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("(-filtered afterwards +filtered):\n%s", diff)
		}
	})
}
