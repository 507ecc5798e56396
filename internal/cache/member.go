package cache

import (
	"encoding/binary"
	"math"

	"timeslots/internal/timeslot"
)

// A mark stands in Redis as a member of a sorted set, so one mark must have exactly one text: a format byte, then every
// field in a fixed order, texts with their length before them.
const (
	memberFormat = '1'
	maxMember    = 8 * longestName // bytes; whoever sends longer names keeps them to himself
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
	r := payloadReader{rest: []byte(member[1:])}
	for _, text := range append(claimText(&k.claim), &k.owner) {
		*text = string(r.take(int(r.below(maxMember))))
	}
	k.claim.Identity.Start = r.between(math.MinInt64, math.MaxInt64)
	k.claim.Duration = uint16(r.below(math.MaxUint16 + 1))
	k.claim.Pool = r.bit()
	if r.err != nil || len(r.rest) > 0 || k.claim.IsZero() {
		return markKey{}, false
	}
	// Numbers have longer spellings too; only the one that memberOf writes is a member.
	canonical, _ := memberOf(k)
	return k, canonical == member
}
