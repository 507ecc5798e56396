package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// Three clinics or more, not in one line, tell where a postal code is: as well as tenths of a mile let them.
func TestDistancesRevealWhereAPostalCodeIs(t *testing.T) {
	lost := 0
	for seed := range uint64(300) {
		draw := rand.New(rand.NewPCG(seed, 5))
		code := timeslot.Point{Latitude: draw.Float64()*120 - 60, Longitude: draw.Float64()*360 - 180}.Rounded(4)
		earth := 1 + (draw.Float64()-0.5)*1.8*timeslot.EarthDoubt
		miles, points := map[string]float64{}, map[string]timeslot.Point{}
		for i := range 2 + draw.IntN(12) {
			at := near(draw, code, 12)
			points[fmt.Sprint(i)], miles[fmt.Sprint(i)] = at, math.Round(code.MilesTo(at)*earth*10)/10
		}
		switch at, ok := located(miles, points); {
		case len(points) < fewest && ok:
			t.Errorf("%d: two clinics tell nothing", seed)
		case ok && at.MilesTo(code) > codeMargin/2.0:
			t.Errorf("%d: found %.2f miles away by %d clinics", seed, at.MilesTo(code), len(points))
		case !ok && len(points) > 6:
			lost++
		}
	}
	if lost > 3 {
		t.Errorf("%d of some 150 codes are not found by seven clinics or more", lost)
	}
	line := map[string]timeslot.Point{"a": {Latitude: 47, Longitude: -122}, "b": {Latitude: 47.1, Longitude: -122}, "c": {Latitude: 47.2, Longitude: -122}}
	if at, ok := located(map[string]float64{"a": 10, "b": 7.2, "c": 10}, line); ok {
		t.Errorf("found at %v by clinics in one line, where there are two such places", at)
	}
	if at, ok := located(map[string]float64{"a": 3, "b": 3, "c": 300, "d": 4}, map[string]timeslot.Point{
		"a": {Latitude: 47, Longitude: -122}, "b": {Latitude: 47.1, Longitude: -122}, "c": {Latitude: 47.2, Longitude: -122.1}, "d": {Latitude: 47.1, Longitude: -122.2},
	}); ok {
		t.Errorf("found at %v, from where no distance is right", at)
	}
}

// seenFrom is what somebody sees who asks for a postal code: of the answer all that depends on where it is.
func (r *region) seenFrom(t *testing.T, e *Engine, code string, radius int) []string {
	t.Helper()
	a := e.mustSearch(t, queryOf(timeslot.Query{PostalCode: code, Radius: radius, VisitTypes: []string{"Illness"}}), Caller{})
	list := append(shown(a), fmt.Sprint(a.Total, a.Complete, len(a.Departments)))
	for _, report := range a.Reports {
		list = append(list, fmt.Sprint(report.Source, report.Key, report.Status == timeslot.StatusFailed))
	}
	return list
}

// Postal codes of one city share circles with each other once their own answers have revealed where they are. Each answer is
// what the code's own read gives, whichever clinics have a free slot meanwhile.
func TestPostalCodesShareCirclesAndSeeWhatTheirOwnReadsWouldGive(t *testing.T) {
	middle := timeslot.Point{Latitude: 47.61, Longitude: -122.33}
	shared := 0
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 23))
			clinics := 4 + draw.IntN(25)
			r := newRegion(draw, middle, 15, clinics, draw.IntN(clinics))
			r.codes = map[string]timeslot.Point{"98101": near(draw, middle, 4), "98102": near(draw, middle, 4), "98103": near(draw, middle, 4)}
			e := r.engine(t)
			for round := range 40 {
				code, radius := fmt.Sprint(98101+draw.IntN(3)), []int{3, 10, 25, 40, 74, 75, 100}[draw.IntN(7)]
				if draw.IntN(6) == 0 {
					r.set(func() { r.full[draw.IntN(clinics)] = draw.IntN(2) == 0 })
					pass(policy.Fresh + policy.Stale) // what was read before is gone
				}
				got := r.seenFrom(t, e, code, radius)
				alone := r.engine(t)
				if diff := cmp.Diff(r.seenFrom(t, alone, code, radius), got); diff != "" {
					t.Fatalf("round %d, %s within %d miles (-own read +shared):\n%s", round, code, radius, diff)
				}
				pass([]time.Duration{0, time.Second, policy.Fresh / 2}[draw.IntN(3)])
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for area := range r.asked {
				if area.PostalCode == "" {
					shared++
				}
			}
		})
	}
	if shared == 0 {
		t.Error("no circle was shared")
	}
}

// A campaign with three postal codes costs a call each fresh time once they are known, not three.
func TestACampaignOfPostalCodesCostsACallEachFreshTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(1, 23))
		middle := timeslot.Point{Latitude: 47.61, Longitude: -122.33}
		r := newRegion(draw, middle, 10, 20, 0)
		r.codes = map[string]timeslot.Point{"98101": near(draw, middle, 2), "98102": near(draw, middle, 2), "98103": near(draw, middle, 2)}
		e := r.engine(t)
		look := func(rounds int) (calls int) {
			r.set(func() { clear(r.reads) })
			for range rounds * 10 {
				for code := range r.codes {
					r.seenFrom(t, e, code, 25)
				}
				pass(policy.Fresh / 10)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, n := range r.reads {
				calls += n
			}
			return calls
		}
		look(8)
		if n := look(4); n > 5 {
			t.Errorf("%d calls in four fresh times, want one each", n)
		}
	})
}
