package timeslot_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
)

// TestCliniciansTogether: two sets together are the set of all their names, and neither is written to.
func TestCliniciansTogether(t *testing.T) {
	names := rapid.Map(rapid.SliceOf(rapid.IntRange(0, 30)), func(numbers []int) (npis []string) {
		for _, n := range numbers {
			npis = append(npis, strconv.Itoa(n))
		}
		return npis
	})
	rapid.Check(t, func(t *rapid.T) {
		some, others := names.Draw(t, "some"), names.Draw(t, "others")
		a, b := timeslot.CliniciansNamed(some...), timeslot.CliniciansNamed(others...)
		beforeA, beforeB := slices.Clone(a), slices.Clone(b)
		both, want := a.With(b), timeslot.CliniciansNamed(slices.Concat(some, others)...)
		if !slices.Equal(both, want) || !slices.Equal(timeslot.CliniciansIn(b, nil, a, b), want) {
			t.Fatalf("%v with %v is %v", a, b, both)
		}
		if !slices.Equal(a, beforeA) || !slices.Equal(b, beforeB) {
			t.Fatal("a set was written to")
		}
	})
}
