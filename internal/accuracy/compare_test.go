package accuracy_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
)

var nine = time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)

// view hides the slots of a set.
type view map[timeslot.Identity]time.Time

func (v view) Empty() bool { return len(v) == 0 }

func (v view) Hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, _ time.Time) bool {
	_, ok := v[s.Identity(slot.Start)]
	return ok
}

func (v view) TakenAt(s *timeslot.Schedule, slot *timeslot.SlotWithID) time.Time {
	return v[s.Identity(slot.Start)]
}

// calendar is a copy that speaks for the day after it was fetched: starts are minutes after nine, by clinician.
func calendar(fetched time.Time, order []string, starts map[string][]int) *timeslot.Fragment {
	f := &timeslot.Fragment{
		Key:       timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots},
		FetchedAt: fetched, Covers: timeslot.Interval{From: fetched, Until: nine.Add(24 * time.Hour)},
	}
	for i, npi := range order {
		f.Schedules = append(f.Schedules, timeslot.Schedule{NPI: npi, DepartmentID: "1"})
		for _, minute := range starts[npi] {
			f.Slots = append(f.Slots, timeslot.Slot{Start: nine.Unix() + int64(60*minute), Schedule: uint32(i)})
		}
	}
	slices.SortStableFunc(f.Slots, func(a, b timeslot.Slot) int { return int(a.Start - b.Start) })
	f.CountServings()
	return f
}

func compare(old, fresh *timeslot.Fragment, v view) accuracy.Changes {
	c, _ := accuracy.Compare(old, fresh, v)
	return c
}

func TestWhatIsNotListedAgainIsGone(t *testing.T) {
	old := calendar(nine, []string{"a", "b"}, map[string][]int{"a": {10, 20, 30, 40}, "b": {10, 20, 500}})
	fresh := calendar(nine.Add(15*time.Second), []string{"b", "new", "a"}, map[string][]int{"a": {10, 30, 40}, "b": {20, 501}, "new": {10}})
	want := accuracy.Changes{Age: 15 * time.Second, There: 4, Gone: 3, First: 5, FirstGone: 2}
	if got := compare(old, fresh, nil); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestWhatNobodyCanKnowDoesNotCount(t *testing.T) {
	old := calendar(nine, []string{"a"}, map[string][]int{"a": {0, 1, 10, 2000}})
	fresh := calendar(nine.Add(2*time.Minute), []string{"a"}, nil) // 0 and 1 began; 2000 is beyond what it speaks for
	if got, want := compare(old, fresh, nil), (accuracy.Changes{Age: 2 * time.Minute, Gone: 1, First: 1, FirstGone: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	fresh.NotFound = true
	if got, want := compare(old, fresh, nil), (accuracy.Changes{Age: 2 * time.Minute}); got != want {
		t.Errorf("not found: %+v, want %+v", got, want)
	}
}

func TestEqualContentIsThereWithoutALook(t *testing.T) {
	old := calendar(nine, []string{"a"}, map[string][]int{"a": {10, 20, 30, 40, 50, 60, 70}})
	old.Digest[0] = 1
	fresh := *old
	fresh.FetchedAt = nine.Add(15 * time.Minute)
	if got, want := compare(old, &fresh, nil), (accuracy.Changes{Age: 15 * time.Minute, There: 6, First: 5}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestWhatWasBookedHereWasNotShown(t *testing.T) {
	old := calendar(nine, []string{"a"}, map[string][]int{"a": {10, 20, 30}})
	fresh := calendar(nine.Add(15*time.Second), []string{"a"}, map[string][]int{"a": {20, 30}})
	at := func(minute int) timeslot.Identity { return old.Schedules[0].Identity(nine.Unix() + int64(60*minute)) }
	booked := view{at(10): nine.Add(time.Second), at(20): nine.Add(2 * time.Second)}
	c, sold := accuracy.Compare(old, fresh, booked)
	if want := (accuracy.Changes{Age: 15 * time.Second, There: 1, TakenHere: 1, First: 1}); c != want {
		t.Errorf("%+v, want %+v", c, want)
	}
	want := []accuracy.Sold{{at(10), nine.Add(time.Second), false}, {at(20), nine.Add(2 * time.Second), true}}
	if !slices.Equal(sold, want) {
		t.Errorf("sold %+v, want %+v", sold, want)
	}
}

func TestUpstreamsLagIsFromTheBookingToTheLastCopyThatListsTheSlot(t *testing.T) {
	now := nine
	meter := accuracy.NewMeter(nil, func() time.Time { return now })
	copies := make([]*timeslot.Fragment, 4)
	for i := range copies {
		starts := map[string][]int{"a": {10, 20}}
		if i == 3 {
			starts["a"] = []int{20}
		}
		copies[i] = calendar(nine.Add(time.Duration(i)*20*time.Second), []string{"a"}, starts)
	}
	booked := view{copies[0].Schedules[0].Identity(nine.Unix() + 600): nine.Add(5 * time.Second)}
	for i := range copies[1:] {
		if _, ok := meter.Lag(timeslot.CareDirect); ok {
			t.Errorf("a lag is known while upstream lists the slot")
		}
		meter.Refreshed(timeslot.CareDirect, copies[i], copies[i+1], booked)
	}
	if lag, ok := meter.Lag(timeslot.CareDirect); !ok || lag != 35*time.Second {
		t.Errorf("the lag is %s %v, want 35 s", lag, ok)
	}
	if _, ok := meter.Lag(timeslot.ProviderDirect); ok {
		t.Error("another source has a lag")
	}
	now = nine.Add(2 * time.Hour)
	if _, ok := meter.Lag(timeslot.CareDirect); ok {
		t.Error("the lag is known after two hours")
	}
}

// BenchmarkCompare is of a clinician's calendar and of an area's, of which one slot in fifty is gone.
func BenchmarkCompare(b *testing.B) {
	for _, size := range []struct{ schedules, slots int }{{1, 100}, {40, 2000}, {800, 20000}} {
		b.Run(strconv.Itoa(size.slots), func(b *testing.B) {
			var order []string
			before, after := map[string][]int{}, map[string][]int{}
			for i := range size.schedules {
				order = append(order, strconv.Itoa(i))
			}
			for i := range size.slots {
				npi := order[i%size.schedules]
				before[npi] = append(before[npi], 10+i/size.schedules)
				if i%50 != 0 {
					after[npi] = append(after[npi], 10+i/size.schedules)
				}
			}
			old, fresh := calendar(nine, order, before), calendar(nine.Add(15*time.Second), order, after)
			b.ReportAllocs()
			for b.Loop() {
				compare(old, fresh, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size.slots), "ns/slot")
		})
	}
}
