package merge

import (
	"cmp"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// subject is a clinician or a department while its slots are counted.
type subject struct {
	entry timeslot.Entry
	next  []unit
	place int32 // of a department
	times timesAtOnce
}

// readAsked makes the departments that were asked for known, also those that no answer lists a slot of.
func (m *merger) readAsked() {
	for i := range m.Asked {
		if ehr, id, ok := timeslot.SplitDepartmentKey(m.Asked[i].Department); ok {
			m.placeFor(ehr, id)
		}
	}
}

// entriesResult answers GET /v1/next-available: subjects in the order in which the ranking first comes to them, then
// those without slots. Units ascend by start.
func (m *merger) entriesResult(units []unit) *timeslot.Result {
	r := m.emptyResult(units)
	ranked := m.rank(units)
	subjects, ofGroup := m.subjectsInOrder(ranked)
	m.count(units, subjects, ofGroup)
	limit := m.Query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	subjects = subjects[:min(limit, len(subjects))]
	m.fillNext(subjects, r)
	for i := range subjects {
		r.Entries = append(r.Entries, subjects[i].entry)
	}
	without := m.withoutSlots(subjects)
	m.nameSubjects(without[:min(limit-len(subjects), len(without))], r)
	return r
}

// subjectOf is what a group's slots count for.
func (m *merger) subjectOf(group int32) timeslot.Entry {
	g := &m.groups[group]
	if m.Query.By == timeslot.ByDepartment {
		return timeslot.Entry{Department: timeslot.DepartmentKey(g.place.ehr, g.place.id), Status: timeslot.AvailabilityOpen}
	}
	return timeslot.Entry{NPI: g.schedule.NPI, Status: timeslot.AvailabilityOpen}
}

// subjectsInOrder numbers the subjects by their best slot; the result has the number for every group, −1 for none.
func (m *merger) subjectsInOrder(ranked []unit) (subjects []subject, ofGroup []int32) {
	ofGroup = make([]int32, len(m.groups))
	for i := range ofGroup {
		ofGroup[i] = -1
	}
	known := map[string]int32{}
	for i := range ranked {
		group := ranked[i].group
		if ofGroup[group] < 0 {
			e := m.subjectOf(group)
			ofGroup[group] = intern(known, e.NPI+e.Department, &subjects, func() subject {
				return subject{entry: e, place: m.sites[m.groups[group].site].place}
			})
		}
	}
	return subjects, ofGroup
}

// count adds the units, which ascend by start, to their subjects.
func (m *merger) count(units []unit, subjects []subject, ofGroup []int32) {
	answerZone, _ := m.firstZone(m.Query.Zone)
	per := cmp.Or(m.Query.Per, timeslot.DefaultPer)
	for i := range units {
		u := &units[i]
		s := &subjects[ofGroup[u.group]]
		z := answerZone
		if z == nil {
			z = m.zoneOf(u)
		}
		s.entry.Count++
		again := m.addTime(s, u, per)
		s.entry.Days = countDay(s.entry.Days, z.day(u.start), again)
	}
}

// countDay adds a slot to a day; again is 1 where its time is counted already. Days nearly ascend: where a clinician works in two zones, yesterday may come after today.
func countDay(days []timeslot.DayCount, day timeslot.Date, again int) []timeslot.DayCount {
	at := len(days)
	for at > 0 && days[at-1].Date > day {
		at--
	}
	if at > 0 && days[at-1].Date == day {
		days[at-1].Count++
		days[at-1].Again += again
		return days
	}
	return slices.Insert(days, at, timeslot.DayCount{Date: day, Count: 1, Again: again})
}

// fillNext describes the next slots of all subjects.
func (m *merger) fillNext(subjects []subject, r *timeslot.Result) {
	var all []unit
	for i := range subjects {
		all = append(all, subjects[i].next...)
	}
	offers := m.offers(all, r)
	for i := range subjects {
		n := len(subjects[i].next)
		subjects[i].entry.Next, offers = offers[:n:n], offers[n:]
	}
}

// withoutSlots are the subjects that were asked for and have no slots: those that are known to have none, the nearest
// first, then those that nobody knows of.
func (m *merger) withoutSlots(with []subject) []subject {
	open := map[string]bool{}
	for i := range with {
		open[with[i].entry.NPI+with[i].entry.Department] = true
	}
	var without []subject
	for _, e := range m.Asked {
		if open[e.NPI+e.Department] {
			continue
		}
		s := subject{entry: e, place: -1}
		if ehr, id, ok := timeslot.SplitDepartmentKey(e.Department); ok {
			s.place = m.placeFor(ehr, id)
		}
		without = append(without, s)
	}
	slices.SortFunc(without, func(a, b subject) int {
		return cmp.Or(
			strings.Compare(string(a.entry.Status), string(b.entry.Status)), // "none" before "unknown"
			compareDistance(m.distanceOf(&a), m.distanceOf(&b)),
			strings.Compare(a.entry.NPI+a.entry.Department, b.entry.NPI+b.entry.Department),
		)
	})
	return without
}

func (m *merger) distanceOf(s *subject) float64 {
	if s.place < 0 {
		return unknownDistance
	}
	return m.places[s.place].distance
}

// nameSubjects adds entries without slots, and makes the answer name whom and what they are about.
func (m *merger) nameSubjects(without []subject, r *timeslot.Result) {
	wanted := map[string]*timeslot.Provider{}
	for i := range without {
		e := without[i].entry
		r.Entries = append(r.Entries, e)
		if e.Department != "" {
			p := &m.places[without[i].place]
			r.Departments[e.Department] = &timeslot.DepartmentView{Department: p.info, Distance: p.distance}
		} else if r.Providers[e.NPI] == nil {
			wanted[e.NPI] = &timeslot.Provider{}
		}
	}
	m.joinProviders(wanted)
	for npi, p := range wanted {
		r.Providers[npi] = p
	}
}
