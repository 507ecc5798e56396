package merge_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// TestWhatIsKeptChangesNoAnswer: one question after the other, while fragments come and go, are read anew with and without
// changes, slots are taken and free again, and time goes on. Each answer is what it is where nothing is kept.
func TestWhatIsKeptChangesNoAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Unions = &merge.Unions{}
		ledger := &versioned{until: map[timeslot.Identity]time.Time{}}
		all := in.Fragments
		for range rapid.IntRange(2, 8).Draw(t, "questions") {
			in.Fragments = all[:0:0]
			for i, f := range all {
				switch rapid.IntRange(0, 5).Draw(t, "fragment") {
				case 0: // is not at hand
					continue
				case 1: // is read anew
					again := *f
					again.FetchedAt = f.FetchedAt.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "later")) * time.Second)
					all[i] = &again
				case 2: // and is another
					again := *f
					again.Slots = slices.Clone(f.Slots[:rapid.IntRange(0, len(f.Slots)).Draw(t, "left")])
					all[i] = &again
				}
				in.Fragments = append(in.Fragments, all[i])
			}
			if rapid.Bool().Draw(t, "another question") {
				in.Query = queries.Draw(t, "query")
			}
			if rapid.Bool().Draw(t, "a booking") {
				ledger.change(t, in)
			}
			in.Taken = ledger
			in.Now = in.Now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
			got := merge.Merge(in)
			anew := in
			anew.Unions = nil
			if diff := gocmp.Diff(merge.Merge(anew), got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// versioned takes slots for a while, as a ledger's views do.
type versioned struct {
	version uint64
	until   map[timeslot.Identity]time.Time
	changed []string // by version: whom it was about; empty for everybody
}

func (v *versioned) change(t *rapid.T, in merge.Input) {
	for _, f := range in.Fragments {
		if len(f.Slots) == 0 {
			continue
		}
		slot := pick(t, f.Slots...)
		s := f.Schedules[slot.Schedule]
		id := s.Identity(slot.Start)
		if _, taken := v.until[id]; taken {
			delete(v.until, id)
		} else {
			v.until[id] = in.Now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "for seconds")) * time.Second)
		}
		v.version++
		v.changed = append(v.changed, s.NPI)
		return
	}
}

func (v *versioned) Version() uint64 { return v.version }

func (v *versioned) Changes(since uint64, clinicians timeslot.Clinicians) bool {
	return slices.ContainsFunc(v.changed[since:], func(npi string) bool { return npi == "" || clinicians.Has(npi) })
}

func (v *versioned) HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) (time.Time, bool) {
	until, taken := v.until[s.Identity(slot.Start)]
	return until, taken && now.Before(until)
}

func (*versioned) Doubting() bool                            { return false }
func (*versioned) Doubts(*timeslot.Schedule, time.Time) bool { return false }

// TestTheFirstSlotIsThatOfTheWholeAnswer: who asks for no more is told the same, before others have asked and after.
func TestTheFirstSlotIsThatOfTheWholeAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		q := *in.Query
		q.Sort, q.Limit, q.Cursor, q.By = timeslot.Soonest, 1, "", ""
		in.Query = &q
		whole := merge.Merge(in).Result
		whole.NextCursor = ""
		if rapid.Bool().Draw(t, "kept") {
			in.Unions = &merge.Unions{}
			if rapid.Bool().Draw(t, "others asked before") {
				merge.Merge(in)
			}
		}
		in.First = true
		if diff := gocmp.Diff(whole, merge.Merge(in).Result); diff != "" {
			t.Fatal(diff)
		}
	})
}
