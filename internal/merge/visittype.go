package merge

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// link makes one family of two visit types that share a name.
func (b *builder) link(v, w int32) {
	v, w = b.root(v), b.root(w)
	if v != w {
		b.visits[max(v, w)].parent = min(v, w)
	}
}

func (b *builder) root(v int32) int32 {
	for b.visits[v].parent != v {
		b.visits[v].parent = b.visits[b.visits[v].parent].parent
		v = b.visits[v].parent
	}
	return v
}

// class is a visit type as the answer knows it.
type class struct {
	visit     int32 // whose id and name are shown
	ambiguous bool  // some surface tells its members apart: each stands for itself
	listedBy  spelling
}

// classes decides which spellings are one visit type (see the package comment). The answer has the representative of
// every spelling.
func (b *builder) classes() []int32 {
	found := make([]class, len(b.visits))
	for v := range b.visits {
		c := &found[b.root(int32(v))]
		if c.listedBy == 0 || b.preferred(int32(v), c.visit) {
			c.visit = int32(v)
		}
		c.ambiguous = c.ambiguous || c.listedBy&b.visits[v].listedBy != 0
		c.listedBy |= b.visits[v].listedBy
	}
	of := make([]int32, len(b.visits))
	for v := range of {
		of[v] = int32(v)
		if c := &found[b.root(int32(v))]; !c.ambiguous {
			of[v] = c.visit
		}
	}
	b.nameNameless(of)
	return of
}

// nameNameless gives spellings of an id alone to the one visit type that has the id, if there is one only and no surface
// tells them apart.
func (b *builder) nameNameless(of []int32) {
	nameless := func(v *visit) bool { return v.name == noName && v.id != "" }
	if !slices.ContainsFunc(b.visits, func(v visit) bool { return nameless(&v) }) {
		return
	}
	type idKey struct {
		site int32
		id   string
	}
	const several = -1
	classOf := map[idKey]int32{}
	listed := map[int32]spelling{}
	for v := range b.visits {
		visit := &b.visits[v]
		if visit.name == noName {
			continue
		}
		listed[of[v]] |= visit.listedBy
		key := idKey{visit.site, visit.id}
		if known, ok := classOf[key]; ok && known != of[v] {
			classOf[key] = several
		} else {
			classOf[key] = of[v]
		}
	}
	joins, joined, apart := map[int32]int32{}, map[int32]spelling{}, map[int32]bool{}
	for v := range b.visits {
		visit := &b.visits[v]
		class, ok := classOf[idKey{visit.site, visit.id}]
		if !nameless(visit) || !ok || class == several || listed[class]&visit.listedBy != 0 {
			continue
		}
		joins[int32(v)] = class
		apart[class] = apart[class] || joined[class]&visit.listedBy != 0
		joined[class] |= visit.listedBy
	}
	for v := range b.visits {
		visit := &b.visits[v]
		if class, ok := joins[int32(v)]; ok && !apart[class] {
			of[v] = class
		} else if _, named := classOf[idKey{visit.site, visit.id}]; named && nameless(visit) {
			visit.alone = true
		}
	}
}

// preferred reports whether the id and name of v are shown rather than those of w (see the package comment).
func (b *builder) preferred(v, w int32) bool {
	one, other := &b.visits[v], &b.visits[w]
	if (one.id == "") != (other.id == "") {
		return other.id == ""
	}
	return cmp.Or(
		cmp.Compare(bits.TrailingZeros16(uint16(one.listedBy)), bits.TrailingZeros16(uint16(other.listedBy))),
		cmp.Compare(one.id, other.id),
		strings.Compare(b.names.text(one.name), b.names.text(other.name)),
	) < 0
}
