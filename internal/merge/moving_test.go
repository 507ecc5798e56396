package merge_test

import (
	"testing"

	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// TestBalancedPagesOutliveMovesOfDepartments: while the directory corrects positions, forgets them and is away, and
// slots, handles and whole answers come and go, no slot is on two pages, and none that stays is on none. Other orders
// promise that for slots only: a department that moves takes its slots along (docs/ranking.md).
func TestBalancedPagesOutliveMovesOfDepartments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		here, world := riverton, drawCampus(t)
		in := input(query(func(q *timeslot.Query) { q.Point, q.Sort = &here, timeslot.Balanced }), moved(t, world)...)
		in.Query.NPIs = []string{"9000000100", "9000000101", "9000000102"} // so that no radius filters
		readOn(t, in, func(in *merge.Input) {
			world.change(t, 6)
			in.Fragments = moved(t, world)
		})
	})
}

// moved is the campus with its departments somewhere, or nowhere.
func moved(t *rapid.T, world *campus) []*timeslot.Fragment {
	near, far, between := riverton, tacoma, timeslot.Point{Latitude: 47.4, Longitude: -122.4}
	rest := world.fragments()[1:]
	if rapid.IntRange(0, 4).Draw(t, "directory") == 0 {
		return rest
	}
	var list []timeslot.Department
	for _, id := range []string{"1", "2", "3"} {
		list = append(list, timeslot.Department{EHRInstance: main, ID: id, Point: pick(t, nil, &near, &far, &between)})
	}
	return append(rest, departments(list...))
}
