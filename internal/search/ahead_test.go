package search

import (
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// inDays is noon in Los Angeles so many days from the bubble's first.
func inDays(n int) int64 { return time.Now().AddDate(0, 0, n).Truncate(24*time.Hour).Unix() + 20*3600 }

// blocksFrom are her answers from the present block on: one for each number, with a slot in so many days; −1: none.
func blocksFrom(days ...int) []*timeslot.Fragment {
	list := []*timeslot.Fragment{directoryOf(clinic)}
	for i, n := range days {
		f := providerDirectOf(npi, presentBlock()+timeslot.Block(i))
		if n >= 0 {
			f = providerDirectOf(npi, presentBlock()+timeslot.Block(i), inDays(n))
		}
		list = append(list, f)
	}
	return list
}

func TestAnEmptyWindowSaysWhenTheNextSlotIs(t *testing.T) {
	tests := map[string]struct {
		days  []int // see blocksFrom
		want  int   // days from now; −1: nothing
		calls int   // of Provider Direct
	}{
		"later in the block that was asked for anyway": {[]int{16, 30}, 16, 1},
		"in the block after it":                        {[]int{-1, 40}, 40, 2},
		"two blocks on":                                {[]int{-1, -1, 70}, 70, 3},
		"beyond the longest window":                    {[]int{-1, -1, -1, -1, 100}, -1, 3},
		"nowhere":                                      {[]int{-1, -1, -1, -1, -1}, -1, 3},
	}
	for name, tt := range tests {
		inBubble(t, name, func(t *testing.T) {
			d := newDesk(blocksFrom(tt.days...)...)
			e := newEngine(t, d, nil)
			a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: timeslot.DateOf(time.Now()) + 1}), Caller{})
			if a.Total != 0 || len(a.Slots) != 0 || !a.Complete {
				t.Fatalf("%d slots, complete %v; the window is empty", a.Total, a.Complete)
			}
			checkNext(t, a, tt.want)
			if n := d.count(timeslot.ProviderDirect); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

// checkNext wants the next slot in so many days, described like any other; −1: none.
func checkNext(t *testing.T, a *Answer, days int) {
	t.Helper()
	next := a.NextAvailable
	switch {
	case days < 0 && next != nil:
		t.Errorf("next is %v, want none", time.Unix(next.Start, 0))
	case days >= 0 && (next == nil || next.Start != inDays(days)):
		t.Errorf("next is %+v, want the slot in %d days", next, days)
	case next != nil && (a.Departments[next.Schedule.DepartmentKey()] == nil || a.Providers[npi] == nil || a.FirstStart != next.Start):
		t.Errorf("the answer does not describe the next slot: %+v", a.Result)
	}
}

func TestTheNextSlotIsFoundOnceForACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(-1, -1, 70)...)
		e := newEngine(t, d, nil)
		q := queryOf(timeslot.Query{NPIs: []string{npi}})
		for range 100 {
			if a := e.mustSearch(t, q, Caller{}); a.NextAvailable == nil {
				t.Fatal("no next slot")
			}
		}
		if n := d.count(timeslot.ProviderDirect); n != 3 {
			t.Errorf("%d calls, want one for each block", n)
		}
	})
}

func TestALookAheadThatFailsSaysNothingAndIsTriedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(-1)...)
		d.delay[timeslot.ProviderDirect] = 300 * time.Millisecond
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{Budget: 400 * time.Millisecond})
		if a.NextAvailable != nil || !a.Complete {
			t.Errorf("complete %v, next %+v; the window itself was answered", a.Complete, a.NextAvailable)
		}
		if a.ReviewAt.After(time.Now()) {
			t.Errorf("looked at again in %v only", time.Until(a.ReviewAt))
		}
	})
}

func TestASlotThatIsTakenIsNotTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := providerDirectOf(npi, presentBlock(), inDays(16), inDays(17))
		d := newDesk(directoryOf(clinic), f)
		e := newEngine(t, d, nil)
		booked := f.Schedules[0].Identity(inDays(16))
		e.opt.Taken.(*taken.Ledger).Promote(timeslot.Claim{Identity: booked, NPI: npi, Duration: 20}, "somebody")
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: timeslot.DateOf(time.Now()) + 3}), Caller{})
		if a.NextAvailable == nil || a.NextAvailable.Start != inDays(17) {
			t.Errorf("next is %+v, want the slot that is not taken", a.NextAvailable)
		}
	})
}

func TestAClinicsNextSlotIsInWhatItSaidAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "Illness", inDays(5), inDays(6)))
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"Illness"}, EndDate: timeslot.DateOf(time.Now()) + 1}), Caller{})
		if a.NextAvailable == nil || a.NextAvailable.Start != inDays(5) || d.count(timeslot.CareDirect) != 1 {
			t.Errorf("next is %+v after %d calls", a.NextAvailable, d.count(timeslot.CareDirect))
		}
	})
}

func TestAWindowWithASlotDoesNotLookAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(blocksFrom(1, 30)...)
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
		if a.Total != 1 || a.NextAvailable != nil || d.count(timeslot.ProviderDirect) != 1 {
			t.Errorf("total %d, next %+v, %d calls", a.Total, a.NextAvailable, d.count(timeslot.ProviderDirect))
		}
	})
}

