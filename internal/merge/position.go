package merge

import (
	"cmp"
	"encoding/binary"
	"math"
	"sort"
	"strings"

	"timeslots/internal/timeslot"
)

// position is a slot's place in the orders soonest and nearest, or in the tail of balanced: all that they compare, whether the slot exists or not.
type position struct {
	start              int64 // Unix seconds
	distance           float64
	place              placeKey
	npi, member, visit string
	name               string // of the visit type, in lower case
}

func (m *merger) positionOf(u *unit) position {
	g := &m.groups[u.group]
	return position{
		start: u.start, distance: g.place.distance, place: placeKey{g.place.ehr, g.place.id},
		npi: m.sites[g.site].npi, member: g.member, visit: m.visits[g.visit].id, name: m.visitName(g),
	}
}

func (p *position) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(p.start))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.distance))
	for _, field := range [...]string{p.place.ehr, p.place.id, p.npi, p.member, p.visit, p.name} {
		b = binary.AppendUvarint(b, uint64(len(field)))
		b = append(b, field...)
	}
	return b
}

func (r *reader) position() position {
	p := position{start: r.instant()}
	if bits := r.take(8); bits != nil {
		p.distance = math.Float64frombits(binary.BigEndian.Uint64(bits))
	}
	if !(p.distance >= 0) && p.distance != unknownDistance || math.IsInf(p.distance, 1) {
		r.failed = true
	}
	for _, field := range [...]*string{&p.place.ehr, &p.place.id, &p.npi, &p.member, &p.visit, &p.name} {
		*field = string(r.take(r.number()))
	}
	return p
}

// afterPosition is what of the ranked units comes after p. The department's present distance counts, as long as it is
// there: a replica on another processor may compute one that differs in the last bit.
func (m *merger) afterPosition(units []unit, p position) []unit {
	if i, ok := m.placeOf[p.place]; ok {
		p.distance = m.places[i].distance
	}
	next := sort.Search(len(m.groups), func(i int) bool { return m.compareTo(&m.groups[i], &p) > 0 })
	first := sort.Search(len(units), func(i int) bool {
		u := &units[i]
		if m.Query.Sort == timeslot.Nearest {
			if c := compareDistance(m.groups[u.group].place.distance, p.distance); c != 0 {
				return c > 0
			}
		}
		return u.start > p.start || u.start == p.start && int(u.group) >= next
	})
	return units[first:]
}

// compareTo is compareGroups with a group that may be gone.
func (m *merger) compareTo(g *group, p *position) int {
	return cmp.Or(
		compareDistance(g.place.distance, p.distance),
		strings.Compare(g.place.ehr, p.place.ehr),
		strings.Compare(g.place.id, p.place.id),
		strings.Compare(m.sites[g.site].npi, p.npi),
		strings.Compare(g.member, p.member),
		strings.Compare(m.visits[g.visit].id, p.visit),
		strings.Compare(m.visitName(g), p.name),
	)
}
