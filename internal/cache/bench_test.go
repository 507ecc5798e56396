package cache

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

var sizes = []int{10, 100, 1_000, 10_000}

func BenchmarkEncode(b *testing.B) {
	c := newTestCodec(b)
	for _, n := range sizes {
		b.Run(fmt.Sprintf("slots=%d", n), func(b *testing.B) {
			f := withSlots(n, time.Unix(1_900_000_000, 0))
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
			f := withSlots(n, time.Unix(1_900_000_000, 0))
			data, err := c.encode(testName, f)
			if err != nil {
				b.Fatal(err)
			}
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
		keys[i] = keyOfNPI(i)
		m.Put(b.Context(), fragment(keys[i], time.Now().Add(-time.Millisecond)))
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Lookup(b.Context(), keys)
	}
}

func BenchmarkRedisLookup30Keys(b *testing.B) {
	r := startRedis(b).tier(b, nil)
	keys := thirtyKeys()
	for _, key := range keys {
		f := withSlots(200, time.Now())
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

// filled is a ledger with n taken slots of other clinicians.
func filled(b *testing.B, n int) *Ledger {
	l := ledger(b, LedgerOptions{Tombstone: time.Hour})
	for i := range n {
		s := doctor
		s.NPI = strconv.Itoa(i)
		slot := &timeslot.Slot{Start: nine + int64(i%500)*600, Duration: 20, ID: strconv.Itoa(i)}
		l.Promote(claimFor(s, slot), "alice")
	}
	return l
}

func BenchmarkLedgerHides(b *testing.B) {
	for _, n := range []int{0, 10, 1_000, 100_000} {
		b.Run(fmt.Sprintf("taken=%d", n), func(b *testing.B) {
			v := filled(b, n).View()
			now, slots := time.Now(), withSlots(1000, time.Now()).Slots
			i := 0
			for b.Loop() {
				if v.Hides(&doctor, &slots[i%len(slots)], now) {
					b.Fatal("hidden")
				}
				i++
			}
		})
	}
}

func BenchmarkLedgerBooking(b *testing.B) {
	for _, n := range []int{10, 1_000, 99_000} {
		b.Run(fmt.Sprintf("taken=%d", n), func(b *testing.B) {
			l := filled(b, n)
			c := claimFor(doctor, atNine())
			for b.Loop() {
				l.Pend(c, "alice")
				l.Withdraw(c, "alice")
			}
		})
	}
}

func BenchmarkSlotIndexAdd(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("slots=%d", n), func(b *testing.B) {
			x, err := NewSlotIndex(SlotIndexOptions{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = x.Close() }()
			f := withSlots(n, time.Now())
			for b.Loop() {
				x.Add(f)
			}
		})
	}
}
