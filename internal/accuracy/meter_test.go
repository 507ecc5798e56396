package accuracy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
)

// clinic sells its slots elsewhere: at random times, mostly one of the next few. A refill keeps its calendar as full as it is.
type clinic struct {
	random *rand.Rand
	rate   float64 // sales a second
	lead   float64 // how many places behind the first the mean sale is
	free   []int64 // starts, ascending
	next   time.Time
}

func newClinic(seed uint64, perMinute, lead float64) *clinic {
	c := &clinic{random: rand.New(rand.NewPCG(seed, 1)), rate: perMinute / 60, lead: lead}
	for i := range 4000 {
		c.free = append(c.free, nine.Unix()+int64(36000+600*i))
	}
	c.next = c.after(nine)
	return c
}

func (c *clinic) after(now time.Time) time.Time {
	return now.Add(time.Duration(c.random.ExpFloat64() / c.rate * float64(time.Second)))
}

func (c *clinic) until(now time.Time) {
	for ; !c.next.After(now); c.next = c.after(c.next) {
		i := min(int(c.random.ExpFloat64()*c.lead), len(c.free)-1)
		c.free = slices.Delete(c.free, i, i+1)
	}
}

func (c *clinic) copy(now time.Time) *timeslot.Fragment {
	f := &timeslot.Fragment{
		Key:       timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots},
		FetchedAt: now, Schedules: []timeslot.Schedule{{NPI: "a"}},
		Covers: timeslot.Interval{From: now, Until: now.Add(1000 * 24 * time.Hour)},
	}
	for _, start := range c.free[:200] {
		f.Slots = append(f.Slots, timeslot.Slot{Start: start})
	}
	f.CountServings()
	return f
}

// Of the first five offers of each answer the simulated clinics know how many they had sold already. What the meter says
// without asking them is within a point of that, however far ahead people book.
func TestMeterAgreesWithTheTruthOfOutsideSales(t *testing.T) {
	for _, perMinute := range []float64{0.1, 1, 10} {
		for _, lead := range []float64{4, 8, 16} {
			for _, fresh := range []time.Duration{2 * time.Second, 15 * time.Second, 45 * time.Second} {
				t.Run(fmt.Sprintf("%v a minute, %v places ahead, fresh for %s", perMinute, lead, fresh), func(t *testing.T) {
					truth, meter := visited(perMinute, lead, fresh)
					if math.Abs(meter-truth) > 0.01 {
						t.Errorf("the meter says %.4f, the truth is %.4f", meter, truth)
					}
					t.Logf("truth %.4f, meter %.4f", truth, meter)
				})
			}
		}
	}
}

// visited is the accuracy of what was shown of forty clinics within ten minutes, as they know it and as the meter says.
// Visitors come at random, two a second to each clinic.
func visited(perMinute, lead float64, fresh time.Duration) (truth, measured float64) {
	now := nine
	meter := accuracy.NewMeter(nil, func() time.Time { return now })
	product := meter.Product("flushot")
	random, clinics, copies := rand.New(rand.NewPCG(7, 7)), make([]*clinic, 40), make([]*timeslot.Fragment, 40)
	for i := range clinics {
		clinics[i] = newClinic(uint64(i), perMinute, lead)
		copies[i] = clinics[i].copy(now)
	}
	shown, untrue := 0, 0
	for now.Before(nine.Add(10*time.Minute - time.Second)) {
		now = now.Add(time.Duration(random.ExpFloat64() * float64(500*time.Millisecond) / float64(len(clinics))))
		i := random.IntN(len(clinics))
		clinics[i].until(now)
		if now.Sub(copies[i].FetchedAt) >= fresh {
			next := clinics[i].copy(now)
			meter.Refreshed(timeslot.CareDirect, copies[i], next, view{})
			copies[i] = next
		}
		timeslot.Shown{{Servings: copies[i].Servings, FetchedAt: copies[i].FetchedAt}}.Serve(product, now)
		for _, slot := range copies[i].Slots[:accuracy.FirstShown] {
			shown++
			if _, free := slices.BinarySearch(clinics[i].free, slot.Start); !free {
				untrue++
			}
		}
	}
	return 1 - float64(untrue)/float64(shown), meter.Ratios()[0].Ratio
}

func TestAccuracyIsThatOfTheLastTenMinutes(t *testing.T) {
	now := nine
	meter := accuracy.NewMeter(nil, func() time.Time { return now })
	refresh := func(gone bool) {
		old := calendar(now.Add(-15*time.Second), []string{"a"}, map[string][]int{"a": {600, 610}})
		old.Servings.Add(meter.Product("flushot"), 15*time.Second)
		starts := map[string][]int{"a": {600, 610}}
		if gone {
			starts["a"] = []int{610}
		}
		meter.Refreshed(timeslot.CareDirect, old, calendar(now, []string{"a"}, starts), view{})
	}
	want := func(ratio float64) {
		t.Helper()
		if list := meter.Ratios(); len(list) != 1 || list[0].Ratio != ratio {
			t.Errorf("%s: %+v, want %v", now.Sub(nine), list, ratio)
		}
	}
	refresh(true)
	want(0.5)
	now = now.Add(9 * time.Minute)
	refresh(false)
	want(0.75)
	now = now.Add(time.Minute)
	want(1)
	now = now.Add(10 * time.Minute)
	if list := meter.Ratios(); len(list) != 0 {
		t.Errorf("after ten quiet minutes %+v", list)
	}
}

func TestACopyThatNobodySawHasNoWeight(t *testing.T) {
	meter := accuracy.NewMeter(nil, func() time.Time { return nine })
	meter.Product("flushot")
	meter.Refreshed(timeslot.CareDirect, calendar(nine.Add(-time.Minute), []string{"a"}, map[string][]int{"a": {600}}), calendar(nine, nil, nil), view{})
	if list := meter.Ratios(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestProductsBeyondTheCountedOnesCountAsOthers(t *testing.T) {
	meter := accuracy.NewMeter(nil, nil)
	seen := map[int]bool{meter.Product("other"): true}
	for i := range 40 {
		index := meter.Product(fmt.Sprint("p", i))
		if again := meter.Product(fmt.Sprint("p", i)); again != index {
			t.Errorf("p%d counts as %d and as %d", i, index, again)
		}
		if index >= timeslot.MaxShownBy || (i < timeslot.MaxShownBy-1) == seen[index] {
			t.Errorf("p%d counts as %d", i, index)
		}
		seen[index] = true
	}
}
