package merge_test

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// FuzzACursorReadAndWrittenAgainLeadsToTheSamePage: whatever is inside a text with a right checksum and fingerprint, it
// is refused, or it is a place that a merge would write down as a cursor that leads on in the same way, and that is
// written the same from then on.
func FuzzACursorReadAndWrittenAgainLeadsToTheSamePage(f *testing.F) {
	profiles := []timeslot.Ranking{timeslot.Soonest, timeslot.Nearest, timeslot.Balanced}
	for i, profile := range profiles {
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
		in := regional(profiles[profile%3])
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
