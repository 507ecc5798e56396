package decode

import (
	"errors"
	"slices"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// FuzzDecode feeds arbitrary bytes to every decoder: none panics, every error is ErrMalformed, and what is accepted
// keeps the promises that later steps rely on.
func FuzzDecode(f *testing.F) {
	keys := []timeslot.FragmentKey{v5Key, v4Key, careDirectKey, optionsKey, listKey, infoKey, providerKey}
	for _, name := range []string{
		"provider-timeslots.v5.response.json", "provider-timeslots.v4.response.json", "department-timeslots.v2.response.json",
		"availability-slots.get.v1.response.json", "departments.v4.response.json", "department-info.v4.response.json", "provider-info.v1.response.json",
	} {
		for i := range keys {
			f.Add(uint8(i), sample(f, name))
		}
	}
	f.Add(uint8(0), []byte(`{"slots":[{"slotsByVisitType":[null,{"scheduleDays":null},{"scheduleDays":[{"slotTimes":[{"duration":1e9}]}]}]}]}`))
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		key := keys[int(which)%len(keys)]
		fragment, err := Decode(Read{Key: key, FetchedAt: fetchedAt, LastDay: 22_000}, body)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("error %v is not ErrMalformed", err)
			}
			return
		}
		checkFragment(t, fragment)
	})
}

func checkFragment(t *testing.T, f *timeslot.Fragment) {
	t.Helper()
	if len(f.Slots) > MaxSlots {
		t.Fatalf("%d slots", len(f.Slots))
	}
	for i := range f.Slots {
		slot := &f.Slots[i]
		if int(slot.Schedule) >= len(f.Schedules) {
			t.Fatalf("slot %d names schedule %d of %d", i, slot.Schedule, len(f.Schedules))
		}
		if s := f.ScheduleOf(slot); s.EHRInstance == "" || s.DepartmentID == "" || s.NPI == "" {
			t.Fatalf("slot without identity: %+v", s)
		}
		if slot.Duration > maxMinutes {
			t.Fatalf("duration %d", slot.Duration)
		}
	}
	if !slices.IsSortedFunc(f.Slots, func(a, b timeslot.Slot) int { return int(min(1, max(-1, a.Start-b.Start))) }) {
		t.Fatal("slots are not in order")
	}
}

// FuzzParseInstant compares with the standard library on everything that both accept; what is read more leniently must
// lie within the years of calendars, and mean the same once it is written as RFC 3339 has it.
func FuzzParseInstant(f *testing.F) {
	f.Add("2030-03-08T09:00:00-08:00")
	f.Add("2030-03-08T09:00:00.5Z")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseInstant([]byte(s))
		if !ok {
			return
		}
		if want, err := time.Parse(time.RFC3339, s); err == nil && want.Unix() != got.unix {
			t.Errorf("parseInstant(%q) = %d, time.Parse says %d", s, got.unix, want.Unix())
		}
		written := got.time()
		if again, ok := parseInstant([]byte(written.Format(time.RFC3339))); written.Year() < minYear-1 || written.Year() > maxYear+1 ||
			ok && again.unix != got.unix || !ok && written.Year() >= minYear && written.Year() <= maxYear {
			t.Errorf("parseInstant(%q) = %+v, which is %s, read as %+v", s, got, written, again)
		}
	})
}
