package ops

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCirclesAreAddedUpByVisitTypeAndTheLargestAreShown(t *testing.T) {
	circle := func(visitType string, radius, parts int, slotsPerDay float64) Circle {
		return Circle{VisitType: visitType, Latitude: 47.61, Longitude: -122.33, Radius: radius, Parts: parts, SlotsPerDay: slotsPerDay}
	}
	list := []Circle{
		circle("FluShot", 25, 1, 300), circle("Illness", 10, 2, 80), circle("Illness", 100, 14, 9000), circle("Illness", 5, 0, 0),
		circle("FluShot", 50, 2, 300), circle("NewPatient", 25, 1, 20),
	}
	want := Circles{
		InUse: 6, Max: 4096,
		VisitTypes: []CirclesOf{{"Illness", 3, 16}, {"FluShot", 2, 3}, {"NewPatient", 1, 1}},
		Largest: []Circle{
			circle("Illness", 100, 14, 9000), circle("FluShot", 50, 2, 300), circle("FluShot", 25, 1, 300), circle("Illness", 10, 2, 80),
			circle("NewPatient", 25, 1, 20),
		},
	}
	if d := cmp.Diff(want, circlesOf(list, 4096)); d != "" {
		t.Error(d)
	}
}

// Callers name visit types, as many as they like.
func TestHoweverManyVisitTypesAreAskedForFewAreListed(t *testing.T) {
	var list []Circle
	for i := range 500 {
		list = append(list, Circle{VisitType: fmt.Sprintf("visit%03d", i)})
	}
	list = append(list, Circle{VisitType: "visit499"})
	got := circlesOf(list, 4096)
	if len(got.VisitTypes) != maxVisitTypes || got.VisitTypes[0].VisitType != "visit499" || len(got.Largest) != maxLargest {
		t.Errorf("%d visit types, the first is %+v; %d circles", len(got.VisitTypes), got.VisitTypes[0], len(got.Largest))
	}
	if shown := maxVisitTypes + 1; got.InUse != 501 || got.Others != 501-shown {
		t.Errorf("%d circles in use, %d of others", got.InUse, got.Others)
	}
}
