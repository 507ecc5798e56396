package metrics

import (
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

func TestAKnownRequestIsRecordedWithoutAllocating(t *testing.T) {
	m, _ := newTestMetrics(t)
	allocs := testing.AllocsPerRun(100, func() {
		m.RequestStarted()
		m.RequestEnded("flushot", "/v1/timeslots", 200, "hit", 200*time.Microsecond, "")
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
					m.RequestEnded("flushot", "/v1/timeslots", 200, "hit", d, "")
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
		m.UpstreamEnded(timeslot.CareDirect, timeslot.OpDepartmentTimeslots, "ok", 80*time.Millisecond, "")
	}
}
