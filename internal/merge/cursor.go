package merge

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"

	"timeslots/internal/timeslot"
)

// Cursor says where a page ended, in terms that outlive the slots on it: pages that follow are right whichever slots
// came and went since (docs/interface.md §3.1). It is the position of the last slot; of a profile with scores, which move with
// the slots around them, it is how far every calendar was shown. That grows with the calendars: where it would become too long
// it grows no more, and what is left is shown in the order of starts, after a position.
//
// As text it is base64url of: version, fingerprint of the query, position or calendars, CRC-32 of all before. The
// checksum is there for accidents, not for secrecy: who forges a cursor only chooses where to read on.
type Cursor struct {
	last      Position
	scored    bool      // of a profile with scores
	calendars calendars // if scored
	tail      bool      // if scored: beyond the calendars, the rest follows in the order of starts, after last
}

const (
	cursorVersion    = 3
	fingerprintBytes = 6
	headBytes        = 1 + fingerprintBytes

	// maxCursor bounds the text, so that it fits the request that brings it back. Positions take some 150 characters;
	// calendars two to four bytes each, and end where there is still room for a position.
	maxCursor    = 6000
	maxCalendars = 5000
)

// Why a cursor is refused.
var (
	errDamaged = errors.New("is damaged")
	errForeign = errors.New("belongs to other parameters")
)

// ParseCursor reads a cursor that an answer to q gave; limit alone may differ between pages. Empty text is the
// beginning: nil, without error. Any other text is refused with a [timeslot.InvalidQueryError] about `cursor`. The list is of the
// profiles that there are; nil: [Profiles].
func ParseCursor(text string, q *timeslot.Query, list []Profile) (*Cursor, error) {
	if text == "" {
		return nil, nil
	}
	c, err := decodeCursor(text, q, profileOf(q, list))
	if err != nil {
		return nil, &timeslot.InvalidQueryError{Violations: []timeslot.Violation{{
			Parameter: "cursor", Detail: "the cursor " + err.Error(),
			Fix: "repeat nextCursor as it came, with the parameters of its own request, or start again without a cursor",
		}}}
	}
	return c, nil
}

func decodeCursor(text string, q *timeslot.Query, profile *Profile) (*Cursor, error) {
	if len(text) > maxCursor {
		return nil, errDamaged
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < headBytes+crc32.Size || b[0] != cursorVersion {
		return nil, errDamaged
	}
	body, sum := b[:len(b)-crc32.Size], b[len(b)-crc32.Size:]
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) {
		return nil, errDamaged
	}
	if mark := body[1:headBytes]; !bytes.Equal(mark, fingerprint(q)) && !bytes.Equal(mark, fingerprintBefore(q)) {
		return nil, errForeign
	}
	c := &Cursor{scored: profile.Score != nil}
	in := reader{rest: body[headBytes:]}
	if c.scored {
		c.tail = in.flag()
	}
	if c.tail || !c.scored {
		c.last = in.position()
	}
	if c.scored {
		c.calendars = in.calendars()
	}
	if in.failed || len(in.rest) > 0 {
		return nil, errDamaged
	}
	return c, nil
}

// text is the cursor as an answer to q gives it; empty when it would be too long.
func (c *Cursor) text(q *timeslot.Query) string {
	var payload []byte
	switch {
	case c.tail:
		payload = c.calendars.append(c.last.append([]byte{1}))
	case c.scored:
		payload = c.calendars.append([]byte{0})
	default:
		payload = c.last.append(nil)
	}
	if text := seal(payload, q); len(text) <= maxCursor {
		return text
	}
	return ""
}

func seal(payload []byte, q *timeslot.Query) string {
	b := append([]byte{cursorVersion}, fingerprint(q)...)
	b = append(b, payload...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// fingerprint tells queries apart that have different answers.
func fingerprint(q *timeslot.Query) []byte {
	whole := *q
	whole.Cursor, whole.Limit = "", 0
	sum := sha256.Sum256([]byte(whole.Canonical()))
	return sum[:fingerprintBytes]
}

// fingerprintBefore is the one that the query had while its start was not over yet: a cursor outlives midnight.
func fingerprintBefore(q *timeslot.Query) []byte {
	before := *q
	before.StartDate = q.PastStart
	return fingerprint(&before)
}

// reader takes a cursor apart. After the first thing that is not there, everything is zero and failed is set.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// flag is one byte that is 0 or 1.
func (r *reader) flag() bool {
	b := r.take(1)
	if b != nil && b[0] > 1 {
		r.failed = true
	}
	return b != nil && b[0] == 1
}

// instant is Unix seconds after 1970, with room to add to them.
func (r *reader) instant() int64 {
	n := r.number()
	if n >= 1<<62 {
		r.failed, r.rest = true, nil
		return 0
	}
	return int64(n)
}
