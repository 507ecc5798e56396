package merge_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"

	"github.com/google/go-cmp/cmp"
)

// regional asks for the first two slots of a region that has six.
func regional(profile timeslot.Ranking) merge.Input {
	return input(query(func(q *timeslot.Query) {
		q.Point, q.Sort, q.Limit, q.NPIs = &riverton, profile, 2, []string{ann, bob, cyd}
	}), region()...)
}

func refusal(t *testing.T, err error) string {
	t.Helper()
	invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err)
	if !ok {
		t.Fatalf("err = %v, want a violation", err)
	}
	if v := invalid.Violations; len(v) != 1 || v[0].Parameter != "cursor" || v[0].Fix == "" {
		t.Errorf("violations %+v, want one of the cursor, with a fix", v)
	}
	return invalid.Violations[0].Detail
}

func TestACursorIsRefusedWithOtherParameters(t *testing.T) {
	for name, change := range map[string]func(q *timeslot.Query){
		"another clinician":  func(q *timeslot.Query) { q.NPIs = []string{ann, bob} },
		"another order":      func(q *timeslot.Query) { q.Sort = timeslot.Balanced },
		"another position":   func(q *timeslot.Query) { q.Point = &tacoma },
		"a day more":         func(q *timeslot.Query) { q.EndDate = date("2026-11-01") },
		"a filter more":      func(q *timeslot.Query) { q.Genders = []string{"female"} },
		"another time zone":  func(q *timeslot.Query) { q.Zone = "Asia/Tokyo" },
		"scores explained":   func(q *timeslot.Query) { q.Explain = true },
		"another visit type": func(q *timeslot.Query) { q.VisitTypes = []string{"New"} },
	} {
		t.Run(name, func(t *testing.T) {
			in := regional(timeslot.Soonest)
			cursor := mergeOf(in).NextCursor
			change(in.Query)
			_, err := merge.ParseCursor(cursor, in.Query, nil)
			if detail := refusal(t, err); !strings.Contains(detail, "other parameters") {
				t.Errorf("detail %q", detail)
			}
		})
	}
}

func TestTheLimitMayChangeBetweenPages(t *testing.T) {
	for _, profile := range rankings {
		in := regional(profile)
		rest := pageAfter(in, mergeOf(in).NextCursor, 500)
		if len(rest.Slots) != 4 || rest.Total != 6 || rest.NextCursor != "" {
			t.Errorf("%s: %d more of %d, next %q; want the four others and no further page", profile, len(rest.Slots), rest.Total, rest.NextCursor)
		}
	}
}

// TestADamagedCursorIsRefused whichever byte of it is another, or missing.
func TestADamagedCursorIsRefused(t *testing.T) {
	for _, profile := range rankings {
		in := regional(profile)
		cursor := mergeOf(in).NextCursor
		if _, err := merge.ParseCursor(cursor, in.Query, nil); err != nil {
			t.Fatalf("%s: its own cursor is refused: %v", profile, err)
		}
		damaged := []string{cursor + "A", cursor[1:], "abc", "*", strings.Repeat("A", 1<<16)}
		for i := range cursor {
			other := byte('A')
			if cursor[i] == other {
				other = 'B'
			}
			damaged = append(damaged, cursor[:i], cursor[:i]+string(other)+cursor[i+1:])
		}
		for _, text := range damaged {
			if text == "" {
				continue // the beginning
			}
			_, err := merge.ParseCursor(text, in.Query, nil)
			refusal(t, err)
		}
	}
}

func TestWithARefusedCursorThePageIsEmptyAndTheLast(t *testing.T) {
	in := regional(timeslot.Soonest)
	if r := pageAfter(in, "abc", 2); len(r.Slots) != 0 || r.NextCursor != "" || r.Total != 6 {
		t.Errorf("%d slots of %d, next %q", len(r.Slots), r.Total, r.NextCursor)
	}
}

// TestThePageAfterASlotThatIsGone begins where it would have been.
func TestThePageAfterASlotThatIsGone(t *testing.T) {
	for _, profile := range rankings {
		in := regional(profile)
		first := mergeOf(in)
		want := clinicians(pageAfter(in, first.NextCursor, 500))
		in.Taken = takenIdentity(first.Slots[1].Identity())
		if got := clinicians(pageAfter(in, first.NextCursor, 500)); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
	}
}

