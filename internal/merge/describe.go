package merge

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// describeGroups joins what the rows of a group, and the directory, say about it.
func (m *merger) describeGroups() {
	for i := range m.groups {
		g := &m.groups[i]
		m.describe(g)
		if m.Taken != nil {
			g.spellings = m.spellingsOf(g)
		}
	}
}

// describe fills g.schedule with what all rows of the group say. A member of a pool also gets what is only known of the
// pool. Where rows differ, the group is mixed: see [merger.profiled].
func (m *merger) describe(g *group) {
	rows := m.rowsAbout(g)
	s := &g.schedule
	*s = *m.rows[g.rows[0]].schedule
	for _, r := range rows[1:] {
		setDefault(&s.ProviderID, m.rows[r].schedule.ProviderID)
		setDefault(&s.VisitTypeName, m.rows[r].schedule.VisitTypeName)
	}
	if len(rows) > 1 {
		g.mixed = m.differ(rows)
		s.VisitTypeTitle, s.Modality = agreed(said(m, rows, title)), agreed(said(m, rows, modality))
		s.ForNewPatient, s.ForEstablishedPatient = agreed(said(m, rows, forNew)), agreed(said(m, rows, forEstablished))
		s.Bookable = agreed(said(m, rows, bookable))
	}
	m.nameVisitType(s, g, g.place.info.VisitTypes)
	s.VisitTypeID = m.visits[g.visit].id
	s.Timezone = g.place.zoneName
}

// rowsAbout is the rows of a group, freshest first, and behind those of a member the rows of the pool without one.
func (m *merger) rowsAbout(g *group) []int32 {
	if g.member != "" {
		if nobody := m.families[g.family].nobody; nobody >= 0 {
			return slices.Concat(g.rows, m.groups[nobody].rows)
		}
	}
	return g.rows
}

func setDefault[T comparable](dst *T, src T) {
	var unknown T
	if *dst == unknown {
		*dst = src
	}
}

// nameVisitType takes short name and title from a directory's list, where the slots' own answers have none, and where
// the list has one visit type only that is meant.
func (m *merger) nameVisitType(s *timeslot.Schedule, g *group, known []timeslot.VisitType) {
	if len(known) == 0 || m.visits[g.visit].alone {
		return
	}
	for _, r := range g.rows {
		nameByID(s, m.rows[r].schedule.VisitTypeID, known)
	}
}

func nameByID(s *timeslot.Schedule, id string, known []timeslot.VisitType) {
	if id == "" || (s.VisitTypeName != "" && s.VisitTypeTitle != "") {
		return
	}
	meant := -1
	for i := range known {
		v := &known[i]
		if v.ID != id || s.VisitTypeName != "" && v.Name != "" && !strings.EqualFold(s.VisitTypeName, v.Name) {
			continue
		}
		if meant >= 0 {
			return
		}
		meant = i
	}
	if meant >= 0 {
		setDefault(&s.VisitTypeName, known[meant].Name)
		setDefault(&s.VisitTypeTitle, known[meant].Title)
	}
}

// spellingsOf lists the identities under which a slot of g may have been taken although no row spells it so now: by
// other ids of its visit type, and for rows of a pool that name no member, by any member. It is empty when g has one
// spelling, which every row of a slot has then.
func (m *merger) spellingsOf(g *group) []*timeslot.Schedule {
	var out []*timeslot.Schedule
	seen := map[memberKey]bool{}
	add := func(rows []int32) {
		for _, r := range rows {
			if k := (memberKey{m.rows[r].visit, m.rows[r].schedule.ProviderID}); !seen[k] {
				seen[k] = true
				out = append(out, m.rows[r].schedule)
			}
		}
	}
	alike := func(r int32) bool { return m.rows[r].visit == m.rows[g.rows[0]].visit }
	nobody := g.family >= 0 && g.member == ""
	if !nobody && !slices.ContainsFunc(g.rows, func(r int32) bool { return !alike(r) }) {
		return nil
	}
	add(g.rows)
	if nobody {
		for _, member := range m.families[g.family].members {
			add(m.groups[member].rows)
		}
	}
	return out
}
