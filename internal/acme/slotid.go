package acme

import (
	"encoding/base64"
	"encoding/binary"
)

// slotIDs turn a schedule and a start into an opaque text and back, without remembering any. The text is base64 of a
// check over the slot, and the slot masked by the check: stable for one slot, different for each, and not to be guessed.
type slotIDs struct{ seed uint64 }

// append appends the id of a slot: 24 characters of base64, padded.
func (ids slotIDs) append(b []byte, s *schedule, start int64) []byte {
	plain := uint64(s.index)<<40 | uint64(start/60)
	check := hash(ids.seed, saltSlotID, plain)
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], check)
	binary.BigEndian.PutUint64(raw[8:], plain^hash(ids.seed, saltSlotMask, check))
	return base64.StdEncoding.AppendEncode(b, raw[:])
}

// parse gives back the schedule's index and the start; false for a text that append did not write.
func (ids slotIDs) parse(text string) (index int, start int64, ok bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 16 {
		return 0, 0, false
	}
	check := binary.BigEndian.Uint64(raw[:8])
	plain := binary.BigEndian.Uint64(raw[8:]) ^ hash(ids.seed, saltSlotMask, check)
	if hash(ids.seed, saltSlotID, plain) != check {
		return 0, 0, false
	}
	return int(plain >> 40), int64(plain&(1<<40-1)) * 60, true
}
