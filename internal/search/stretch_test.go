package search

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// season asks for her next eighty days.
func season() *timeslot.Query {
	return queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: timeslot.DateOf(time.Now()) + 80})
}

func TestAColdSeasonCostsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(1, 30, 50, 75)...)
		e := newEngine(t, d, nil)
		if a := e.mustSearch(t, season(), Caller{}); a.Total != 4 || !a.Complete {
			t.Fatalf("%d slots, complete %v", a.Total, a.Complete)
		}
		if n := d.count(timeslot.ProviderDirect); n != 1 {
			t.Errorf("%d calls, want one for all blocks", n)
		}
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}, StartDate: timeslot.DateOf(time.Now()) + 40, EndDate: timeslot.DateOf(time.Now()) + 60}), Caller{})
		if a.Total != 1 || a.Waited || d.count(timeslot.ProviderDirect) != 1 {
			t.Errorf("a window inside: %d slots, waited %v; want the blocks that are there", a.Total, a.Waited)
		}
	})
}

func TestABlockThatIsThereDoesNotCutTheCallInTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(1, 30, 50, 75)...)
		e := newEngine(t, d, nil)
		day := timeslot.DateOf(time.Now()) + 30 // in the second block
		e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}, StartDate: day, EndDate: day}), Caller{})
		if a := e.mustSearch(t, season(), Caller{}); a.Total != 4 || !a.Complete {
			t.Fatalf("%d slots, complete %v", a.Total, a.Complete)
		}
		if n := d.count(timeslot.ProviderDirect); n != 2 {
			t.Errorf("%d calls, want one for the day and one for the rest", n)
		}
	})
}

// TestACrowdWithDifferentWindowsNeverCostsMoreThanOneCallForEachBlock: some want the season, some a week of it, all at
// once and cold. Flights are entered one by one, so what a call covers is up to the schedule; its bound is not.
func TestACrowdWithDifferentWindowsNeverCostsMoreThanOneCallForEachBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(1, 30, 50, 75)...)
		d.delay[timeslot.ProviderDirect] = 100 * time.Millisecond
		e := newEngine(t, d, nil)
		today := timeslot.DateOf(time.Now())
		var crowd sync.WaitGroup
		for i := range 400 {
			crowd.Go(func() {
				q, want := season(), 4
				if i%2 == 1 {
					q, want = queryOf(timeslot.Query{NPIs: []string{npi}, StartDate: today + 45, EndDate: today + 55}), 1
				}
				if a, err := e.search(t.Context(), q, Caller{}); err != nil || a.Total != want {
					t.Errorf("%v, %v; want %d slots", a, err, want)
				}
			})
		}
		crowd.Wait()
		if n := d.count(timeslot.ProviderDirect); n > 4 {
			t.Errorf("%d calls for four blocks", n)
		}
	})
}

func TestASeasonThatIsSlowerThanTheBudgetIsThereForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(1, 30, 50, 75)...)
		d.delay[timeslot.ProviderDirect] = time.Second
		e := newEngine(t, d, nil)
		if _, err := e.search(t.Context(), season(), Caller{Budget: 300 * time.Millisecond}); failureOf(err) != timeslot.KindTimeout {
			t.Fatalf("first: %v, want out of time", err)
		}
		pass(time.Second)
		if a := e.mustSearch(t, season(), Caller{}); a.Total != 4 || a.Waited || d.count(timeslot.ProviderDirect) != 1 {
			t.Errorf("second: %d slots, waited %v, %d calls", a.Total, a.Waited, d.count(timeslot.ProviderDirect))
		}
	})
}

func TestASeasonThatFailsFailsForEveryBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic))
		d.failure[timeslot.ProviderDirect] = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}
		e := newEngine(t, d, nil)
		if _, err := e.search(t.Context(), season(), Caller{}); failureOf(err) != timeslot.KindUpstream {
			t.Errorf("err = %v", err)
		}
		if n := d.count(timeslot.ProviderDirect); n != 1 {
			t.Errorf("%d calls to a source that fails, want one", n)
		}
	})
}
