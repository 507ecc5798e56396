package merge

import (
	"cmp"
	"math/bits"
)

// link makes one family of two visit types that share a name.
func (m *merger) link(a, b int32) {
	a, b = m.root(a), m.root(b)
	if a != b {
		m.visits[max(a, b)].parent = min(a, b)
	}
}

func (m *merger) root(v int32) int32 {
	for m.visits[v].parent != v {
		m.visits[v].parent = m.visits[m.visits[v].parent].parent
		v = m.visits[v].parent
	}
	return v
}

// class is a visit type as the answer knows it.
type class struct {
	visit     int32 // whose id is shown
	ambiguous bool  // some surface tells the ids apart: each stands for itself
	surfaces  surface
}

// classes decides which ids are one visit type. Ids that are linked by names are one, unless one surface lists two of
// them. The answer has the representative of every id.
func (m *merger) classes() []int32 {
	found := make([]class, len(m.visits))
	for v := range m.visits {
		c := &found[m.root(int32(v))]
		if c.surfaces == 0 || m.preferred(int32(v), c.visit) {
			c.visit = int32(v)
		}
		c.ambiguous = c.ambiguous || c.surfaces&m.visits[v].surfaces != 0
		c.surfaces |= m.visits[v].surfaces
	}
	of := make([]int32, len(m.visits))
	for v := range of {
		of[v] = int32(v)
		if c := &found[m.root(int32(v))]; !c.ambiguous {
			of[v] = c.visit
		}
	}
	return of
}

// preferred tells whether the id of v is shown rather than that of w (see the package comment).
func (m *merger) preferred(v, w int32) bool {
	a, b := &m.visits[v], &m.visits[w]
	if (a.id == "") != (b.id == "") {
		return b.id == ""
	}
	return cmp.Or(
		cmp.Compare(bits.TrailingZeros8(uint8(a.surfaces)), bits.TrailingZeros8(uint8(b.surfaces))),
		cmp.Compare(a.id, b.id),
	) < 0
}
