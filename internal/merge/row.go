package merge

import (
	"strings"

	"timeslots/internal/timeslot"
)

// row is one schedule of one answer.
type row struct {
	schedule timeslot.Schedule // with what the answer leaves out although others know it
	part     int32             // of the clinic
	site     int32
	visit    int32
	name     int32 // of the visit type; noName when unknown
	group    int32
	spelling spelling
	source   timeslot.SourceSet
	handle   timeslot.Handle // of its slot ids
	ofArea   bool            // its answer is for an area
}

// site is one NPI at the department.
type site struct {
	npi  string
	pool bool // the NPI stands for several clinicians here
}

// visit is a visit type at one site as some answer spells it: one EMR id may stand for several, under other names.
type visit struct {
	id       string
	name     int32 // noName when the answer gives the id alone
	site     int32
	alone    bool  // without a name, and not known which of the named ones with its id it is
	parent   int32 // towards the root of those that share a name
	listedBy spelling
}

type (
	visitKey struct {
		site int32
		id   string
		name int32
	}
	namedKey struct{ site, name int32 }
)

// readRows finds site and visit type of every schedule.
func (b *builder) readRows() {
	n := 0
	for i := range b.listed {
		n += len(b.listed[i].schedules)
	}
	b.rows = make([]row, 0, n)
	for i := range b.listed {
		part := &b.listed[i]
		for _, j := range part.schedules {
			b.readRow(int32(i), named(&part.answer.Schedules[j], part.answer.Key.VisitType))
		}
	}
}

// named is the schedule with the name that its answer was asked for, if it has none of its own: Care Direct and v4
// answer for one short name without repeating it (docs/dexcare.md §2).
func named(s *timeslot.Schedule, asked string) timeslot.Schedule {
	c := *s
	if c.VisitTypeName == "" {
		c.VisitTypeName = asked
	}
	return c
}

func (b *builder) readRow(part int32, s timeslot.Schedule) {
	at := b.siteFor(s.NPI)
	if s.Pool {
		b.sites[at].pool = true
	}
	a := b.listed[part].answer
	name := b.names.number(s.VisitTypeName)
	v := intern(b.visitOf, visitKey{at, s.VisitTypeID, name}, &b.visits, func() visit {
		return visit{id: s.VisitTypeID, name: name, site: at, parent: int32(len(b.visits))}
	})
	b.visits[v].listedBy |= a.spelling
	if name != noName {
		if first, ok := b.namedAt[namedKey{at, name}]; ok {
			b.link(first, v)
		} else {
			b.namedAt[namedKey{at, name}] = v
		}
	}
	r := row{schedule: s, part: part, site: at, visit: v, name: name, spelling: a.spelling, ofArea: a.ofArea()}
	if a.listing != nil {
		r.source, r.handle = a.listing.Surface().Set(), a.listing.SlotIDs
	}
	b.rows = append(b.rows, r)
}

// siteFor looks at the row before first: answers list their schedules clinician by clinician.
func (b *builder) siteFor(npi string) int32 {
	if n := len(b.rows); n > 0 && b.rows[n-1].schedule.NPI == npi {
		return b.rows[n-1].site
	}
	return intern(b.siteOf, npi, &b.sites, func() site { return site{npi: npi} })
}

// intern is the index of the thing with this key, which is made when there is none.
func intern[K comparable, T any](index map[K]int32, key K, things *[]T, create func() T) int32 {
	i, ok := index[key]
	if !ok {
		i = int32(len(*things))
		*things = append(*things, create())
		index[key] = i
	}
	return i
}

// names numbers short names of visit types: those that differ by case only have the same number.
type names struct {
	numbers map[string]int32 // by the name in lower case
	spelled map[string]int32 // by the name as it comes, so that few are brought into lower case
	lowered []string         // by number + 1: none comes first
}

const noName int32 = -1

func newNames() names {
	return names{numbers: map[string]int32{"": noName}, spelled: map[string]int32{}, lowered: []string{""}}
}

// number is that of a name.
func (n *names) number(name string) int32 {
	if number, ok := n.spelled[name]; ok {
		return number
	}
	lower := strings.ToLower(name)
	number, ok := n.numbers[lower]
	if !ok {
		number = int32(len(n.lowered)) - 1
		n.numbers[lower] = number
		n.lowered = append(n.lowered, lower)
	}
	n.spelled[name] = number
	return number
}

// text is a name in lower case.
func (n *names) text(number int32) string { return n.lowered[number+1] }
