package merge

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// group is one clinician at one department for one visit type, whichever surfaces spell it. Groups are numbered in the
// order of distance, then identity, so that comparing numbers compares both.
type group struct {
	site   int32
	visit  int32  // whose id and name are shown
	member string // local provider id, in a pool only; empty there for rows that do not say which member
	family int32  // the pool that it is of, −1 for none

	rows     []int32 // freshest first
	place    *place
	schedule timeslot.Schedule // as shown; of a mixed group what is not said of some slot

	mixed    bool             // its elements differ: what is shown is decided for each slot
	profiles map[string]int32 // by the rows that list a slot, the profile
	shown    []profile        // of a mixed group

	authorities []authority
	spellings   []*timeslot.Schedule // further identities to ask Taken for
	out         bool                 // filtered, all slots of it
}

// family is the groups of one pool and visit type.
type family struct {
	nobody  int32 // the group of rows without a member, −1 for none
	members []int32

	// While one start is looked at: the last start that some member has, and where the rows without one are.
	memberAt, nobodyAt int64
	covered            int32
}

type memberKey struct {
	visit  int32
	member string
}

// formGroups puts rows into groups, and orders them.
func (m *merger) formGroups() {
	visitOf := m.classes()
	groupOf := make([]int32, len(m.visits)) // outside of pools, one more than the group
	memberOf := map[memberKey]int32{}
	for i := range m.rows {
		r := &m.rows[i]
		if r.site == nowhere {
			continue
		}
		v := visitOf[r.visit]
		if m.sites[r.site].pool {
			r.schedule = inPool(r.schedule)
			r.group = intern(memberOf, memberKey{v, r.schedule.ProviderID}, &m.groups, func() group {
				return group{site: r.site, visit: v, member: r.schedule.ProviderID}
			})
			continue
		}
		if groupOf[v] == 0 {
			m.groups = append(m.groups, group{site: r.site, visit: v})
			groupOf[v] = int32(len(m.groups))
		}
		r.group = groupOf[v] - 1
	}
	m.orderGroups()
	m.shift = uint(bits.Len(uint(len(m.groups))))
	m.handOutRows()
	m.findFamilies()
}

// inPool marks what its own answer could not see: that the NPI stands for several.
func inPool(s *timeslot.Schedule) *timeslot.Schedule {
	if s.Pool {
		return s
	}
	c := *s
	c.Pool = true
	return &c
}

// orderGroups sorts the groups and renumbers them in the rows.
func (m *merger) orderGroups() {
	order := make([]int32, len(m.groups))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return m.compareGroups(&m.groups[a], &m.groups[b]) })
	sorted := make([]group, len(order))
	place := make([]int32, len(order))
	for i, old := range order {
		sorted[i] = m.groups[old]
		sorted[i].family = -1
		sorted[i].place = &m.places[m.sites[sorted[i].site].place]
		place[old] = int32(i)
	}
	m.groups = sorted
	for i := range m.rows {
		if m.rows[i].site != nowhere {
			m.rows[i].group = place[m.rows[i].group]
		}
	}
}

// compareGroups orders by distance, unknown last, then by the fields of the identity.
func (m *merger) compareGroups(a, b *group) int {
	s, t := &m.sites[a.site], &m.sites[b.site]
	if s.place != t.place {
		p, q := &m.places[s.place], &m.places[t.place]
		if c := compareDistance(p.distance, q.distance); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(p.ehr, q.ehr), strings.Compare(p.id, q.id))
	}
	return cmp.Or(
		strings.Compare(s.npi, t.npi),
		strings.Compare(a.member, b.member),
		strings.Compare(m.visits[a.visit].id, m.visits[b.visit].id),
		strings.Compare(m.visitName(a), m.visitName(b)),
	)
}

// visitName is the short name of the group's visit type in lower case; empty when no answer gives one.
func (m *merger) visitName(g *group) string { return m.lowered[m.visits[g.visit].name+1] }

// handOutRows gives every group its rows, in the order of the answers.
func (m *merger) handOutRows() {
	counts := make([]int32, len(m.groups))
	for i := range m.rows {
		if g := m.rows[i].group; g != nowhere {
			counts[g]++
		}
	}
	all := make([]int32, len(m.rows))
	for i := range m.groups {
		n := counts[i]
		m.groups[i].rows, all = all[:0:n], all[n:]
	}
	for i := range m.rows {
		if r := m.rows[i].group; r != nowhere {
			g := &m.groups[r]
			g.rows = append(g.rows, int32(i))
		}
	}
}

// findFamilies connects the groups of pools.
func (m *merger) findFamilies() {
	familyOf := map[int32]int32{}
	for i := range m.groups {
		g := &m.groups[i]
		if !m.sites[g.site].pool {
			continue
		}
		g.family = intern(familyOf, g.visit, &m.families, func() family { return family{nobody: -1} })
		f := &m.families[g.family]
		if g.member == "" {
			f.nobody = int32(i)
		} else {
			f.members = append(f.members, int32(i))
		}
	}
}
