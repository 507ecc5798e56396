package redistest

import (
	"fmt"
	"strconv"
	"time"
	"timeslots/internal/timeslot"
)

// Policy is the one that all these fragments live by: fresh for 10 s, stale for 20 s more, served on error for 70 s more.
var Policy = timeslot.Policy{
	Fresh: 10 * time.Second, Stale: 20 * time.Second, StaleOnError: 70 * time.Second, Negative: 5 * time.Second,
}

// KeyOfNPI is a block of a clinician, who is told apart by a small number.
func KeyOfNPI(npi int) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: strconv.Itoa(9000000000 + npi), Block: 735,
	}
}

// Fragment is an answer with one slot.
func Fragment(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{
		Key: key, FetchedAt: fetched, Bounds: Policy.Bounds(fetched, false),
		Schedules: []timeslot.Schedule{{EHRInstance: "ehr", DepartmentID: "12", NPI: key.NPI, VisitTypeID: "7"}},
		Slots:     []timeslot.Slot{{Start: 1_900_000_000, Duration: 20}}, SlotIDs: []string{"c2xvdA=="},
		Body: []byte(`{"timeslots":[]}`),
	}
}

// WithSlots is a Provider Direct answer of n slots in twenty schedules, with ids of a usual length and a body.
func WithSlots(n int, fetched time.Time) *timeslot.Fragment {
	f := Fragment(KeyOfNPI(n), fetched)
	f.Schedules, f.Slots, f.SlotIDs = make([]timeslot.Schedule, 20), make([]timeslot.Slot, n), make([]string, n)
	for i := range f.Schedules {
		f.Schedules[i] = timeslot.Schedule{
			EHRInstance: "ehr-east", DepartmentID: strconv.Itoa(1000 + i/4), NPI: f.Key.NPI,
			VisitTypeID: strconv.Itoa(100 + i%4), VisitTypeName: "FollowUp", VisitTypeTitle: "Follow Up Visit",
			Timezone: "America/Los_Angeles",
		}
	}
	for i := range f.Slots {
		f.Slots[i] = timeslot.Slot{Start: 1_900_000_000 + int64(i/20)*1200, Schedule: uint32(i % 20), Duration: 20, Offset: -420}
		f.SlotIDs[i] = fmt.Sprintf("ZWhyLWVhc3R8%08x|%016x|MTIzNDU2Nzg5MA==", i*7919, uint64(i)*0x9E3779B97F4A7C15)
		f.Body = fmt.Appendf(f.Body, `{"slotDateTime":"2030-03-17T%02d:%02d:00","durationInMin":20,"slotId":%q},`,
			i/60%24, i%60, f.SlotIDs[i])
	}
	return f
}
