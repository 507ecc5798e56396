package decode

import (
	"encoding/binary"
	"slices"
	"testing"

	"timeslots/internal/timeslot"
)

// Cutting a calendar into blocks loses no slot and makes none.
func FuzzCut(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, uint8(3))
	f.Fuzz(func(t *testing.T, starts []byte, blocks uint8) {
		first := timeslot.BlockOf(timeslot.EarliestToday(fetchedAt))
		whole := &timeslot.Fragment{Key: v5Key, FetchedAt: fetchedAt, Schedules: []timeslot.Schedule{{Timezone: "America/Los_Angeles"}}}
		whole.Key.Block = first
		for chunk := range slices.Chunk(starts, 3) {
			var raw [4]byte
			copy(raw[:], chunk)
			start := fetchedAt.Unix() + int64(binary.LittleEndian.Uint32(raw[:]))%(400*86_400)
			whole.Slots = append(whole.Slots, timeslot.Slot{Start: start, Duration: 20, Offset: -480})
		}
		slices.SortFunc(whole.Slots, func(a, b timeslot.Slot) int { return int(a.Start - b.Start) })
		through := first + timeslot.Block(blocks%6)
		var again []timeslot.Slot
		parts := Cut(whole, through)
		for i, part := range parts {
			if part.Key.Block != first+timeslot.Block(i) {
				t.Fatalf("part %d is block %v", i, part.Key.Block)
			}
			again = append(again, part.Slots...)
		}
		if len(parts) != int(through-first)+1 || !slices.Equal(again, whole.Slots) {
			t.Fatalf("%d slots in %d parts, want %d in %d", len(again), len(parts), len(whole.Slots), through-first+1)
		}
	})
}
