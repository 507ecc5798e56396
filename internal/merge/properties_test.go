package merge_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// TestMergeIsWhatTheReferenceSays checks ten times as many worlds as rapid does by itself: census_test.go counts in how
// few of them the rarest case is.
func TestMergeIsWhatTheReferenceSays(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, isWhatTheReferenceSays)
	}
}

func isWhatTheReferenceSays(t *rapid.T) {
	in := drawInput(t)
	got := merge.Merge(in)
	if more := got.Result.Total > len(got.Result.Slots); more != (got.Result.NextCursor != "") {
		t.Fatalf("%d slots of %d, next cursor %q", len(got.Result.Slots), got.Result.Total, got.Result.NextCursor)
	}
	got.Result.NextCursor = "" // what it leads to: see paging_test.go
	if diff := gocmp.Diff(referenceMerge(in), got); diff != "" {
		t.Fatal(diff)
	}
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := merge.Merge(in)
		counts := map[timeslot.FragmentKey]int{}
		for i, f := range in.Fragments {
			counts[f.Key] = want.PerFragment[i]
		}
		in.Fragments = rapid.Permutation(in.Fragments).Draw(t, "arrival")
		got := merge.Merge(in)
		if diff := gocmp.Diff(want.Result, got.Result); diff != "" {
			t.Fatal(diff)
		}
		for i, f := range in.Fragments {
			if got.PerFragment[i] != counts[f.Key] {
				t.Fatalf("%v lists %d slots, and in another order %d", f.Key, got.PerFragment[i], counts[f.Key])
			}
		}
	})
}

func TestNoSlotIsTwiceAndNoneIsPast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Query.Limit = 500
		seen := map[string]bool{}
		r := mergeOf(in)
		for i := range r.Slots {
			id := r.Slots[i].PublicID()
			if seen[id] || r.Slots[i].Start <= in.Now.Unix() {
				t.Fatalf("%+v is twice or past", id)
			}
			seen[id] = true
		}
		if r.Total != len(r.Slots) {
			t.Fatalf("%d slots, total %d", len(r.Slots), r.Total)
		}
	})
}

func TestFragmentsAreNotWrittenTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		var before []timeslot.Fragment
		for _, f := range in.Fragments {
			c := *f
			c.Schedules, c.Slots = slices.Clone(f.Schedules), slices.Clone(f.Slots)
			c.Departments, c.Providers = slices.Clone(f.Departments), slices.Clone(f.Providers)
			before = append(before, c)
		}
		q := *in.Query
		merge.Merge(in)
		for i, f := range in.Fragments {
			if diff := gocmp.Diff(before[i], *f); diff != "" {
				t.Fatal(diff)
			}
		}
		if diff := gocmp.Diff(q, *in.Query); diff != "" {
			t.Fatal(diff)
		}
	})
}
