package merge

import (
	"cmp"
	"slices"

	"timeslots/internal/timeslot"
)

// place is a department that some row names.
type place struct {
	ehr, id  string
	info     timeslot.Department // joined; zero fields are unknown
	urlNames []string            // every slug that somebody calls it by
	zone     *zone               // nil when nobody names one that exists: then slots keep their own offset
	zoneName string              // empty then
	distance float64             // miles
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
var departmentRanks = [...]timeslot.Operation{
	timeslot.OpDepartments, timeslot.OpDepartmentInfo, timeslot.OpAvailabilitySlots, timeslot.OpProviderInfo, "",
}

// readPlaces finds the place of every schedule, and what the directory and others say about it.
func (m *merger) readPlaces() {
	for i := range m.answers {
		a := &m.answers[i]
		a.firstRow = len(m.rowPlaces)
		for j := range a.Schedules {
			m.rowPlaces = append(m.rowPlaces, m.placeOfRow(a.Schedules[:j], &a.Schedules[j]))
		}
	}
	inOrder(m.answers, departmentRanks[:], func(a *answer) {
		for i := range a.Departments {
			m.joinPlace(&a.Departments[i])
		}
	})
	for i := range m.places {
		p := &m.places[i]
		p.info.EHRInstance, p.info.ID = p.ehr, p.id
		p.distance = m.distanceTo(p)
	}
}

// placeOfRow looks at the schedule before first: answers list their schedules department by department.
func (m *merger) placeOfRow(before []timeslot.Schedule, s *timeslot.Schedule) int32 {
	if n := len(before); n > 0 && before[n-1].DepartmentID == s.DepartmentID && before[n-1].EHRInstance == s.EHRInstance {
		return m.rowPlaces[len(m.rowPlaces)-1]
	}
	return m.placeFor(s.EHRInstance, s.DepartmentID)
}

func (m *merger) placeFor(ehr, id string) int32 {
	return intern(m.placeOf, placeKey{ehr, id}, &m.places, func() place {
		return place{ehr: ehr, id: id, distance: unknownDistance}
	})
}

// joinRows takes over what the rows say about their places.
func (m *merger) joinRows() {
	for i := range m.rows {
		r := &m.rows[i]
		if r.site == nowhere {
			continue
		}
		p := &m.places[m.sites[r.site].place]
		if a := &m.answers[r.answer]; a.surface == surfaceCareDirect {
			setDefault(&p.info.URLName, a.Key.Department)
			p.addURLName(a.Key.Department)
		}
		if p.zone == nil {
			p.zone, p.zoneName = m.firstZone(p.info.Timezone, r.schedule.Timezone)
		}
	}
	for i := range m.places {
		p := &m.places[i]
		p.info.Timezone = p.zoneName // a name of no zone is none
	}
}

// inOrder calls visit for every answer, those of the first operation first, and each kind freshest first. The empty
// operation stands for all others.
func inOrder(answers []answer, ranks []timeslot.Operation, visit func(*answer)) {
	for _, op := range ranks {
		for i := range answers {
			a := &answers[i]
			if a.Key.Operation == op || op == "" && !slices.Contains(ranks, a.Key.Operation) {
				visit(a)
			}
		}
	}
}

func (m *merger) joinPlace(d *timeslot.Department) {
	i, ok := m.placeOf[placeKey{d.EHRInstance, d.ID}]
	if !ok {
		return
	}
	p := &m.places[i]
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

// distanceTo is measured from the caller's own point, never taken over from upstream, which was asked for a rounded
// one. Only where the caller named nothing but a postal code, upstream's own distances have to do.
func (m *merger) distanceTo(p *place) float64 {
	if from := m.Query.Point; from != nil {
		if p.info.Point == nil {
			return unknownDistance
		}
		return from.MilesTo(*p.info.Point)
	}
	if m.Query.PostalCode == "" {
		return unknownDistance
	}
	key := timeslot.DepartmentKey(p.ehr, p.id)
	for i := range m.answers {
		if m.answers[i].Key.Area.PostalCode == "" {
			continue
		}
		if miles, ok := m.answers[i].Distances[key]; ok {
			return miles
		}
	}
	return unknownDistance
}
