package merge

import (
	"strings"

	"timeslots/internal/timeslot"
)

// row is one schedule of one answer.
type row struct {
	schedule *timeslot.Schedule // the answer's own, or a copy where the answer leaves out what others know
	answer   int32
	site     int32
	visit    int32
	name     int32 // of the visit type; noName when unknown
	group    int32
}

// site is one NPI at one department.
type site struct {
	place int32
	npi   string
	pool  bool // the NPI stands for several clinicians here
}

// visit is a visit type at one site as some answer spells it: one EMR id may stand for several, under other names.
type visit struct {
	id       string
	name     int32 // noName when the answer gives the id alone
	site     int32
	alone    bool  // without a name, and not known which of the named ones with its id it is
	parent   int32 // towards the root of those that share a name
	surfaces surface
}

type (
	siteKey struct {
		place int32
		npi   string
	}
	visitKey struct {
		site int32
		id   string
		name int32
	}
	namedKey struct{ site, name int32 }
)

const noName int32 = -1

// readRows finds site and visit type of every schedule, except of those that an area's answer lists outside of the caller's
// own circle: such a row is nowhere, as if upstream had been asked for his circle.
func (m *merger) readRows() {
	n := len(m.rowPlaces)
	m.rows = make([]row, 0, n)
	m.siteOf = make(map[siteKey]int32, n)
	m.visitOf = make(map[visitKey]int32, n)
	m.namedAt = make(map[namedKey]int32, n)
	for i := range m.answers {
		a := &m.answers[i]
		byArea := m.Query.Point != nil && a.around()
		for j := range a.Schedules {
			place := m.rowPlaces[a.firstRow+j]
			if byArea && m.places[place].distance > float64(m.Query.Radius) {
				m.rows = append(m.rows, row{answer: int32(i), site: nowhere, group: nowhere})
				continue
			}
			m.readRow(int32(i), place, named(&a.Schedules[j], a.Key.VisitType))
		}
	}
}

// nowhere is site and group of a row that does not count.
const nowhere int32 = -1

// named is the schedule with the name that its answer was asked for, if it has none of its own: Care Direct and v4
// answer for one short name without repeating it (docs/dexcare.md §2).
func named(s *timeslot.Schedule, asked string) *timeslot.Schedule {
	if s.VisitTypeName != "" || asked == "" {
		return s
	}
	c := *s
	c.VisitTypeName = asked
	return &c
}

func (m *merger) readRow(answer, place int32, s *timeslot.Schedule) {
	at := m.siteFor(place, s.NPI)
	if s.Pool {
		m.sites[at].pool = true
	}
	name := m.nameOf(s.VisitTypeName)
	v := intern(m.visitOf, visitKey{at, s.VisitTypeID, name}, &m.visits, func() visit {
		return visit{id: s.VisitTypeID, name: name, site: at, parent: int32(len(m.visits))}
	})
	m.visits[v].surfaces |= m.answers[answer].surface
	if name != noName {
		if first, ok := m.namedAt[namedKey{at, name}]; ok {
			m.link(first, v)
		} else {
			m.namedAt[namedKey{at, name}] = v
		}
	}
	m.rows = append(m.rows, row{schedule: s, answer: answer, site: at, visit: v, name: name})
}

// siteFor looks at the row before first: answers list their schedules clinician by clinician.
func (m *merger) siteFor(place int32, npi string) int32 {
	if n := len(m.rows); n > 0 {
		if last := m.rows[n-1].site; last != nowhere && m.sites[last].place == place && m.sites[last].npi == npi {
			return last
		}
	}
	return intern(m.siteOf, siteKey{place, npi}, &m.sites, func() site { return site{place: place, npi: npi} })
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

// nameOf is the number of a short name, equal for names that differ by case only.
func (m *merger) nameOf(name string) int32 {
	if n, ok := m.spelled[name]; ok {
		return n
	}
	lower := strings.ToLower(name)
	n, ok := m.names[lower]
	if !ok {
		n = int32(len(m.lowered)) - 1
		m.names[lower] = n
		m.lowered = append(m.lowered, lower)
	}
	m.spelled[name] = n
	return n
}
