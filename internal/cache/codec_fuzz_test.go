package cache

import (
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig/redistest"
)

func FuzzDecodeValue(f *testing.F) {
	c := newTestCodec(f)
	good := encoding(f, c, redistest.WithSlots(3, time.Unix(1_900_000_000, 0)))
	f.Add(good)
	f.Add(good[:headerSize])
	f.Add([]byte("TSF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= headerSize {
			data = resealed(data)
		}
		_, _ = c.decode(data, testName, redistest.KeyOfNPI(1))
	})
}

// What lies inside the compression is fuzzed without it: no panic, no slot without its schedule, and memory in
// proportion to the bytes, whatever counts they claim.
func FuzzParsePayload(f *testing.F) {
	rich := &timeslot.Fragment{
		Schedules: make([]timeslot.Schedule, 2), Slots: []timeslot.Slot{{Start: 5, Schedule: 1}}, SlotIDs: []string{"id"},
		Departments: []timeslot.Department{{ID: "1", Point: &timeslot.Point{Latitude: 1}, VisitTypes: []timeslot.VisitType{{ID: "7"}}}},
		Providers:   []timeslot.Provider{{NPI: "9", Specialties: []string{"x"}}}, Distances: map[string]float64{"a|1": 2},
		Body: []byte("body"),
	}
	for _, fragment := range []*timeslot.Fragment{{}, {NotFound: true}, rich} {
		payload, err := (&payloadWriter{index: map[string]uint64{}}).payload(fragment)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, payload []byte) {
		var got timeslot.Fragment
		var err error
		if spent := allocated(func() { err = parsePayload(payload, &got) }); spent > uint64(32*len(payload)+1<<20) {
			t.Fatalf("%d bytes made the parser allocate %d", len(payload), spent)
		}
		if err != nil {
			return
		}
		for i := range got.Slots {
			got.ScheduleOf(&got.Slots[i])
		}
	})
}
