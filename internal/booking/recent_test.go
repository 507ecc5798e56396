package booking

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsRecentForgetsTheOldestFirstAndNeverGrows(t *testing.T) {
	now := time.Unix(0, 0)
	s := newRecent[int](time.Minute, func() time.Time { return now })
	s.size = 3
	prints := newFingerprinter()
	kept := func() (have []int) {
		for i := range 6 {
			if v, ok := s.get(prints.sum("key", string(rune('a'+i)))); ok {
				have = append(have, v)
			}
		}
		return have
	}
	for i := range 5 {
		s.put(prints.sum("key", string(rune('a'+i))), i)
		now = now.Add(10 * time.Second)
	}
	if got := kept(); !cmp.Equal(got, []int{2, 3, 4}) {
		t.Errorf("kept %v of five", got)
	}
	s.put(prints.sum("key", "c"), 7) // again: now the youngest
	now = now.Add(41 * time.Second)
	if got := kept(); !cmp.Equal(got, []int{7, 4}) {
		t.Errorf("kept %v when the fourth ended", got)
	}
	s.remove(prints.sum("key", "c"))
	now = now.Add(time.Minute)
	if got := kept(); got != nil || s.order.Len() != 0 || len(s.byKey) != 0 {
		t.Errorf("kept %v after all ended", got)
	}
}

func TestAFingerprintTellsApartWhatItIsMadeOf(t *testing.T) {
	one, other := newFingerprinter(), newFingerprinter()
	if one.sum("a", "bc") == one.sum("ab", "c") || one.sum("a") == one.sum("a", "") || one.sum("a") == other.sum("a") {
		t.Error("two things have one fingerprint")
	}
	if first, again := one.sum("a", "b"), one.sum("a", "b"); first != again {
		t.Error("one thing has two fingerprints")
	}
}