// What lies after the window of an area whose answers are light is read by one call. One brings it again together with the
// window, as long as people look at both.
func TestWhatIsBehindAnAreasEmptyWindowIsReadTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 5*timeslot.BlockDays)
		c.opens = timeslot.EarliestToday(time.Now()) + 70
		ask := func() (calls int) {
			t.Helper()
			c.asked()
			a := e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.EarliestToday(time.Now()) + 1}), Caller{})
			if a.NextAvailable == nil || timeslot.DateOf(time.Unix(a.NextAvailable.Start, 0)) != c.opens {
				t.Fatalf("next is %+v, want a slot in 70 days", a.NextAvailable)
			}
			pass(time.Second)
			return len(c.asked())
		}
		if n := ask(); n != 2 {
			t.Errorf("%d calls when cold, want the window and what is behind it", n)
		}
		for range 3 {
			if n := ask(); n != 0 {
				t.Errorf("%d calls although all is fresh", n)
			}
			pass(policy.Fresh)
			if n := ask(); n != 1 {
				t.Errorf("%d calls to read again what is in use", n)
			}
		}
		pass(policy.Fresh) // nobody has looked since
		if n := ask(); n != 2 {
			t.Errorf("%d calls, want the window and, once it turned out that it is wanted, what is behind it", n)
		}
	})
}

// Of two people of the largest radius, one looks at what is soon, the other a few miles away at what is later. Each has a circle
// read; from the next refresh on one circle serves both.
func TestTwoOfTheLargestRadiusWhoLookAtOtherDaysShareACircleByAndBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 5*timeslot.BlockDays)
		today := timeslot.EarliestToday(time.Now())
		ask := func() {
			t.Helper()
			for i, first := range []timeslot.Date{today + 1, today + 40} {
				at := timeslot.Point{Latitude: 47.61 + float64(i)/10, Longitude: -122.33}
				e.mustSearch(t, queryOf(timeslot.Query{Point: &at, Radius: 100, VisitTypes: []string{"Illness"}, StartDate: first, EndDate: first + 1}), Caller{})
			}
		}
		ask()
		for range 3 { // rounds of a fresh time, in which both look again and again
			for range 10 {
				pass(policy.Fresh / 10)
				ask()
			}
		}
		c.asked()
		for range 30 {
			pass(policy.Fresh / 10)
			ask()
		}
		pass(time.Second)
		read, circles := c.asked(), map[timeslot.Area]int{}
		for _, key := range read {
			circles[key.Area]++
		}
		if len(circles) != 1 || len(read) > 4 {
			t.Errorf("calls for each circle in three fresh times: %v; want those for one", circles)
		}
	})
}

// Answers that are light alone may be too large together, and nobody has promised that upstream takes so many days at a time:
// then each block is asked for by itself, and is as good as before.
func TestBlocksThatCannotBeHadTogetherAreReadOneByOne(t *testing.T) {
	for name, refuse := range map[string]func(*city){
		"too large": func(c *city) { c.fits = timeslot.BlockDays },
		"refused":   func(c *city) { c.alone = true },
	} {
		inBubble(t, name, func(t *testing.T) {
			c, e := newCity(t, 5*timeslot.BlockDays)
			refuse(c)
			c.opens = timeslot.EarliestToday(time.Now()) + 70
			for range 3 {
				a := e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.EarliestToday(time.Now()) + 1}), Caller{})
				if a.NextAvailable == nil || !a.Complete || c.joined != 1 {
					t.Errorf("next is %+v, complete %t, after %d calls for several blocks, want one", a.NextAvailable, a.Complete, c.joined)
				}
				pass(policy.Fresh)
			}
		})
	}
}

// A dense area's blocks are not put together: the answer would be too large.
func TestADenseAreasBlocksAreReadOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newCity(t, 5*timeslot.BlockDays)
		c.each = together * 2 / 3 / timeslot.BlockDays
		e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.EarliestToday(time.Now()) + 70}), Caller{})
		pass(policy.Fresh)
		e.mustSearch(t, around(timeslot.Query{EndDate: timeslot.EarliestToday(time.Now()) + 70}), Caller{})
		pass(time.Second)
		if n := len(c.asked()); c.joined > 0 || n < 6 {
			t.Errorf("%d of %d calls for several blocks of %d slots each", c.joined, n, together*2/3)
		}
	})
}

// The window's last day is not the same everywhere: what lies after it in the west is not skipped.
func TestTheDayBehindTheWindowInTheWestIsNotSkipped(t *testing.T) {
	for name, tt := range map[string]struct{ fits, hours int }{
		"in parts": {7, 0}, "in days": {1, 0}, "whole, as a block ends on that day": {timeslot.BlockDays, 84},
	} {
		inBubble(t, name, func(t *testing.T) {
			pass(time.Duration(tt.hours) * time.Hour)
			c, e := newCity(t, tt.fits)
			west, err := time.LoadLocation(clinic.Timezone)
			if err != nil {
				t.Fatal(err)
			}
			c.opens = timeslot.DateOf(time.Now().In(west)) + 15 // the window holds today and fourteen days more
			a := e.mustSearch(t, around(timeslot.Query{}), Caller{})
			if a.Total != 0 || a.NextAvailable == nil || timeslot.DateOf(time.Unix(a.NextAvailable.Start, 0)) != c.opens {
				t.Errorf("%d slots, next is %+v, want one on %v", a.Total, a.NextAvailable, c.opens)
			}
		})
	}
}