// TestADistanceThatDiffersInItsLastDigitsSkipsNothing, as between replicas on different processors.
func TestADistanceThatDiffersInItsLastDigitsSkipsNothing(t *testing.T) {
	for name, shift := range map[string]float64{"farther": -1e-9, "nearer": 1e-9} {
		t.Run(name, func(t *testing.T) {
			in := regional(timeslot.Nearest)
			first := pageAfter(in, "", 3) // the third is the first of two at Bob's place
			moved := tacoma
			moved.Latitude += shift
			in.Fragments = append(in.Fragments[:3:3], departments(
				timeslot.Department{EHRInstance: main, ID: "1", Point: &riverton}, timeslot.Department{EHRInstance: main, ID: "2", Point: &moved}))
			got := clinicians(pageAfter(in, first.NextCursor, 1))
			if want := bob + " 10:00"; len(got) != 1 || got[0] != want {
				t.Errorf("the page after %v is %v, want %s", clinicians(first), got, want)
			}
		})
	}
}

// FuzzParseCursor: whatever comes with a right checksum and fingerprint, the cursor is refused as a violation, or is
// one that a merge can begin after.
func FuzzParseCursor(f *testing.F) {
	for i, profile := range rankings {
		text := mergeOf(regional(profile)).NextCursor
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte{}, uint8(i))
		f.Add("", b[7:len(b)-4], uint8(i))
	}
	f.Add("", []byte{0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 200, 1}, uint8(2))
	f.Fuzz(func(t *testing.T, text string, payload []byte, profile uint8) {
		in := regional(rankings[profile%3])
		if text == "" {
			text = merge.SealCursor(payload, in.Query)
		}
		c, err := merge.ParseCursor(text, in.Query, nil)
		r := pageAfter(in, text, 2)
		if err != nil {
			refusal(t, err)
			if c != nil || len(r.Slots) > 0 {
				t.Fatalf("a refused cursor leads to %v", starts(r))
			}
			return
		}
		if r.Total != 6 || len(r.Slots) == 2 && r.NextCursor != "" && r.NextCursor == text {
			t.Fatalf("total %d, next %q", r.Total, r.NextCursor)
		}
	})
}

// FuzzACursorReadAndWrittenAgainLeadsToTheSamePage: whatever is inside a text with a right checksum and fingerprint, it
// is refused, or it is a place that a merge would write down as a cursor that leads on in the same way, and that is
// written the same from then on.
func FuzzACursorReadAndWrittenAgainLeadsToTheSamePage(f *testing.F) {
	for i, profile := range rankings {
		in := regional(profile)
		b, err := base64.RawURLEncoding.DecodeString(mergeOf(in).NextCursor)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[7:len(b)-4], uint8(i))
	}
	f.Add([]byte{0, 0, 1, 2, 0, 1, 0, 2}, uint8(2))       // two calendars at one instant
	f.Add([]byte{0, 0, 0x81, 0x00, 1, 0, 1}, uint8(2))    // an instant in more bytes than it needs
	f.Add([]byte{0, 0, 1, 2, 0, 2, 0, 1}, uint8(2))       // calendars out of order
	f.Add([]byte{0, 0, 1, 1, 0, 1, 1, 1, 0, 1}, uint8(2)) // a calendar at two instants
	f.Add([]byte{0, 0, 1, 0}, uint8(2))                   // an instant without calendars
	f.Fuzz(func(t *testing.T, payload []byte, profile uint8) {
		in := regional(rankings[profile%3])
		text := merge.SealCursor(payload, in.Query)
		c, err := merge.ParseCursor(text, in.Query, nil)
		if err != nil {
			return
		}
		again := merge.CursorText(c, in.Query)
		same, err := merge.ParseCursor(again, in.Query, nil)
		if err != nil || merge.CursorText(same, in.Query) != again {
			t.Fatalf("%x is read, written as %q and then refused, or written as another: %v", payload, again, err)
		}
		for _, limit := range []int{1, 500} {
			if diff := cmp.Diff(pageAfter(in, text, limit), pageAfter(in, again, limit)); diff != "" {
				t.Fatalf("%q and %q lead to different pages:\n%s", text, again, diff)
			}
		}
	})
}
