package cache

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

var sizes = []int{10, 100, 1_000, 10_000}

func BenchmarkEncode(b *testing.B) {
	c := newTestCodec(b)
	for _, n := range sizes {
		b.Run(fmt.Sprintf("slots=%d", n), func(b *testing.B) {
			f := redistest.WithSlots(n, time.Unix(1_900_000_000, 0))
			b.SetBytes(int64(len(f.Body)))
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				data, err := c.encode(testName, f)
				if err != nil {
					b.Fatal(err)
				}
				size = len(data)
			}
			b.ReportMetric(float64(size), "stored-bytes")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	c := newTestCodec(b)
	for _, n := range sizes {
		b.Run(fmt.Sprintf("slots=%d", n), func(b *testing.B) {
			f := redistest.WithSlots(n, time.Unix(1_900_000_000, 0))
			data := encoding(b, c, f)
			b.SetBytes(int64(len(f.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.decode(data, testName, f.Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMemoryLookup31Keys(b *testing.B) {
	m := memoryTier(b, MemoryOptions{})
	keys := make([]timeslot.FragmentKey, 31)
	for i := range keys {
		keys[i] = redistest.KeyOfNPI(i)
		m.Put(b.Context(), redistest.Fragment(keys[i], time.Now().Add(-time.Millisecond)))
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Lookup(b.Context(), keys)
	}
}

func BenchmarkRedisLookup30Keys(b *testing.B) {
	r := tierOn(b, rig.StartRedis(b), nil)
	keys := thirtyKeys()
	for _, key := range keys {
		f := redistest.WithSlots(200, time.Now())
		f.Key, f.Bounds.StaleOnError = key, time.Now().Add(time.Hour)
		r.Put(b.Context(), f)
	}
	r.settle(b)
	b.ReportAllocs()
	for b.Loop() {
		if n := found(r.Lookup(b.Context(), keys)); n != len(keys) {
			b.Fatalf("found %d", n)
		}
	}
}

func BenchmarkFences(b *testing.B) {
	f := redistest.WithSlots(1000, time.Now())
	for _, events := range []int{0, 10, 10_000} {
		b.Run(fmt.Sprintf("schedules=20,events=%d", events), func(b *testing.B) {
			x := NewFences(nil)
			list := make([]Event, events)
			for i := range list {
				list[i] = Event{Kind: MarkedStale, Target: Target{ofClinician, strconv.Itoa(i)}}
			}
			x.Add(list...)
			b.ReportAllocs()
			for b.Loop() {
				if x.standingOf(f) != untouched {
					b.Fatal("touched")
				}
			}
		})
	}
}
