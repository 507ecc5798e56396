package merge

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// Position is a slot's place in the order of a profile without a score, or in the tail of one with: all that it compares,
// whether the slot exists or not.
type Position struct {
	Start         int64   // Unix seconds; 0 for all slots of a calendar
	Distance      float64 // miles; negative when unknown
	EHRInstance   string
	DepartmentID  string
	NPI           string
	Member        string // local provider id, in a pool only
	VisitTypeID   string
	VisitTypeName string // in lower case
}

// positionOf is the position of a calendar, without a start.
func (q *question) positionOf(c *calendar) Position {
	s, g := &q.spots[c.spot], c.group
	return Position{
		Distance: s.distance, EHRInstance: s.ehr, DepartmentID: s.id,
		NPI: g.npi, Member: g.member, VisitTypeID: g.visitID, VisitTypeName: g.visitName,
	}
}

// behind is the position of a page's last slot.
func (q *question) behind(page []pick) Position {
	last := &page[len(page)-1]
	p := q.positionOf(last.calendar)
	p.Start = last.unit.start
	return p
}

func (p *Position) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(p.Start))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.Distance))
	for _, field := range [...]string{p.EHRInstance, p.DepartmentID, p.NPI, p.Member, p.VisitTypeID, p.VisitTypeName} {
		b = binary.AppendUvarint(b, uint64(len(field)))
		b = append(b, field...)
	}
	return b
}

func (r *reader) position() Position {
	p := Position{Start: r.instant()}
	if bits := r.take(8); bits != nil {
		p.Distance = math.Float64frombits(binary.BigEndian.Uint64(bits))
	}
	if !(p.Distance >= 0) && p.Distance != unknownDistance || math.IsInf(p.Distance, 1) {
		r.failed = true
	}
	for _, field := range [...]*string{&p.EHRInstance, &p.DepartmentID, &p.NPI, &p.Member, &p.VisitTypeID, &p.VisitTypeName} {
		*field = string(r.take(r.number()))
	}
	return p
}

// skipTo moves the calendars to what comes after p in the order of a profile. The department's present distance counts, as
// long as it is there: a replica on another processor may compute one that differs in the last bit.
func (q *question) skipTo(profile *Profile, p Position) {
	at := func(s spot) bool { return s.ehr == p.EHRInstance && s.id == p.DepartmentID }
	if i := slices.IndexFunc(q.spots, at); i >= 0 {
		p.Distance = q.spots[i].distance
	}
	for i := range q.calendars {
		c := &q.calendars[i]
		if profile.Before != nil {
			own := q.positionOf(c)
			if d := profile.Before(&own, &p); d > 0 {
				continue
			} else if d < 0 {
				c.at = len(c.units)
				continue
			}
		}
		start := p.Start
		if compareTo(&q.spots[c.spot], c.group, &p) <= 0 {
			start++
		}
		n, _ := slices.BinarySearchFunc(c.units, start, func(u unit, at int64) int { return cmp.Compare(u.start, at) })
		c.at = max(c.at, n)
	}
}

// compareTo compares a group with a position, whose own group may be gone.
func compareTo(s *spot, g *group, p *Position) int {
	return cmp.Or(
		compareDistance(s.distance, p.Distance),
		strings.Compare(s.ehr, p.EHRInstance),
		strings.Compare(s.id, p.DepartmentID),
		strings.Compare(g.npi, p.NPI),
		strings.Compare(g.member, p.Member),
		strings.Compare(g.visitID, p.VisitTypeID),
		strings.Compare(g.visitName, p.VisitTypeName),
	)
}
