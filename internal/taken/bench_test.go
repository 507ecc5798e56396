package taken

import (
	"fmt"
	"strconv"
	"testing"
	"time"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig/redistest"
)

// filled is a ledger with n taken slots of other clinicians.
func filled(b *testing.B, n int) *Ledger {
	l := ledger(b, LedgerOptions{Tombstone: time.Hour})
	for i := range n {
		s := doctor
		s.NPI = strconv.Itoa(i)
		slot := new(withID(strconv.Itoa(i), timeslot.Slot{Start: nine + int64(i%500)*600, Duration: 20}))
		l.Promote(claimFor(s, slot), "alice")
	}
	return l
}

func BenchmarkLedgerHides(b *testing.B) {
	for _, n := range []int{0, 10, 1_000, 100_000} {
		b.Run(fmt.Sprintf("taken=%d", n), func(b *testing.B) {
			v := filled(b, n).View()
			now, f := time.Now(), redistest.WithSlots(1000, time.Now())
			i := 0
			for b.Loop() {
				if v.Hides(&doctor, new(f.WithID(i%len(f.Slots))), now) {
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
		add := func(digest timeslot.Digest) func(b *testing.B) {
			return func(b *testing.B) {
				x, err := NewSlotIndex(SlotIndexOptions{})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = x.Close() }()
				f := redistest.WithSlots(n, time.Now())
				f.Digest = digest
				for b.Loop() {
					x.Add(f)
				}
			}
		}
		b.Run(fmt.Sprintf("slots=%d", n), add(timeslot.Digest{}))
		b.Run(fmt.Sprintf("slots=%d/repeated", n), add(timeslot.Digest{1}))
	}
}

// fleetFor is two replicas that trust each other, for measuring.
func fleetFor(b *testing.B, unsafe bool) []*replica {
	_, fleet := trustedFleet(b, 2, func(_ *redisclient.Options, l *LedgerOptions) { l.noWait = unsafe })
	return fleet
}

func BenchmarkPromote(b *testing.B) {
	for name, unsafe := range map[string]bool{"waiting": false, "round trip alone": true} {
		b.Run(name, func(b *testing.B) {
			l := fleetFor(b, unsafe)[0].ledger
			i := 0
			for b.Loop() {
				c := claimFor(doctor, atNine())
				c.SlotID = strconv.Itoa(i)
				l.Pend(c, "alice")
				l.Promote(c, "alice")
				i++
			}
		})
	}
}

func BenchmarkPoll(b *testing.B) {
	for _, taken := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("nothing new, taken=%d", taken), func(b *testing.B) {
			board := fleetFor(b, true)[0].ledger.fleet.board
			for i := range taken {
				mark := entry{opPlace, time.Hour, placed(timeslot.Claim{SlotID: strconv.Itoa(i)})}
				if _, err := board.write(b.Context(), 0, []entry{mark}); err != nil {
					b.Fatal(err)
				}
			}
			n, err := board.since(b.Context(), 0)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if n, err = board.since(b.Context(), n.top); err != nil || len(n.list) > 0 || n.lost {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkCurrent(b *testing.B) {
	l := fleetFor(b, false)[0].ledger
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			l.Current(b.Context())
		}
	})
}
