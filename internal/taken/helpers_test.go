package taken

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"
	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

var sizes = []int{10, 100, 1_000, 10_000}

// policy is the one all test fragments live by: fresh for 10 s, stale for 20 s more, last hope for 70 s more.
var policy = timeslot.Policy{
	Fresh: 10 * time.Second, Stale: 20 * time.Second, StaleOnError: 70 * time.Second, Negative: 5 * time.Second,
}

func keyOfNPI(npi int) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: strconv.Itoa(9000000000 + npi), Block: 735,
	}
}

func fragment(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{
		Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, false),
		Schedules: []timeslot.Schedule{{EHRInstance: "ehr", DepartmentID: "12", NPI: key.NPI, VisitTypeID: "7"}},
		Slots:     []timeslot.Slot{{Start: 1_900_000_000, Duration: 20}}, SlotIDs: []string{"c2xvdA=="},
		Body: []byte(`{"timeslots":[]}`),
	}
}

func withID(id string, s timeslot.Slot) timeslot.SlotWithID {
	return timeslot.SlotWithID{Slot: s, ID: id}
}

// withSlots is a Provider Direct answer of n slots in twenty schedules, with ids of a usual length and a body.
func withSlots(n int, fetched time.Time) *timeslot.Fragment {
	f := fragment(keyOfNPI(n), fetched)
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

func memoryTier(t testing.TB, o cache.MemoryOptions) *cache.Memory {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	m, err := cache.NewMemory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// upstream gives a fragment of its key whenever it is asked.
type upstream struct{ key timeslot.FragmentKey }

func (u *upstream) work(context.Context, *timeslot.Fragment) (*timeslot.Fragment, error) {
	return fragment(u.key, time.Now()), nil
}

func found(hits []cache.Hit) int {
	n := 0
	for _, hit := range hits {
		if hit.Fragment != nil {
			n++
		}
	}
	return n
}
