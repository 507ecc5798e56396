package taken

import (
	"bytes"
	"encoding/binary"
	"math"

	"timeslots/internal/timeslot"
)

// A mark stands in Redis as a member of a sorted set, so one mark must have exactly one text: a format byte, then every
// field in a fixed order, texts with their length before them.
const (
	memberFormat = '1'
	maxMember    = 4096 // bytes; a mark with longer names stays on its own replica
)

// claimText lists the texts of a claim. Their order is part of the format.
func claimText(c *timeslot.Claim) []*string {
	id := &c.Identity
	return []*string{&id.EHRInstance, &id.DepartmentID, &id.Clinician, &id.VisitTypeID, &c.SlotID, &c.NPI}
}

// memberOf is k as a member; ok is false where it would be too long.
func memberOf(k markKey) (member string, ok bool) {
	b := append(make([]byte, 0, 192), memberFormat)
	for _, text := range append(claimText(&k.claim), &k.owner) {
		b = binary.AppendUvarint(b, uint64(len(*text)))
		b = append(b, *text...)
	}
	b = binary.AppendVarint(b, k.claim.Identity.Start)
	b = binary.AppendUvarint(b, uint64(k.claim.Duration))
	if k.claim.Pool {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return string(b), len(b) <= maxMember
}

// parseMember reads what memberOf wrote, and nothing else. Members of other formats belong to other releases.
func parseMember(member string) (k markKey, ok bool) {
	if len(member) > maxMember || member == "" || member[0] != memberFormat {
		return markKey{}, false
	}
	rest := []byte(member[1:])
	for _, text := range append(claimText(&k.claim), &k.owner) {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return markKey{}, false
		}
		*text, rest = string(rest[size:size+int(n)]), rest[size+int(n):]
	}
	start, size := binary.Varint(rest)
	if size <= 0 {
		return markKey{}, false
	}
	duration, more := binary.Uvarint(rest[size:])
	if more <= 0 || duration > math.MaxUint16 {
		return markKey{}, false
	}
	k.claim.Identity.Start, k.claim.Duration = start, uint16(duration)
	k.claim.Pool = bytes.Equal(rest[size+more:], []byte{1})
	// What else may stand there, and numbers' longer spellings, memberOf does not write.
	canonical, _ := memberOf(k)
	return k, !k.claim.IsZero() && canonical == member
}
