package merge

import (
	"slices"

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

// describe fills g.schedule from the freshest row on. A member of a pool also gets what is only known of the pool.
func (m *merger) describe(g *group) {
	s := &g.schedule
	*s = *m.rows[g.rows[0]].schedule
	for _, r := range g.rows[1:] {
		fill(s, m.rows[r].schedule)
	}
	if g.member != "" {
		if nobody := m.families[g.family].nobody; nobody >= 0 {
			for _, r := range m.groups[nobody].rows {
				fill(s, m.rows[r].schedule)
			}
		}
	}
	for _, r := range g.rows {
		nameVisitType(s, m.rows[r].schedule.VisitTypeID, g.place.info.VisitTypes)
	}
	s.VisitTypeID = m.visits[g.visit].id
	if g.place.zoneName != "" {
		s.Timezone = g.place.zoneName
	}
}

// fill takes from src what s does not know.
func fill(s, src *timeslot.Schedule) {
	setDefault(&s.ProviderID, src.ProviderID)
	setDefault(&s.VisitTypeName, src.VisitTypeName)
	setDefault(&s.VisitTypeTitle, src.VisitTypeTitle)
	setDefault(&s.Modality, src.Modality)
	setDefault(&s.ForNewPatient, src.ForNewPatient)
	setDefault(&s.ForEstablishedPatient, src.ForEstablishedPatient)
	setDefault(&s.Bookable, src.Bookable)
	setDefault(&s.Timezone, src.Timezone)
}

func setDefault[T comparable](dst *T, src T) {
	var unknown T
	if *dst == unknown {
		*dst = src
	}
}

// nameVisitType takes short name and title from a directory's list, where the slots' own answers have none.
func nameVisitType(s *timeslot.Schedule, id string, known []timeslot.VisitType) {
	if id == "" || (s.VisitTypeName != "" && s.VisitTypeTitle != "") {
		return
	}
	if i := slices.IndexFunc(known, func(v timeslot.VisitType) bool { return v.ID == id }); i >= 0 {
		setDefault(&s.VisitTypeName, known[i].Name)
		setDefault(&s.VisitTypeTitle, known[i].Title)
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
