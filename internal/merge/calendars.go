package merge

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// calendars is how far the pages of an answer that is ordered by scores have come. A calendar is a group: one clinician at one
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

// groups are all that the answers list, whether the query wants them or not.
func (q *question) groups() (list []*group) {
	for i := range q.spots {
		s := &q.spots[i]
		for _, c := range s.clinics {
			for j := range c.groups {
				if g := &c.groups[j]; !s.outside || !g.ofArea {
					list = append(list, g)
				}
			}
		}
	}
	return list
}

// hashingOf is the first hashing, from one on, that tells all groups apart, and their hashes.
func hashingOf(groups []*group, from uint8) (hashing uint8, known map[uint32]bool) {
	known = make(map[uint32]bool, len(groups))
	for hashing = min(from, hashings-1); ; hashing++ {
		clear(known)
		for _, g := range groups {
			known[g.hashOf(hashing)] = true
		}
		if len(known) == len(groups) || hashing == hashings-1 {
			return hashing, known
		}
	}
}

// last is the last start of a group that counts as shown; zero where there is none.
func (c *calendars) last(g *group) int64 {
	if len(c.shown) == 0 {
		return 0
	}
	return c.shown[g.hashOf(c.hashing)]
}

// skipShown moves the calendars to what was not shown.
func (q *question) skipShown(before *calendars) {
	for i := range q.calendars {
		c := &q.calendars[i]
		c.at = c.until(before.last(c.group)+1, c.rank)
	}
}

// span is the instants that tell what was shown of a calendar from the rest: from the last start that was shown, until
// before the first that was not.
type span struct {
	hash        uint32
	from, until int64
}

// calendarsAfter is how far the answer is shown after a page, which begins behind what before says was shown.
func (q *question) calendarsAfter(before *calendars, page []pick) calendars {
	groups := q.groups()
	hashing, known := hashingOf(groups, before.hashing)
	shown := make(map[*group]int64, len(page))
	for _, p := range page {
		shown[p.calendar.group] = max(shown[p.calendar.group], p.unit.start)
	}
	next := make(map[*group]int64, len(q.calendars))
	for i := range q.calendars {
		if c := &q.calendars[i]; c.at < len(c.units) {
			next[c.group] = c.units[c.at].start
		}
	}
	var spans []span
	for _, g := range groups {
		s := span{g.hashOf(hashing), max(before.last(g), shown[g]), math.MaxInt64}
		if until, more := next[g]; more {
			s.until = until
		}
		if s.from != 0 {
			spans = append(spans, s)
		}
	}
	if hashing == before.hashing { // remember what is gone at present
		for hash, at := range before.shown {
			if !known[hash] {
				spans = append(spans, span{hash, at, at + 1})
			}
		}
	}
	return calendars{hashing: hashing, shown: fewInstants(spans)}
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
