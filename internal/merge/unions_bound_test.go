package merge

import (
	"fmt"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

var now = time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)

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
	of := u.unionOf(fragments, window{0, 1 << 40}, world{zones: &Zones{}}, now)
	for i := range of.places {
		of.clinicsAt(&of.places[i])
	}
	return of
}

// TestUnionsAreForgotten: a set that nobody asks for is dropped with the clinics that are in no other one.
func TestUnionsAreForgotten(t *testing.T) {
	now := now
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
	u := &Unions{}
	before := u.ask(now, area(1, now, "a", "b"))
	again := area(1, now, "a", "b")
	again.FetchedAt = now.Add(15 * time.Second)
	other := area(1.01, now, "a")
	other.FetchedAt = now.Add(20 * time.Second)
	for _, fragments := range [][]*timeslot.Fragment{{again}, {other}} {
		after := u.ask(now, fragments...)
		for i := range after.places {
			if after.places[i].clinics[0] != before.places[i].clinics[0] {
				t.Errorf("%s is united anew", after.places[i].id)
			}
		}
	}
	moved := area(1, now.Add(15*time.Second), "a", "b")
	moved.Slots[1].Start++
	if after := u.ask(now, area(1, now, "a", "b"), moved); after.places[1].clinics[0] == before.places[1].clinics[0] {
		t.Error("b is what it was before its slot moved")
	}
}

// TestWhoNamesOtherCliniciansSharesWhatIsCommon: what is worked out about a clinician serves all questions that name her;
// at a department where an answer lists several, they are united together.
func TestWhoNamesOtherCliniciansSharesWhatIsCommon(t *testing.T) {
	calendar := func(npi string) *timeslot.Fragment {
		f := area(1, now, "a")
		f.Key = timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi}
		f.Schedules[0].NPI = npi
		return f
	}
	jane, ken, lou := calendar("9000000017"), calendar("9000000025"), calendar("9000000033")
	u := &Unions{}
	first := u.ask(now, ken, jane).places[0].clinics
	second := u.ask(now, lou, ken).places[0].clinics
	if len(first) != 2 || first[0].npis.Has("9000000025") || second[0] != first[1] {
		t.Errorf("%d and %d clinics; want Jane's and Ken's, then Ken's again", len(first), len(second))
	}
	both := area(1, now, "a", "a")
	both.Schedules[1].NPI = "9000000025"
	if at := u.ask(now, jane, ken, both).places[0].clinics; len(at) != 1 {
		t.Errorf("%d clinics beside an answer for an area, want 1", len(at))
	}
}

// TestADroppedUnionKeepsNothing that a question which still has it works out.
func TestADroppedUnionKeepsNothing(t *testing.T) {
	u := &Unions{}
	old := u.unionOf([]*timeslot.Fragment{area(1, now, "a", "b")}, window{0, 1 << 40}, world{zones: &Zones{}}, now)
	old.clinicsAt(&old.places[0])
	u.ask(now.Add(2*idleUnion), area(2, now, "c"))
	if c := old.clinicsAt(&old.places[1])[0]; len(c.groups) != 1 || len(u.sets) != 1 || len(u.clinics) != 1 || u.size != old.places[0].clinics[0].size() {
		t.Errorf("%d sets, %d clinics of %d bytes; want those of c alone", len(u.sets), len(u.clinics), u.size)
	}
}

// TestUnionsAreBounded by their number, and by the size of their clinics.
func TestUnionsAreBounded(t *testing.T) {
	u := &Unions{}
	for i := range maxUnions + 50 {
		u.ask(now, area(1, now, fmt.Sprint(i)))
	}
	if len(u.sets) != maxUnions || len(u.clinics) != maxUnions || len(u.parted) != maxUnions {
		t.Errorf("%d sets, %d clinics, %d fragments", len(u.sets), len(u.clinics), len(u.parted))
	}
	for name, most := range map[string]int{"the usual": maxKept, "less memory": 4 << 10} {
		u := &Unions{}
		if most != maxKept {
			u.MaxBytes = most
		}
		for i := range 10 {
			u.ask(now, area(1, now, fmt.Sprint(i)))
		}
		u.size += most // as if they were large
		last := u.ask(now.Add(time.Second), area(1, now, "last"))
		if len(u.sets) != 1 || u.ask(now.Add(time.Second), last.answers[0].Fragment) != last {
			t.Errorf("%s: %d sets are kept, want the last one alone", name, len(u.sets))
		}
	}
}
