package merge

import (
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// describeGroups joins what the rows of a group, and the directory, say about it.
func (b *builder) describeGroups() {
	for i := range b.groups {
		g := &b.groups[i]
		b.describe(g)
		g.spellings = b.spellingsOf(g)
		if name := strings.ToLower(g.schedule.VisitTypeName); name != "" && !slices.Contains(g.names, name) {
			g.names = append(g.names, name)
		}
	}
}

// describe fills g.schedule with what all rows of the group say. A member of a pool also gets what is only known of the
// pool. Where rows differ, the group is mixed: see [builder.tellElements].
func (b *builder) describe(g *group) {
	rows := b.rowsAbout(g)
	s := &g.schedule
	*s = b.rows[g.rows[0]].schedule
	for _, r := range rows[1:] {
		setDefault(&s.ProviderID, b.rows[r].schedule.ProviderID)
		setDefault(&s.VisitTypeName, b.rows[r].schedule.VisitTypeName)
	}
	if len(rows) > 1 {
		g.mixed = b.differ(rows)
		s.VisitTypeTitle, s.Modality = agreed(said(b.rows, rows, title)), agreed(said(b.rows, rows, modality))
		s.ForNewPatient, s.ForEstablishedPatient = agreed(said(b.rows, rows, forNew)), agreed(said(b.rows, rows, forEstablished))
		s.Bookable = agreed(said(b.rows, rows, bookable))
	}
	b.nameVisitType(s, g, b.place.info.VisitTypes)
	s.VisitTypeID = g.visitID
	s.Timezone = b.place.zoneName
}

// rowsAbout is the rows of a group, freshest first, and behind those of a member the rows of the pool without one.
func (b *builder) rowsAbout(g *group) []int32 {
	if g.member != "" {
		if nobody := b.families[g.family].nobody; nobody >= 0 {
			return slices.Concat(g.rows, b.groups[nobody].rows)
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
func (c *clinic) nameVisitType(s *timeslot.Schedule, g *group, known []timeslot.VisitType) {
	if len(known) == 0 || g.alone {
		return
	}
	for _, r := range g.rows {
		nameByID(s, c.rows[r].schedule.VisitTypeID, known)
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
func (b *builder) spellingsOf(g *group) []*timeslot.Schedule {
	var out []*timeslot.Schedule
	seen := map[memberKey]bool{}
	add := func(rows []int32) {
		for _, r := range rows {
			if k := (memberKey{b.rows[r].visit, b.rows[r].schedule.ProviderID}); !seen[k] {
				seen[k] = true
				out = append(out, &b.rows[r].schedule)
			}
		}
	}
	unlike := func(r int32) bool { return b.rows[r].visit != b.rows[g.rows[0]].visit }
	nobody := g.family >= 0 && g.member == ""
	if !nobody && !slices.ContainsFunc(g.rows, unlike) {
		return nil
	}
	add(g.rows)
	if nobody {
		for _, member := range b.families[g.family].members {
			add(b.groups[member].rows)
		}
	}
	return out
}
