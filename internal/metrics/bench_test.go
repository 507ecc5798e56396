package metrics

import (
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

func TestAKnownRequestIsRecordedWithoutAllocating(t *testing.T) {
	m, _ := newTestMetrics(t)
	allocs := testing.AllocsPerRun(100, func() {
		m.RequestStarted()
		m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "hit"}, 200*time.Microsecond, "")
		m.ServedAge("flushot", 2*time.Second)
		m.CacheLookup("response", "hit", 1)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkRequest(b *testing.B) {
	for _, d := range []time.Duration{200 * time.Microsecond, 2 * time.Second} {
		b.Run(d.String(), func(b *testing.B) {
			m, _ := newTestMetrics(b)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					m.RequestStarted()
					m.RequestEnded(trace.Ended{Product: "flushot", Route: "/v1/timeslots", Status: 200, Cache: "hit"}, d, "")
				}
			})
		})
	}
}

func BenchmarkUpstream(b *testing.B) {
	m, _ := newTestMetrics(b)
	b.ReportAllocs()
	for b.Loop() {
		m.UpstreamStarted(timeslot.CareDirect)
		m.UpstreamEnded(timeslot.UpstreamCall{Source: timeslot.CareDirect, Operation: timeslot.OpDepartmentTimeslots, Outcome: "ok", Took: 80 * time.Millisecond})
	}
}
