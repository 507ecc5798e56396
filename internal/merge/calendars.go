package merge

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// calendars is how far the pages of a balanced answer have come. A calendar is a group: one clinician at one
// department for one visit type. Whatever the scores, a calendar is shown in the order of time (see rank.go), so what
// was shown of it is what starts until some instant, whichever slots are gone or new by now.
//
// Calendars are known by short hashes. Which hash is chosen so that no two calendars of the answer share one; the
// choice stays the same from page to page as long as it can, so that a calendar that is gone and comes back is known.
type calendars struct {
	hashing uint8
	shown   map[uint32]int64 // hash → Unix seconds of the last start that counts as shown
}

const (
	saltsPerWidth = 4
	minHashBytes  = 2
	maxHashBytes  = 4
	hashings      = (maxHashBytes - minHashBytes + 1) * saltsPerWidth
)

func hashBytes(hashing uint8) int { return minHashBytes + int(hashing)/saltsPerWidth }

// hashOf is the hash of the group's identity, salted. The mixing is that of SplitMix64: two calendars that share a hash
// under one salt are no more likely to share one under the next.
func (g *group) hashOf(hashing uint8) uint32 {
	f := g.schedule.Fingerprint()
	x := binary.BigEndian.Uint64(f[:]) + (uint64(hashing)+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return uint32((x ^ x>>31) >> (64 - 8*hashBytes(hashing)))
}

// hashGroups gives the hashes of all groups, from the first hashing on that tells all of them apart.
func (m *merger) hashGroups(from uint8) (hashing uint8, hashes []uint32) {
	hashes = make([]uint32, len(m.groups))
	taken := make(map[uint32]struct{}, len(m.groups))
	for hashing = min(from, hashings-1); ; hashing++ {
		clear(taken)
		for i := range m.groups {
			hashes[i] = m.groups[i].hashOf(hashing)
			taken[hashes[i]] = struct{}{}
		}
		if len(taken) == len(m.groups) || hashing == hashings-1 {
			return hashing, hashes
		}
	}
}

// shownOf is what c says of each group; zero where nothing was shown.
func (m *merger) shownOf(c *calendars) []int64 {
	shown := make([]int64, len(m.groups))
	if len(c.shown) == 0 {
		return shown
	}
	for i := range m.groups {
		shown[i] = c.shown[m.groups[i].hashOf(c.hashing)]
	}
	return shown
}

// afterCalendars drops from units what was shown.
func (m *merger) afterCalendars(units []unit, c *calendars) []unit {
	shown := m.shownOf(c)
	return slices.DeleteFunc(units, func(u unit) bool { return u.start <= shown[u.group] })
}

// span is the instants that tell what was shown of a calendar from the rest: from the last start that was shown, until
// before the first that was not.
type span struct {
	hash        uint32
	from, until int64
}

// calendarsAfter is how far the answer is shown after the first n of units, which lack what before says was shown.
func (m *merger) calendarsAfter(before *calendars, units []unit, n int) calendars {
	hashing, hashes := m.hashGroups(before.hashing)
	spans := m.spansAfter(m.shownOf(before), units, n)
	known := make(map[uint32]bool, len(hashes))
	for i, hash := range hashes {
		known[hash] = true
		spans[i].hash = hash
	}
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.from == 0 })
	if hashing == before.hashing { // remember what is gone at present
		for hash, at := range before.shown {
			if !known[hash] {
				spans = append(spans, span{hash, at, at + 1})
			}
		}
	}
	return calendars{hashing: hashing, shown: fewInstants(spans)}
}

// spansAfter gives the span of every group; from is zero where nothing was shown.
func (m *merger) spansAfter(shown []int64, units []unit, n int) []span {
	spans := make([]span, len(m.groups))
	for i := range spans {
		spans[i] = span{from: shown[i], until: math.MaxInt64}
	}
	for _, u := range units[:n] {
		s := &spans[u.group]
		s.from = max(s.from, u.start)
	}
	for _, u := range units[n:] {
		s := &spans[u.group]
		s.until = min(s.until, u.start)
	}
	return spans
}

// fewInstants gives every span an instant inside it, and as few different ones as there can be: what is latest among
// the beginnings is inside every span that reaches that far.
func fewInstants(spans []span) map[uint32]int64 {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(b.from, a.from) })
	inside := make(map[uint32]int64, len(spans))
	for len(spans) > 0 {
		at := spans[0].from
		spans = slices.DeleteFunc(spans, func(s span) bool {
			if s.until > at {
				inside[s.hash] = at
			}
			return s.until > at
		})
	}
	return inside
}

// append writes the hashing, and then for every instant, as the distance from the one before, its calendars.
func (c *calendars) append(b []byte) []byte {
	at := map[int64][]uint32{}
	for hash, instant := range c.shown {
		at[instant] = append(at[instant], hash)
	}
	b = append(b, c.hashing)
	last := int64(0)
	for _, instant := range slices.Sorted(maps.Keys(at)) {
		hashes := at[instant]
		slices.Sort(hashes)
		b = binary.AppendUvarint(b, uint64(instant-last))
		b = binary.AppendUvarint(b, uint64(len(hashes)))
		for _, hash := range hashes {
			var word [4]byte
			binary.BigEndian.PutUint32(word[:], hash)
			b = append(b, word[4-hashBytes(c.hashing):]...)
		}
		last = instant
	}
	return b
}

func (r *reader) calendars() calendars {
	c := calendars{shown: map[uint32]int64{}}
	if head := r.take(1); head != nil {
		c.hashing = head[0]
	}
	if c.hashing >= hashings {
		r.failed = true
		return c
	}
	width := hashBytes(c.hashing)
	for instant := int64(0); len(r.rest) > 0 && !r.failed; {
		instant += r.instant()
		if instant <= 0 || instant >= 1<<62 {
			r.failed = true
		}
		for n := r.number(); n > 0 && !r.failed; n-- {
			hash := uint32(0)
			for _, digit := range r.take(uint64(width)) {
				hash = hash<<8 | uint32(digit)
			}
			c.shown[hash] = instant
		}
	}
	return c
}
