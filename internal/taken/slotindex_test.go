package taken

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func slotIndex(t *testing.T, o SlotIndexOptions) *SlotIndex {
	t.Helper()
	x, err := NewSlotIndex(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func TestASlotIDLeadsBackToItsSlot(t *testing.T) {
	x := slotIndex(t, SlotIndexOptions{})
	m := memoryTier(t, cache.MemoryOptions{OnStore: x.Add})
	fetched := time.Now()
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "east"}, fetched)
	f.Schedules = []timeslot.Schedule{
		{EHRInstance: "ehr", DepartmentID: "12", NPI: "9000000017", VisitTypeID: "7"},
		{EHRInstance: "ehr", DepartmentID: "12", NPI: "9000000099", ProviderID: "p4", Pool: true, VisitTypeID: "8"},
	}
	f.SetSlots([]timeslot.SlotWithID{
		withID("one", timeslot.Slot{Start: 1_900_000_000, Schedule: 0, Duration: 20}),
		withID("two", timeslot.Slot{Start: 1_900_001_200, Schedule: 1}),
		withID("", timeslot.Slot{Start: 1_900_002_400, Schedule: 1}),
	})
	m.Put(t.Context(), f)
	for id, want := range map[string]timeslot.Claim{
		"one": {
			Identity: f.Schedules[0].Identity(1_900_000_000), SlotID: "one", NPI: "9000000017", Duration: 20,
		},
		"two": {
			Identity: f.Schedules[1].Identity(1_900_001_200), SlotID: "two", NPI: "9000000099", Pool: true,
		},
	} {
		got, at, ok := x.Find(id)
		if !ok || !at.Equal(fetched) {
			t.Errorf("%s: found %t, fetched at %s", id, ok, at)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	if _, _, ok := x.Find("three"); ok {
		t.Error("found an id that was never seen")
	}
	if _, _, ok := x.Find(""); ok {
		t.Error("found the empty id")
	}
}

func TestCareOptionsCannotBeBookedBySlotID(t *testing.T) {
	x := slotIndex(t, SlotIndexOptions{})
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1}, time.Now())
	x.Add(f)
	if _, _, ok := x.Find(f.SlotIDs[0]); ok {
		t.Error("an id of Care Options is in the index")
	}
}

// An answer that repeats another need not be entered slot by slot; its ids are known for as long as those of any other, and
// the slots were offered when the last was fetched.
func TestAnIDIsKnownForAnHourAfterTheLastAnswerThatListsIt(t *testing.T) {
	for name, digest := range map[string]timeslot.Digest{"known to repeat": {1}, "not known to": {}} {
		t.Run(name, func(t *testing.T) {
			clock := rig.NewClock()
			x := slotIndex(t, SlotIndexOptions{Now: clock.Now})
			f := redistest.WithSlots(50, clock.Now())
			f.Digest = digest
			var last time.Time
			for range 20 { // five hours
				clock.Advance(15 * time.Minute)
				again := *f
				again.FetchedAt, again.Bounds = clock.Now(), redistest.Policy.Bounds(clock.Now(), false)
				x.Add(&again)
				last = again.FetchedAt
			}
			clock.Advance(100*time.Second + time.Hour - time.Millisecond)
			for _, id := range f.SlotIDs {
				if _, offered, ok := x.Find(id); !ok || !offered.Equal(last) {
					t.Fatalf("%s: known %v, offered at %s; want it known, and offered at %s", id, ok, offered, last)
				}
			}
			clock.Advance(time.Millisecond)
			if _, _, ok := x.Find(f.SlotIDs[0]); ok {
				t.Error("still known")
			}
		})
	}
}

// Another answer may list the same ids, for less long.
func TestAnIDThatAnotherAnswerListsTooIsNotForgottenWithThat(t *testing.T) {
	clock := rig.NewClock()
	x := slotIndex(t, SlotIndexOptions{Now: clock.Now})
	f := redistest.WithSlots(50, clock.Now())
	f.Digest = timeslot.Digest{1}
	for n := range 20 {
		clock.Advance(15 * time.Minute)
		again := *f
		again.FetchedAt, again.Bounds = clock.Now(), redistest.Policy.Bounds(clock.Now(), false)
		x.Add(&again)
		if n == 3 {
			other := again
			other.Key, other.Slots, other.SlotIDs = redistest.KeyOfNPI(7), again.Slots[10:20], again.SlotIDs[10:20]
			other.Digest = timeslot.Digest{2}
			x.Add(&other)
		}
		for _, id := range f.SlotIDs {
			if _, _, ok := x.Find(id); !ok {
				t.Fatalf("%s is forgotten %d quarters of an hour later, although it is listed", id, n-3)
			}
		}
	}
}

func TestTheIndexIsBounded(t *testing.T) {
	x := slotIndex(t, SlotIndexOptions{MaxEntries: 1000})
	x.Add(redistest.WithSlots(10_000, time.Now()))
	rig.Until(t, "eviction is done", func() bool { x.cache.CleanUp(); return x.Len() <= 1000 })
	if x.Len() < 500 {
		t.Errorf("%d entries, want about 1000", x.Len())
	}
}
