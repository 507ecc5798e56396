package search

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// People of three towns ask for five radii and four visit types. What was read for the first of them is not kept up when
// larger circles serve as well: of the days that all ask for, a circle or two for each visit type are.
func TestAMetroKeepsACircleOrTwoForEachVisitType(t *testing.T) {
	const minutes, rate = 3, 20
	towns := []timeslot.Point{{Latitude: 47.25, Longitude: -122.44}, {Latitude: 47.61, Longitude: -122.28}, {Latitude: 47.98, Longitude: -122.2}}
	visits := []string{"Illness", "FluShot", "NewPatient", "FollowUp"}
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(7, 8))
		r := newRegion(draw, towns[1], 5, 15, 5)
		r.takes = 20 * time.Millisecond
		e := r.engine(t)
		for range minutes {
			r.set(func() { clear(r.reads) })
			for range 60 * rate {
				at, radius := near(draw, towns[draw.IntN(len(towns))], 4), []int{5, 10, 25, 25, 50, 100}[draw.IntN(6)]
				e.mustSearch(t, queryOf(timeslot.Query{Point: &at, Radius: radius, VisitTypes: []string{visits[draw.IntN(len(visits))]}}), Caller{})
				pass(time.Second / rate)
			}
		}
		circles, calls := map[crowded]bool{}, 0
		for key, n := range r.reads {
			if key.Block == presentBlock() {
				circles[crowdedOf(key)] = true
				calls += n
			}
		}
		t.Logf("in the last minute %d circles, %d calls", len(circles), calls)
		if len(circles) > 2*len(visits) || calls > 5*len(circles) {
			t.Errorf("%d circles are read in %d calls a minute, want two for each of %d visit types, each once in its fresh time", len(circles), calls, len(visits))
		}
	})
}

// dense is a place where a wide circle is read in parts of two days, and a narrow one at once. A question is followed by a
// pause. reads is how often circles were read since the last time.
func dense(t *testing.T) (ask func(radius int, pause time.Duration), reads func() (wide, narrow int)) {
	draw := rand.New(rand.NewPCG(9, 10))
	r := newRegion(draw, seattle, 5, 20, 0)
	r.fits = func(key timeslot.FragmentKey) bool { return key.Area.Radius < 60 || daysOf(key) <= 2 }
	e := r.engine(t)
	ask = func(radius int, pause time.Duration) {
		at := near(draw, seattle, 1)
		e.mustSearch(t, nearby(at, radius), Caller{})
		pass(pause)
	}
	return ask, func() (wide, narrow int) {
		r.set(func() {
			for key, n := range r.reads {
				if key.Area.Radius < 60 {
					narrow += n
				} else {
					wide += n
				}
			}
			clear(r.reads)
		})
		return wide, narrow
	}
}

// One person asks for a wide circle, which takes many calls. Those who ask for narrow ones use it while it is fresh, and do
// not have it refreshed for ever.
func TestALoneWideQuestionIsNotKeptUpByNarrowOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ask, reads := dense(t)
		ask(60, time.Second)
		if wide, _ := reads(); wide < 7 {
			t.Fatalf("a wide circle is read in %d calls", wide)
		}
		for range 5 {
			ask(10, time.Second)
		}
		if wide, narrow := reads(); wide+narrow != 0 {
			t.Errorf("while the wide circle is fresh, %d calls for it and %d for narrow ones", wide, narrow)
		}
		for range 120 {
			ask(10, time.Second)
		}
		if wide, narrow := reads(); wide != 0 || narrow == 0 || narrow > 3*10 {
			t.Errorf("in two minutes %d calls for the wide circle that nobody wants any more, %d for narrow ones", wide, narrow)
		}
	})
}

// Where others ask for wide ones all the time, narrow ones cost nothing.
func TestWideCirclesThatAreInDemandServeNarrowQuestionsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ask, reads := dense(t)
		for range 300 { // a minute
			ask(60, 100*time.Millisecond)
			ask(10, 100*time.Millisecond)
		}
		if wide, narrow := reads(); narrow != 0 || wide == 0 {
			t.Errorf("%d calls for wide circles, and %d for narrow ones", wide, narrow)
		}
	})
}

// The largest circle in use serves, whichever was there first.
func TestOfSeveralCirclesTheLargestServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 5, 20, 0)
		e := r.engine(t)
		for _, radius := range []int{10, 50, 25} {
			e.mustSearch(t, nearby(seattle, radius), Caller{})
		}
		x := e.Explain(t.Context(), e.prepared(t, nearby(seattle, 5)))
		for _, f := range x.Fragments {
			if f.Key.Operation == timeslot.OpAvailabilitySlots && (f.Key.Area.Radius != 62 || f.Why != whyContains) {
				t.Errorf("served with %+v: %s", f.Key.Area, f.Why)
			}
		}
	})
}
