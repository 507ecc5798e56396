package search

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// clinicBody is a Care Direct answer (docs/dexcare.md §4.3) of so many slots, whose ids are as long as the samples'.
func clinicBody(clinic, slots int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"departmentId":"%d","timezone":"America/Los_Angeles","scheduleDays":[{"date":"2030-03-08T00:00:00-08:00","timeSlots":[`, clinic)
	start := time.Date(2030, 3, 8, 9, 0, 0, 0, time.UTC)
	for i := range slots {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"b3BhcXVlLXNpbS1zbG90%010d==","providerNationalId":"90000000%02d","providerId":"P%d","departmentIdentifier":"org.acme.ehr.main|%d","visitTypeId":"7201","duration":"30","slotDateTime":%q}`,
			clinic*1000+i, i%8, i%8, clinic, start.Add(time.Duration(i/8)*30*time.Minute).Format(time.RFC3339))
	}
	b.WriteString(`]}]}`)
	return b.Bytes()
}

// The surface with the largest slots: two million of them, with their ids, in a quarter of a gibibyte.
func TestTenThousandFragmentsOfTwoHundredSlotsFitInto256MiB(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes two million slots")
	}
	fragments, limit := 10_000, uint64(256<<20)
	if raced {
		fragments, limit = fragments/20, limit/20
	}
	const slots = 200
	memory, err := cache.NewMemory(cache.MemoryOptions{MaxBytes: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	before, now := heapInUse(), time.Now()
	for i := range fragments {
		key := timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: fmt.Sprint("clinic-", i), VisitType: "Illness"}
		f, err := decode.Decode(decode.Read{Key: key, FetchedAt: now}, clinicBody(i, slots))
		if err != nil || len(f.Slots) != slots {
			t.Fatalf("%v: %d slots", err, len(f.Slots))
		}
		f.Body = nil // what searches use; clients of the drop-in routes may have it kept
		f.Bounds = policy.Bounds(now, false)
		memory.Put(t.Context(), f)
	}
	grown, weight := heapInUse()-before, memory.Bytes()
	t.Logf("%d fragments: %.1f MiB of heap, weighed as %.1f MiB; %.1f bytes a slot", memory.Entries(),
		float64(grown)/(1<<20), float64(weight)/(1<<20), float64(grown)/float64(fragments*slots))
	if memory.Entries() != fragments || grown > limit || weight > limit {
		t.Errorf("%d fragments in %d bytes, weighed as %d; want all in %d", memory.Entries(), grown, weight, limit)
	}
	if memory.Slots()[timeslot.CareDirect] != fragments*slots {
		t.Errorf("%d slots are held", memory.Slots()[timeslot.CareDirect])
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
