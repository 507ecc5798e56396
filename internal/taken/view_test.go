package taken

import (
	"fmt"
	"testing"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

func namesOf(npis ...string) timeslot.Clinicians {
	f := &timeslot.Fragment{Key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots}}
	for _, npi := range npis {
		f.Schedules = append(f.Schedules, timeslot.Schedule{NPI: npi})
	}
	return timeslot.CliniciansOf(f)
}

// slotOf is a slot of a clinician.
func slotOf(npi string, n int64) timeslot.Claim {
	return timeslot.Claim{NPI: npi, Duration: 20, Identity: timeslot.Identity{EHRInstance: "e", DepartmentID: "1", Clinician: npi, VisitTypeID: "v", Start: 1_900_000_000 + n}}
}

func TestAChangeConcernsTheAnswersThatSpeakOfItsClinician(t *testing.T) {
	const ann, bob = "9000000017", "9000000025"
	tests := map[string]struct {
		happens  func(l *Ledger)
		ann, bob bool // whose answers it concerns
	}{
		"nothing":             {func(*Ledger) {}, false, false},
		"a booking begins":    {func(l *Ledger) { l.Pend(slotOf(ann, 0), "o") }, true, false},
		"a slot is taken":     {func(l *Ledger) { l.Promote(slotOf(bob, 0), "o") }, false, true},
		"two are":             {func(l *Ledger) { l.Promote(slotOf(ann, 0), "o"); l.Promote(slotOf(bob, 0), "o") }, true, true},
		"one comes back":      {func(l *Ledger) { l.Pend(slotOf(ann, 0), "o"); l.Withdraw(slotOf(ann, 0), "o") }, true, false},
		"a slotId, no more":   {func(l *Ledger) { l.Promote(timeslot.Claim{SlotID: "c2xvdA=="}, "o") }, true, true},
		"an operator's order": {func(l *Ledger) { _ = l.Invalidate(t.Context(), cache.Scope{NPI: ann}) }, true, true},
		"fragments in doubt":  {func(l *Ledger) { l.MarkStale(slotOf(ann, 0)) }, true, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{})
			since := l.View().Version()
			tt.happens(l)
			v := l.View()
			if got := v.Touches(since, namesOf(ann)); got != tt.ann {
				t.Errorf("Ann's answers: %v", got)
			}
			if got := v.Touches(since, namesOf("9000000033", bob)); got != tt.bob {
				t.Errorf("Bob's answers: %v", got)
			}
			if got := v.Touches(since, nil); got != (tt.ann || tt.bob) {
				t.Errorf("answers about nobody knows whom: %v", got)
			}
			if v.Touches(v.Version(), namesOf(ann, bob)) {
				t.Error("a view touches what was merged under it")
			}
		})
	}
}

func TestWhatIsLongPastConcernsEverybody(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	since := l.View().Version()
	for i := range maxChanges {
		l.Promote(slotOf("9000000017", int64(i)), "o")
	}
	if l.View().Touches(since, namesOf("9000000025")) {
		t.Error("as many versions as are remembered, and none is hers")
	}
	l.Promote(slotOf("9000000017", maxChanges), "o")
	if !l.View().Touches(since, namesOf("9000000025")) {
		t.Error("nobody knows any more what the first version changed")
	}
	if n := len(l.View().changes); n > maxChanges {
		t.Errorf("%d changes are kept", n)
	}
}

func TestAnOldViewDoesNotSeeLaterChanges(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	var views []*View
	for i := range 20 {
		l.Promote(slotOf(fmt.Sprint(9_000_000_000+i), 0), "o")
		views = append(views, l.View())
	}
	for i, v := range views {
		for j := range 20 {
			if got, want := v.Touches(0, namesOf(fmt.Sprint(9_000_000_000+j))), j <= i; got != want {
				t.Fatalf("view %d and clinician %d: %v", i, j, got)
			}
		}
	}
}

func BenchmarkTouches(b *testing.B) {
	l := ledger(b, LedgerOptions{})
	var npis []string
	for i := range 1000 {
		npis = append(npis, fmt.Sprint(9_000_000_000+i))
	}
	set := namesOf(npis...)
	for _, behind := range []int{0, 1, 10, 100} {
		since := l.View().Version()
		for i := range behind {
			l.Promote(slotOf("9999999999", int64(i)), "o")
		}
		v := l.View()
		b.Run(fmt.Sprintf("behind=%d", behind), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v.Touches(since, set) {
					b.Fatal("touched")
				}
			}
		})
	}
}
