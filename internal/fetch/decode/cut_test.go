package decode

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
)

// TestCutBlocksAreWhatTheBlocksThemselvesWouldBe: the whole is decoded once and cut, and every block is decoded by
// itself from what upstream would list for it.
func TestCutBlocksAreWhatTheBlocksThemselvesWouldBe(t *testing.T) {
	body := sample(t, "provider-timeslots.v5.response.json")
	first := timeslot.BlockOf(mustDate("2030-02-20"))
	key := v5Key
	key.Block = first
	through := first + 2
	whole, err := Decode(Read{Key: key, FetchedAt: fetchedAt, LastDay: through.Last()}, body)
	if err != nil {
		t.Fatal(err)
	}
	parts := Cut(whole, through)
	if len(parts) != 3 {
		t.Fatalf("%d parts, want three", len(parts))
	}
	seen := 0
	for i, part := range parts {
		block := first + timeslot.Block(i)
		if part.Key.Block != block || !part.FetchedAt.Equal(whole.FetchedAt) {
			t.Errorf("part %d is of block %d", i, part.Key.Block)
		}
		var want []timeslot.Slot
		for _, s := range whole.Slots {
			if day := timeslot.DateOf(s.Time()); day >= block.First() && day <= block.Last() {
				want = append(want, s)
			}
		}
		if diff := cmp.Diff(want, part.Slots, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("block %d (-want +got):\n%s", block, diff)
		}
		seen += len(part.Slots)
		alone, err := Decode(Read{Key: part.Key, FetchedAt: fetchedAt, FirstDay: firstDayOf(block, i), LastDay: block.Last()}, body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone.Covers, part.Covers); diff != "" {
			t.Errorf("block %d covers (-alone +cut):\n%s", block, diff)
		}
	}
	if seen != len(whole.Slots) || seen == 0 {
		t.Errorf("%d of %d slots are in a block", seen, len(whole.Slots))
	}
}

func firstDayOf(block timeslot.Block, i int) timeslot.Date {
	if i == 0 {
		return 0
	}
	return block.First()
}

func TestANightOnBothSidesOfABlocksEndIsCutByTheClockOfThePlace(t *testing.T) {
	first := timeslot.BlockOf(mustDate("2030-02-20"))
	end := (first.Last() + 1).In(mustZone(t, "America/Los_Angeles")).Unix()
	f := &timeslot.Fragment{
		Key:       timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: first},
		Schedules: []timeslot.Schedule{{Timezone: "America/Los_Angeles"}, {Timezone: "Pacific/Auckland"}},
		Slots: []timeslot.Slot{ // Auckland is in the next block for most of Los Angeles' last day
			{Start: end - 7200, Schedule: 1, Offset: 780}, {Start: end - 3600, Offset: -480}, {Start: end - 1800, Schedule: 1, Offset: 780}, {Start: end, Offset: -480},
		},
	}
	parts := Cut(f, first+1)
	if len(parts[0].Slots) != 1 || parts[0].Slots[0].Start != end-3600 || len(parts[1].Slots) != 3 {
		t.Errorf("%+v and %+v", parts[0].Slots, parts[1].Slots)
	}
}

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// What surfaces write as instants, in UTC, belongs to the day that its place has then.
func TestSlotsWrittenInUTCAreCutByTheClockOfTheirSchedule(t *testing.T) {
	first := timeslot.BlockOf(mustDate("2030-02-20"))
	end := (first.Last() + 1).In(mustZone(t, "America/Los_Angeles")).Unix()
	f := &timeslot.Fragment{
		Key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Block: first},
		Schedules: []timeslot.Schedule{
			{EHRInstance: "e", DepartmentID: "1", NPI: "1", Timezone: "America/Los_Angeles"}, {EHRInstance: "e", DepartmentID: "2", NPI: "2"},
			{EHRInstance: "e", DepartmentID: "3", NPI: "3", Timezone: "America/Los_Angeles"},
		},
		Slots: []timeslot.Slot{ // UTC's next day began eight hours before; without a zone it is that which counts
			{Start: end - 3600}, {Start: end - 1800, Schedule: 1}, {Start: end, Schedule: 2},
		},
	}
	for _, id := range []string{"1", "2", "3", "9"} {
		f.Departments = append(f.Departments, timeslot.Department{EHRInstance: "e", ID: id})
		f.Providers = append(f.Providers, timeslot.Provider{NPI: id})
	}
	parts := Cut(f, first+1)
	var got [][]string
	for _, part := range parts {
		var npis []string
		for _, s := range part.Slots {
			npis = append(npis, part.Schedules[s.Schedule].NPI)
		}
		got = append(got, npis)
	}
	if diff := cmp.Diff([][]string{{"1"}, {"2", "3"}}, got); diff != "" {
		t.Errorf("clinicians of the blocks (-want +got):\n%s", diff)
	}
	var places []string
	for _, part := range parts {
		for i := range part.Departments {
			places = append(places, part.Departments[i].ID+part.Providers[i].NPI)
		}
		places = append(places, "|")
	}
	if diff := cmp.Diff([]string{"11", "99", "|", "22", "33", "99", "|"}, places); diff != "" {
		t.Errorf("places and people of the blocks; the ninth has no slot at all (-want +got):\n%s", diff)
	}
	if len(parts[0].Schedules) != 1 || len(parts[1].Schedules) != 2 || f.Slots[2].Schedule != 2 || len(f.Schedules) != 3 {
		t.Errorf("%d and %d schedules, want those alone that have a slot, and the whole as it was", len(parts[0].Schedules), len(parts[1].Schedules))
	}
}
