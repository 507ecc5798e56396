package merge

import (
	"cmp"
	"encoding/binary"
	"slices"

	"timeslots/internal/timeslot"
)

// attributes are what is shown of those slots of a mixed group that the same rows list.
type attributes struct {
	schedule timeslot.Schedule
	out      bool // filtered
}

// differ reports whether rows of one visit type say different things about it. What one of them leaves out is no difference.
func (b *builder) differ(rows []int32) bool {
	return several(b.rows, rows, title) || several(b.rows, rows, modality) || several(b.rows, rows, bookable) ||
		several(b.rows, rows, forNew) || several(b.rows, rows, forEstablished)
}

// several reports whether rows say different things about one attribute.
func several[T comparable](all []row, rows []int32, get func(*timeslot.Schedule) T) bool {
	var known, unknown T
	for _, i := range rows {
		v := get(&all[i].schedule)
		if setDefault(&known, v); v != unknown && v != known {
			return true
		}
	}
	return false
}

// listElements gives the slots of mixed groups the rows that list them: what an element of an answer says belongs to its
// slots alone.
func (b *builder) listElements() {
	var key []byte
	for i := range b.groups {
		g := &b.groups[i]
		if !g.mixed {
			continue
		}
		known := map[string]int32{}
		g.listOf = make([]int32, len(g.units))
		for j := range g.units {
			rows := b.listing(g, &g.units[j])
			key = key[:0]
			for _, r := range rows {
				key = binary.AppendUvarint(key, uint64(r))
			}
			n, ok := known[string(key)]
			if !ok {
				n = int32(len(g.lists))
				known[string(key)] = n
				g.lists = append(g.lists, rows)
			}
			g.listOf[j] = n
		}
	}
}

// listing is the rows that list u, freshest first, and then those that cover it.
func (c *clinic) listing(g *group, u *unit) []int32 {
	var rows []int32
	for _, e := range slices.Concat(c.entriesOf(u), c.coversOf(g, u)) {
		rows = append(rows, e.row)
	}
	return rows
}

// entriesOf are the listings of a slot, freshest first, and coversOf those of its pool that name no member.
func (c *clinic) entriesOf(u *unit) []entry { return c.entries[u.first : int(u.first)+int(u.n)] }

func (c *clinic) coversOf(g *group, u *unit) []entry {
	at := g.covers[u.start]
	return c.entries[at.first : at.first+at.n]
}

// id is the slot id of an entry; empty where it has none.
func (c *clinic) id(entry int) string {
	if c.idOf == nil || c.idOf[entry] < 0 {
		return ""
	}
	return c.ids[c.idOf[entry]]
}

// listAt is which of the group's lists a slot of it has; 0 unless the group is mixed.
func (g *group) listAt(u *unit) int32 {
	if g.listOf == nil {
		return 0
	}
	i, _ := slices.BinarySearchFunc(g.units, u.start, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
	return g.listOf[i]
}

// attributesOf is what the rows of one list say, and the group where they do not. A start that one answer lists under two
// modalities has both: the one that the query asks for is shown, and none when it asks for neither. It is for those patients,
// and may be booked, whom and when any of its elements says so.
func (c *clinic) attributesOf(g *group, list int32, q *timeslot.Query) attributes {
	rows := g.lists[list]
	p := attributes{schedule: g.schedule}
	s := &p.schedule
	if titles := said(c.rows, rows, title); len(titles) > 0 {
		s.VisitTypeTitle = titles[0]
	}
	for _, about := range [...]struct {
		to  *timeslot.Tri
		get func(*timeslot.Schedule) timeslot.Tri
	}{{&s.ForNewPatient, forNew}, {&s.ForEstablishedPatient, forEstablished}, {&s.Bookable, bookable}} {
		if answers := said(c.rows, rows, about.get); len(answers) > 0 {
			*about.to = slices.Max(answers)
		}
	}
	modalities := said(c.rows, rows, modality)
	wanted := slices.DeleteFunc(slices.Clone(modalities), func(v timeslot.Modality) bool { return !allows(q.Modalities, string(v)) })
	switch {
	case len(wanted) == 1:
		s.Modality = wanted[0]
	case len(modalities) > 0:
		s.Modality = ""
	}
	p.out = !suits(q, s) || len(wanted) == 0 && !allows(q.Modalities, string(s.Modality))
	return p
}

func title(s *timeslot.Schedule) string                { return s.VisitTypeTitle }
func modality(s *timeslot.Schedule) timeslot.Modality  { return s.Modality }
func forNew(s *timeslot.Schedule) timeslot.Tri         { return s.ForNewPatient }
func forEstablished(s *timeslot.Schedule) timeslot.Tri { return s.ForEstablishedPatient }
func bookable(s *timeslot.Schedule) timeslot.Tri       { return s.Bookable }

// said is the different things that rows, which are freshest first, say about one attribute: those of the freshest answer
// that says anything.
func said[T comparable](all []row, rows []int32, get func(*timeslot.Schedule) T) (values []T) {
	var unknown T
	from := int32(-1)
	for _, i := range rows {
		r := &all[i]
		v := get(&r.schedule)
		if v == unknown || from >= 0 && r.part != from || slices.Contains(values, v) {
			continue
		}
		from = r.part
		values = append(values, v)
	}
	return values
}

// agreed is what all of them say, unknown when they differ.
func agreed[T comparable](values []T) (v T) {
	if len(values) == 1 {
		return values[0]
	}
	return v
}
