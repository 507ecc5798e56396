package merge

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
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

func (q *question) positionOf(p pick) position {
	s, g := &q.spots[p.calendar.spot], p.calendar.group
	return position{
		start: p.unit.start, distance: s.distance, place: placeKey{s.ehr, s.id},
		npi: g.npi, member: g.member, visit: g.visitID, name: g.visitName,
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

// skipTo moves the calendars to what comes after p in the order of a profile. The department's present distance counts, as
// long as it is there: a replica on another processor may compute one that differs in the last bit.
func (q *question) skipTo(profile timeslot.Ranking, p position) {
	if i := slices.IndexFunc(q.spots, func(s spot) bool { return s.ehr == p.place.ehr && s.id == p.place.id }); i >= 0 {
		p.distance = q.spots[i].distance
	}
	for i := range q.calendars {
		c := &q.calendars[i]
		s := &q.spots[c.spot]
		if profile == timeslot.Nearest {
			if d := compareDistance(s.distance, p.distance); d > 0 {
				continue
			} else if d < 0 {
				c.at = len(c.units)
				continue
			}
		}
		start := p.start
		if compareTo(s, c.group, &p) <= 0 {
			start++
		}
		n, _ := slices.BinarySearchFunc(c.units, start, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
		c.at = max(c.at, n)
	}
}

// compareTo compares a group with a position, whose own group may be gone.
func compareTo(s *spot, g *group, p *position) int {
	return cmp.Or(
		compareDistance(s.distance, p.distance),
		strings.Compare(s.ehr, p.place.ehr),
		strings.Compare(s.id, p.place.id),
		strings.Compare(g.npi, p.npi),
		strings.Compare(g.member, p.member),
		strings.Compare(g.visitID, p.visit),
		strings.Compare(g.visitName, p.name),
	)
}
