package merge

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// place is a department that some answer lists slots of.
type place struct {
	ehr, id  string
	key      string              // both, as answers refer to the department
	info     timeslot.Department // joined; zero fields are unknown
	urlNames []string            // every slug that somebody calls it by
	zoneName string              // empty when nobody names one that exists: then slots keep their own offset
	loc      *time.Location      // nil then
	written  string              // the directory's name of the zone, whether it exists or not
	miles    float64             // from the query's postal code, as upstream measured it

	parts []listed // of the answers that list it, freshest first

	once     sync.Once
	clinics  []*clinic             // see [union.clinicsAt]; in the order of their groups' identities
	apart    [][]listed            // the parts of each
	beyondAt atomic.Pointer[place] // see [union.beyond]
}

type placeKey struct{ ehr, id string }

// unknownDistance is the distance where nobody knows one.
const unknownDistance = -1.0

// compareDistance orders ascending, unknown last.
func compareDistance(a, b float64) int {
	if (a < 0) != (b < 0) {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// departmentRanks says whose word on a department counts first; among equals the freshest does.
var departmentRanks = [...]knowledge{departmentList, departmentInfo, described, providerInfo, nothingMore}

// ranked reports whether an answer counts in a rank. The last rank is that of all others.
func (a *answer) ranked(rank knowledge, ranks []knowledge) bool {
	return a.knows == rank || rank == nothingMore && !slices.Contains(ranks, a.knows)
}

// inOrder calls visit for every answer, those of the first rank first, and each rank freshest first.
func inOrder(answers []answer, ranks []knowledge, visit func(*answer)) {
	for _, rank := range ranks {
		for i := range answers {
			if a := &answers[i]; a.ranked(rank, ranks) {
				visit(a)
			}
		}
	}
}

// joinPlaces takes over what the answers say about places.
func (u *union) joinPlaces() {
	inOrder(u.answers, departmentRanks[:], func(a *answer) {
		if len(a.Departments) <= len(u.places) {
			for j := range a.Departments {
				d := &a.Departments[j]
				if i, ok := u.placeOf[placeKey{d.EHRInstance, d.ID}]; ok {
					u.places[i].join(d)
				}
			}
			return
		}
		for i := range u.places {
			u.places[i].joinFrom(a)
		}
	})
	for i := range u.places {
		p := &u.places[i]
		p.info.EHRInstance, p.info.ID = p.ehr, p.id
		p.miles = u.milesFromPostalCode(p)
	}
}

// joinFrom takes over what one answer says about the place.
func (p *place) joinFrom(a *answer) {
	for _, j := range a.parts.places[placeKey{p.ehr, p.id}] {
		p.join(&a.Departments[j])
	}
}

func (p *place) join(d *timeslot.Department) {
	p.addURLName(d.URLName)
	if p.info.ID == "" {
		p.info = *d
		return
	}
	to := &p.info
	setDefault(&to.URLName, d.URLName)
	setDefault(&to.Name, d.Name)
	setDefault(&to.ClinicType, d.ClinicType)
	setDefault(&to.Timezone, d.Timezone)
	setDefault(&to.Phone, d.Phone)
	setDefault(&to.Address, d.Address) // as a whole: lines of two addresses do not mix
	setDefault(&to.Point, d.Point)
	if len(to.VisitTypes) == 0 {
		to.VisitTypes = d.VisitTypes
	}
}

func (p *place) addURLName(name string) {
	if name != "" && !slices.Contains(p.urlNames, name) {
		p.urlNames = append(p.urlNames, name)
	}
}

// nameSlugs takes over by which names answers were asked for.
func (p *place) nameSlugs() {
	for i := range p.parts {
		if a := p.parts[i].answer; a.asks() == timeslot.AsksDepartment {
			setDefault(&p.info.URLName, a.Key.Department)
			p.addURLName(a.Key.Department)
		}
	}
}

// findZone takes the zone of the directory, else of the slots' schedules: the first that exists. A name of no zone is none.
func (p *place) findZone(zones *Zones) {
	p.loc, p.zoneName = nil, ""
	if !p.tryZone(p.written, zones) {
		p.zoneOfParts(zones)
	}
	p.info.Timezone = p.zoneName
}

func (p *place) zoneOfParts(zones *Zones) {
	tried := p.written
	for i := range p.parts {
		part := &p.parts[i]
		for _, j := range part.schedules {
			if name := part.answer.Schedules[j].Timezone; name != tried {
				if tried = name; p.tryZone(name, zones) {
					return
				}
			}
		}
	}
}

func (p *place) tryZone(name string, zones *Zones) bool {
	loc, ok := zones.Load(name)
	if ok {
		p.loc, p.zoneName = loc, name
	}
	return ok
}

// milesFromPostalCode is upstream's own distance: where the caller named nothing but a postal code, that has to do.
func (u *union) milesFromPostalCode(p *place) float64 {
	key := timeslot.DepartmentKey(p.ehr, p.id)
	for i := range u.answers {
		a := &u.answers[i]
		if a.Key.Area.PostalCode == "" {
			continue
		}
		if miles, ok := a.Distances[key]; ok {
			return miles
		}
	}
	return unknownDistance
}

// distanceTo is measured from the caller's own point, never taken over from upstream, which was asked for a rounded one. Around
// a postal code that only upstream can place it is upstream's.
func (q *question) distanceTo(p *place) float64 {
	switch {
	case q.Query.Point != nil && p.info.Point != nil:
		return q.Query.Point.MilesTo(*p.info.Point)
	case q.Query.Point != nil || q.Query.PostalCode == "":
	case p.miles >= 0:
		return p.miles
	case q.Miles != nil && slices.ContainsFunc(p.parts, func(l listed) bool { return l.answer.ofArea() }):
		if miles, ok := q.Miles(p.ehr, p.id); ok {
			return miles
		}
	}
	return unknownDistance
}
