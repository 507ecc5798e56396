package merge

import (
	"cmp"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// group is one clinician at the clinic for one visit type, whichever surfaces spell it.
type group struct {
	npi       string
	member    string // local provider id, in a pool only; empty there for rows that do not say which member
	visitID   string // as shown
	visitName string // as shown, in lower case; empty when no answer gives one

	site   int32
	family int32 // the pool that it is of, −1 for none

	rows     []int32           // freshest first
	schedule timeslot.Schedule // as shown; of a mixed group what is not said of some slot
	names    []string          // all that the visit type is called, in lower case
	alone    bool              // see visit
	ofArea   bool              // nobody lists it but answers for an area

	mixed bool      // its elements differ: what is shown is decided for each slot
	lists [][]int32 // of a mixed group: rows that list some slot together, freshest first

	authorities []authority
	spellings   []*timeslot.Schedule // further identities to ask Taken for

	units  []unit        // ascending by start
	listOf []int32       // of a mixed group: for each unit which of the lists
	covers map[int64]run // of a member of a pool: by start, what the rows of the pool list that name no member; nil for nothing
	gone   []bool        // of the rows without a member, while a clinic is built: units that are only kept for what they may cover

	visit int32 // whose id and name are shown; for building only
}

// family is the groups of one pool and visit type.
type family struct {
	nobody  int32 // the group of rows without a member, −1 for none
	members []int32
}

type memberKey struct {
	visit  int32
	member string
}

// formGroups puts rows into groups, and orders them.
func (b *builder) formGroups() {
	visitOf := b.classes()
	groupOf := make([]int32, len(b.visits)) // outside of pools, one more than the group
	memberOf := map[memberKey]int32{}
	b.groups = make([]group, 0, len(b.visits))
	for i := range b.rows {
		r := &b.rows[i]
		v := visitOf[r.visit]
		if b.sites[r.site].pool {
			r.schedule.Pool = true // which its own answer could not see
			member := r.schedule.ProviderID
			r.group = intern(memberOf, memberKey{v, member}, &b.groups, func() group {
				return group{site: r.site, visit: v, member: member}
			})
			continue
		}
		if groupOf[v] == 0 {
			b.groups = append(b.groups, group{site: r.site, visit: v})
			groupOf[v] = int32(len(b.groups))
		}
		r.group = groupOf[v] - 1
	}
	for i := range b.groups {
		g := &b.groups[i]
		v := &b.visits[g.visit]
		g.npi, g.visitID, g.visitName, g.alone, g.family = b.sites[g.site].npi, v.id, b.names.text(v.name), v.alone, -1
	}
	b.orderGroups()
	b.handOutRows()
	b.findFamilies()
}

// orderGroups sorts the groups and renumbers them in the rows.
func (b *builder) orderGroups() {
	order := make([]int32, len(b.groups))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return compareGroups(&b.groups[x], &b.groups[y]) })
	sorted := make([]group, len(order))
	number := make([]int32, len(order))
	for i, old := range order {
		sorted[i] = b.groups[old]
		number[old] = int32(i)
	}
	b.groups = sorted
	for i := range b.rows {
		b.rows[i].group = number[b.rows[i].group]
	}
}

// compareGroups orders groups of one clinic by the fields of their identity.
func compareGroups(a, b *group) int {
	return cmp.Or(
		strings.Compare(a.npi, b.npi),
		strings.Compare(a.member, b.member),
		strings.Compare(a.visitID, b.visitID),
		strings.Compare(a.visitName, b.visitName),
	)
}

// handOutRows gives every group its rows, in the order of the answers.
func (b *builder) handOutRows() {
	counts := make([]int32, len(b.groups))
	for i := range b.rows {
		counts[b.rows[i].group]++
	}
	all := make([]int32, len(b.rows))
	for i := range b.groups {
		n := counts[i]
		b.groups[i].rows, all = all[:0:n], all[n:]
		b.groups[i].ofArea = true
	}
	for i := range b.rows {
		g := &b.groups[b.rows[i].group]
		g.rows = append(g.rows, int32(i))
		g.ofArea = g.ofArea && b.rows[i].ofArea
		if name := b.names.text(b.rows[i].name); name != "" && !slices.Contains(g.names, name) {
			g.names = append(g.names, name)
		}
	}
}

// findFamilies connects the groups of pools.
func (b *builder) findFamilies() {
	familyOf := map[int32]int32{}
	for i := range b.groups {
		g := &b.groups[i]
		if !b.sites[g.site].pool {
			continue
		}
		g.family = intern(familyOf, g.visit, &b.families, func() family { return family{nobody: -1} })
		f := &b.families[g.family]
		if g.member == "" {
			f.nobody = int32(i)
		} else {
			f.members = append(f.members, int32(i))
		}
	}
}

// finish notes whom the clinic is about.
func (b *builder) finish() {
	npis := make([]string, len(b.sites))
	for i := range b.sites {
		npis[i] = b.sites[i].npi
	}
	b.npis = timeslot.CliniciansNamed(npis...)
}
