package door

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func set(priorities ...int) map[int]struct{} {
	out := map[int]struct{}{}
	for _, p := range priorities {
		out[p] = struct{}{}
	}
	return out
}

func TestEachPriorityMayFillLessThanTheNextHigherOne(t *testing.T) {
	tests := map[string]struct {
		reads      int64
		priorities map[int]struct{}
		want       map[int]int64
	}{
		"one":                {1800, set(2), map[int]int64{2: 1800}},
		"two":                {1800, set(2, 3), map[int]int64{2: 1620, 3: 1800}},
		"far apart":          {1000, set(0, 9), map[int]int64{0: 900, 9: 1000}},
		"six":                {1000, set(0, 1, 2, 3, 4, 5), map[int]int64{0: 500, 1: 600, 2: 700, 3: 800, 4: 900, 5: 1000}},
		"all":                {1000, set(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), map[int]int64{0: 505, 1: 560, 2: 615, 3: 670, 4: 725, 5: 780, 6: 835, 7: 890, 8: 945, 9: 1000}},
		"hardly any places":  {1, set(1, 2, 3), map[int]int64{1: 1, 2: 1, 3: 1}},
		"rounded down, by 1": {9, set(2, 3), map[int]int64{2: 8, 3: 9}},
	}
	for name, tt := range tests {
		if got := shares(tt.reads, tt.priorities); !maps.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestATenthIsReservedForBookings(t *testing.T) {
	for inFlight, want := range map[int]room{
		1: {1, 1}, 2: {1, 1}, 10: {9, 1}, 100: {90, 10}, 2000: {1800, 200},
	} {
		if got := newRoom(inFlight); got != want {
			t.Errorf("%d: %+v, want %+v", inFlight, got, want)
		}
	}
}

func TestReadsNeverTakeTheReservedPlacesAndBookingsMayTakeAll(t *testing.T) {
	r := newRoom(20)
	var p places
	reads := 0
	for p.read(r, r.reads) {
		reads++
	}
	bookings := 0
	for p.book(r) {
		bookings++
	}
	if reads != 18 || bookings != 2 {
		t.Errorf("%d reads, then %d bookings, want 18 and 2", reads, bookings)
	}
	p = places{}
	for bookings = 0; p.book(r); bookings++ {
	}
	if bookings != 20 || p.read(r, r.reads) {
		t.Errorf("%d bookings alone, want 20, and then no read", bookings)
	}
	p.bookings.Add(-1)
	if !p.read(r, r.reads) || p.read(r, r.reads) {
		t.Error("a place that a booking leaves is not one read's")
	}
}

func TestAtNoMomentAreThereMoreThanThereIsRoomFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRoom(rapid.IntRange(1, 50).Draw(t, "inFlight"))
		limits := slices.Sorted(maps.Values(shares(r.reads, set(0, 4, 9))))
		var p places
		var reads, bookings int64
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 5), 1, 200).Draw(t, "steps") {
			switch step {
			case 0, 1, 2:
				if p.read(r, limits[step]) {
					if reads++; reads+max(0, bookings-r.reserved) > limits[step] {
						t.Fatalf("read %d let in beside %d bookings, limit %d", reads, bookings, limits[step])
					}
				}
			case 3:
				if p.book(r) {
					bookings++
				} else if bookings < r.reserved {
					t.Fatal("a booking was turned away from the reserved places")
				}
			case 4:
				if reads > 0 {
					p.reads.Add(-1)
					reads--
				}
			case 5:
				if bookings > 0 {
					p.bookings.Add(-1)
					bookings--
				}
			}
			if reads+bookings > r.reads+r.reserved {
				t.Fatalf("%d reads and %d bookings in %+v", reads, bookings, r)
			}
		}
	})
}

func TestManyAtOnceNeverFillMoreThanTheLimitAndLeaveNothingBehind(t *testing.T) {
	r := newRoom(50)
	var p places
	var mu sync.Mutex
	now, most := 0, 0
	var crowd sync.WaitGroup
	for range 200 {
		crowd.Go(func() {
			for range 200 {
				if !p.read(r, r.reads) {
					continue
				}
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				mu.Lock()
				now--
				mu.Unlock()
				p.reads.Add(-1)
			}
		})
	}
	crowd.Wait()
	if int64(most) > r.reads || p.reads.Load() != 0 {
		t.Errorf("%d at once, limit %d; %d are left", most, r.reads, p.reads.Load())
	}
}
