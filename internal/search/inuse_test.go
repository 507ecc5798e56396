package search

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestCirclesAreInUseAsLongAsSomebodyIsServedWithThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 12, 40, 0)
		r.takes = time.Second
		e := r.engine(t)
		inUse := func() []Circle {
			list, most := e.Circles()
			if most != maxCircles {
				t.Errorf("%d circles are remembered at most", most)
			}
			slices.SortFunc(list, func(a, b Circle) int { return cmp.Compare(a.VisitType, b.VisitType) })
			return list
		}
		if list := inUse(); len(list) != 0 {
			t.Errorf("before anybody asked: %+v", list)
		}
		answered := make(chan bool)
		for _, visitType := range []string{"Illness", "Physical"} {
			go func() {
				e.mustSearch(t, queryOf(timeslot.Query{Point: &seattle, Radius: 25, VisitTypes: []string{visitType}}), Caller{})
				answered <- true
			}()
		}
		pass(100 * time.Millisecond)
		if list := inUse(); len(list) != 2 || list[0].Parts != 0 || list[0].SlotsPerDay != 0 {
			t.Errorf("while both are being read: %+v", list)
		}
		<-answered
		<-answered
		list := inUse()
		if len(list) != 2 || list[0].VisitType != "Illness" || list[1].VisitType != "Physical" || !r.areas()[list[0].Area] {
			t.Fatalf("answered: %+v, asked for were %v", list, r.areas())
		}
		if list[0].Parts == 0 || list[0].SlotsPerDay == 0 {
			t.Errorf("answered: %+v", list[0])
		}
		pass(time.Minute)
		if list := inUse(); len(list) != 0 {
			t.Errorf("after the last of them may be served: %+v", list)
		}
	})
}

// Once a second somebody looks at all of them.
func BenchmarkCircles(b *testing.B) {
	for _, n := range []int{16, 256, maxCircles} {
		b.Run(fmt.Sprintf("circles=%d", n), func(b *testing.B) {
			e, now := newEngine(b, newDesk(), nil), time.Now()
			for i := range n {
				area := timeslot.AreaAround(timeslot.Point{Latitude: float64(i) / 100, Longitude: 1}, 10)
				e.circles.note(&timeslot.Fragment{
					Key:    timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, VisitType: "Illness", Area: area},
					Bounds: timeslot.Policy{Fresh: time.Hour}.Bounds(now, false),
				}, now)
			}
			for b.Loop() {
				if list, _ := e.Circles(); len(list) != n {
					b.Fatalf("%d circles", len(list))
				}
			}
		})
	}
}
