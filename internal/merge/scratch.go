package merge

import (
	"slices"
	"sync"
)

// scratch is the memory that questions are answered with, one after the other, and that no answer keeps: an area of five
// thousand clinicians has as many calendars, of which a page shows a hundred slots.
type scratch struct {
	spots     []spot
	calendars []calendar
	heads     []head
	lent      bool // heads are in use
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// release ends the question: its spots, calendars and orders are somebody else's from now on.
func (q *question) release() {
	s := q.scratch
	s.spots, s.calendars, s.lent = q.spots, q.calendars, false
	clear(s.spots) // what they point to may go
	clear(s.calendars)
	*q = question{}
	scratches.Put(s)
}

// room is a list without content that has room for n heads.
func (s *scratch) room(n int) []head {
	if s.lent {
		return make([]head, 0, n)
	}
	s.lent = true
	s.heads = slices.Grow(s.heads[:0], n)
	return s.heads
}
