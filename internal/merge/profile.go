package merge

import (
	"encoding/binary"
	"slices"

	"timeslots/internal/timeslot"
)

// profile is what is shown of those slots of a mixed group that the same rows list.
type profile struct {
	schedule timeslot.Schedule
	out      bool // filtered
}

// differ reports whether rows of one visit type say different things about it. What one of them leaves out is no difference.
func (m *merger) differ(rows []int32) bool {
	var known timeslot.Schedule
	for _, i := range rows {
		s := m.rows[i].schedule
		if contrary(known.VisitTypeTitle, s.VisitTypeTitle) || contrary(known.Modality, s.Modality) ||
			contrary(known.ForNewPatient, s.ForNewPatient) || contrary(known.ForEstablishedPatient, s.ForEstablishedPatient) ||
			contrary(known.Bookable, s.Bookable) {
			return true
		}
		setDefault(&known.VisitTypeTitle, s.VisitTypeTitle)
		setDefault(&known.Modality, s.Modality)
		setDefault(&known.ForNewPatient, s.ForNewPatient)
		setDefault(&known.ForEstablishedPatient, s.ForEstablishedPatient)
		setDefault(&known.Bookable, s.Bookable)
	}
	return false
}

func contrary[T comparable](a, b T) bool {
	var unknown T
	return a != unknown && b != unknown && a != b
}

// profiled gives the slots of mixed groups what the rows that list them say, and drops those that are filtered for it:
// what an element of an answer says belongs to its slots alone.
func (m *merger) profiled(units []unit) []unit {
	kept := units[:0]
	for _, u := range units {
		if g := &m.groups[u.group]; g.mixed && !g.out {
			u.shown = m.profileOf(g, &u)
			if g.shown[u.shown].out {
				continue
			}
		}
		kept = append(kept, u)
	}
	return kept
}

// profileOf is the number of the profile of u, which is made when it is met first.
func (m *merger) profileOf(g *group, u *unit) int32 {
	rows := m.listing(u)
	key := make([]byte, 0, 64)
	for _, r := range rows {
		key = binary.AppendUvarint(key, uint64(r))
	}
	n, known := g.profiles[string(key)]
	if !known {
		if g.profiles == nil {
			g.profiles = map[string]int32{}
		}
		n = int32(len(g.shown))
		g.profiles[string(key)] = n
		g.shown = append(g.shown, m.profile(g, rows))
	}
	return n
}

// listing is the rows that list u, freshest first, and then those that cover it.
func (m *merger) listing(u *unit) []int32 {
	var rows []int32
	for _, first := range [...]int32{u.first, u.cover} {
		if first < 0 {
			continue
		}
		for i, end := int(first), m.endOf(int(first)); i < end; i++ {
			a := &m.answers[m.entries[i].answer]
			rows = append(rows, int32(a.firstRow)+int32(a.Slots[m.entries[i].slot].Schedule))
		}
	}
	return rows
}

// profile is what rows say, and the group where they do not. A start that one answer lists under two modalities has both:
// the one that the query asks for is shown, and none when it asks for neither. It is for those patients, and may be booked,
// whom and when any of its elements says so.
func (m *merger) profile(g *group, rows []int32) profile {
	p := profile{schedule: g.schedule}
	s := &p.schedule
	if titles := said(m, rows, title); len(titles) > 0 {
		s.VisitTypeTitle = titles[0]
	}
	for _, about := range [...]struct {
		to  *timeslot.Tri
		get func(*timeslot.Schedule) timeslot.Tri
	}{{&s.ForNewPatient, forNew}, {&s.ForEstablishedPatient, forEstablished}, {&s.Bookable, bookable}} {
		if answers := said(m, rows, about.get); len(answers) > 0 {
			*about.to = slices.Max(answers)
		}
	}
	modalities := said(m, rows, modality)
	wanted := slices.DeleteFunc(slices.Clone(modalities), func(v timeslot.Modality) bool { return !allows(m.Query.Modalities, string(v)) })
	switch {
	case len(wanted) == 1:
		s.Modality = wanted[0]
	case len(modalities) > 0:
		s.Modality = ""
	}
	p.out = !suits(m.Query, s) || len(wanted) == 0 && !allows(m.Query.Modalities, string(s.Modality))
	return p
}

func title(s *timeslot.Schedule) string                { return s.VisitTypeTitle }
func modality(s *timeslot.Schedule) timeslot.Modality  { return s.Modality }
func forNew(s *timeslot.Schedule) timeslot.Tri         { return s.ForNewPatient }
func forEstablished(s *timeslot.Schedule) timeslot.Tri { return s.ForEstablishedPatient }
func bookable(s *timeslot.Schedule) timeslot.Tri       { return s.Bookable }

// said is the different things that rows, which are freshest first, say about one attribute: those of the freshest answer
// that says anything.
func said[T comparable](m *merger, rows []int32, of func(*timeslot.Schedule) T) (values []T) {
	var unknown T
	from := int32(-1)
	for _, i := range rows {
		r := &m.rows[i]
		v := of(r.schedule)
		if v == unknown || from >= 0 && r.answer != from || slices.Contains(values, v) {
			continue
		}
		from = r.answer
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
