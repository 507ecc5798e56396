package world

import (
	"encoding/base64"
	"encoding/binary"
)

// SlotIDs turn a schedule and a start into an opaque text and back, without remembering any. The text is base64 of a
// check over the slot, and the slot masked by the check: stable for one slot, different for each, and not to be guessed.
type SlotIDs struct{ seed uint64 }

// Append appends the id of a slot: 24 characters of base64, padded.
func (ids SlotIDs) Append(b []byte, s *Schedule, start int64) []byte {
	plain := uint64(s.Index)<<40 | uint64(start/60)
	check := Hash(ids.seed, saltSlotID, plain)
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], check)
	binary.BigEndian.PutUint64(raw[8:], plain^Hash(ids.seed, saltSlotMask, check))
	return base64.StdEncoding.AppendEncode(b, raw[:])
}

// parse gives back the schedule's index and the start; false for a text that Append did not write.
func (ids SlotIDs) parse(text string) (index int, start int64, ok bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 16 {
		return 0, 0, false
	}
	check := binary.BigEndian.Uint64(raw[:8])
	plain := binary.BigEndian.Uint64(raw[8:]) ^ Hash(ids.seed, saltSlotMask, check)
	if Hash(ids.seed, saltSlotID, plain) != check {
		return 0, 0, false
	}
	return int(plain >> 40), int64(plain&(1<<40-1)) * 60, true
}
