package merge

import (
	"fmt"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// area is an answer with one slot each of some departments.
func area(latitude float64, fetched time.Time, departments ...string) *timeslot.Fragment {
	f := &timeslot.Fragment{FetchedAt: fetched, Key: timeslot.FragmentKey{
		Operation: timeslot.OpAvailabilitySlots, Version: 1, Block: timeslot.BlockOf(timeslot.DateOf(fetched)),
		Area: timeslot.AreaAround(timeslot.Point{Latitude: latitude}, 10),
	}}
	for i, id := range departments {
		f.Schedules = append(f.Schedules, timeslot.Schedule{EHRInstance: "ehr", DepartmentID: id, NPI: "9000000017", VisitTypeID: "7203"})
		f.Slots = append(f.Slots, timeslot.Slot{Start: 1_800_000_000, Schedule: uint32(i)})
	}
	return f
}

// ask is a question at that time, about all places.
func (u *Unions) ask(now time.Time, fragments ...*timeslot.Fragment) *union {
	of := u.of(fragments, window{0, 1 << 40}, &Zones{}, now)
	for i := range of.places {
		of.clinicAt(&of.places[i])
	}
	return of
}

// TestUnionsAreForgotten: a set that nobody asks for is dropped with the clinics that are in no other one.
func TestUnionsAreForgotten(t *testing.T) {
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	u := &Unions{}
	old, kept := area(1, now, "a", "b"), area(2, now, "b", "c")
	u.ask(now, old)
	u.ask(now, kept)
	if len(u.sets) != 2 || len(u.clinics) != 3 || len(u.parted) != 2 {
		t.Fatalf("%d sets, %d clinics, %d fragments; want 2, 3 (b is shared), 2", len(u.sets), len(u.clinics), len(u.parted))
	}
	now = now.Add(idleUnion)
	u.ask(now, kept)
	now = now.Add(time.Second)
	u.ask(now, area(3, now, "c"))
	if len(u.sets) != 2 || len(u.clinics) != 2 || len(u.parted) != 2 {
		t.Errorf("%d sets, %d clinics, %d fragments; want 2, 2, 2", len(u.sets), len(u.clinics), len(u.parted))
	}
}

// TestAnAnswerThatSaysTheSameLeavesItsClinics: what was read anew is united by what it says, and so is another area's.
func TestAnAnswerThatSaysTheSameLeavesItsClinics(t *testing.T) {
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	u := &Unions{}
	before := u.ask(now, area(1, now, "a", "b"))
	again := area(1, now, "a", "b")
	again.FetchedAt = now.Add(15 * time.Second)
	other := area(1.01, now, "a")
	other.FetchedAt = now.Add(20 * time.Second)
	for _, fragments := range [][]*timeslot.Fragment{{again}, {other}} {
		after := u.ask(now, fragments...)
		for i := range after.places {
			if after.places[i].built != before.places[i].built {
				t.Errorf("%s is united anew", after.places[i].id)
			}
		}
	}
	moved := area(1, now.Add(15*time.Second), "a", "b")
	moved.Slots[1].Start++
	if after := u.ask(now, area(1, now, "a", "b"), moved); after.places[1].built == before.places[1].built {
		t.Error("b is what it was before its slot moved")
	}
}

// TestADroppedUnionKeepsNothing that a question which still has it works out.
func TestADroppedUnionKeepsNothing(t *testing.T) {
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	u := &Unions{}
	old := u.of([]*timeslot.Fragment{area(1, now, "a", "b")}, window{0, 1 << 40}, &Zones{}, now)
	old.clinicAt(&old.places[0])
	u.ask(now.Add(2*idleUnion), area(2, now, "c"))
	if c := old.clinicAt(&old.places[1]); len(c.groups) != 1 || len(u.sets) != 1 || len(u.clinics) != 1 || u.size != old.places[0].built.size() {
		t.Errorf("%d sets, %d clinics of %d bytes; want those of c alone", len(u.sets), len(u.clinics), u.size)
	}
}

// TestUnionsAreBounded by their number, and by the size of their clinics.
func TestUnionsAreBounded(t *testing.T) {
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	u := &Unions{}
	for i := range maxUnions + 50 {
		u.ask(now, area(1, now, fmt.Sprint(i)))
	}
	if len(u.sets) != maxUnions || len(u.clinics) != maxUnions || len(u.parted) != maxUnions {
		t.Errorf("%d sets, %d clinics, %d fragments", len(u.sets), len(u.clinics), len(u.parted))
	}
	u.size += maxKept // as if they were large
	last := u.ask(now.Add(time.Second), area(1, now, "last"))
	if len(u.sets) != 1 || u.ask(now.Add(time.Second), last.answers[0].Fragment) != last {
		t.Errorf("%d sets are kept, want the last one alone", len(u.sets))
	}
}
