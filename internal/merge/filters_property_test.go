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

// filter narrows a query.
type filter func(*timeslot.Query)

// lists are the filters that take several values, each with two of them.
var lists = map[string]struct {
	in         func(*timeslot.Query) *[]string
	one, other string
}{
	"npi":               {func(q *timeslot.Query) *[]string { return &q.NPIs }, ann, bob},
	"departmentUrlName": {func(q *timeslot.Query) *[]string { return &q.Departments }, "AcmeRiverton", "AcmeTacoma"},
	"visitTypeName":     {func(q *timeslot.Query) *[]string { return &q.VisitTypes }, "new", "followUP"},
	"clinicType":        {func(q *timeslot.Query) *[]string { return &q.ClinicTypes }, "retail", "primary care"},
	"specialty":         {func(q *timeslot.Query) *[]string { return &q.Specialties }, "cardiology", "family medicine"},
	"gender":            {func(q *timeslot.Query) *[]string { return &q.Genders }, "female", "male"},
	"ehrInstance":       {func(q *timeslot.Query) *[]string { return &q.EHRInstances }, main, branch},
	"modality":          {func(q *timeslot.Query) *[]string { return &q.Modalities }, "video", "inclinic"},
}

func listed(name string, values ...string) filter {
	return func(q *timeslot.Query) { *lists[name].in(q) = values }
}

// single has a filter of each kind.
func single() map[string]filter {
	filters := map[string]filter{
		"newOrEstablishedPatient": func(q *timeslot.Query) { q.Patient = timeslot.NewPatient },
		"radius":                  func(q *timeslot.Query) { q.Point, q.Radius, q.RadiusExplicit = &riverton, 20, true },
	}
	for name, l := range lists {
		filters[name] = listed(name, l.one)
	}
	return filters
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
	filters := single()
	names := rapid.SampledFrom(slices.Sorted(maps.Keys(filters)))
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		a, b := filters[names.Draw(t, "first")], filters[names.Draw(t, "second")]
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
	names := rapid.SampledFrom(slices.Sorted(maps.Keys(lists)))
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		name := names.Draw(t, "filter")
		one, other := lists[name].one, lists[name].other
		want := leave(in, listed(name, one))
		maps.Copy(want, leave(in, listed(name, other)))
		if diff := gocmp.Diff(want, leave(in, listed(name, one, other))); diff != "" {
			t.Fatalf("%s (-union +both values):\n%s", name, diff)
		}
	})
}
