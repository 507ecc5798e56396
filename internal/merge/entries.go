package merge

import (
	"cmp"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// subject is a clinician or a department while its slots are counted.
type subject struct {
	entry     timeslot.Entry
	calendars []int32
	next      []pick
	spot      *spot // of a department
	times     timesAtOnce
}

// entriesResult answers GET /v1/next-available: subjects in the order in which the ranking first comes to them, then
// those without slots.
func (q *question) entriesResult() *timeslot.Result {
	r := q.emptyResult()
	subjects := q.subjectsInOrder()
	open := map[string]bool{}
	for i := range subjects {
		open[subjects[i].entry.NPI+subjects[i].entry.Department] = true
	}
	limit := q.limit()
	subjects = subjects[:min(limit, len(subjects))]
	for i := range subjects {
		q.countSubject(&subjects[i])
	}
	q.fillNext(subjects, r)
	r.Entries = slices.Grow(r.Entries, len(subjects))
	for i := range subjects {
		r.Entries = append(r.Entries, subjects[i].entry)
	}
	without := q.withoutSlots(open)
	q.nameSubjects(without[:min(limit-len(subjects), len(without))], r)
	return r
}

// subjectOf is what a calendar's slots count for.
func (q *question) subjectOf(c *calendar) timeslot.Entry {
	if s := &q.spots[c.spot]; q.Query.By == timeslot.ByDepartment {
		return timeslot.Entry{Department: timeslot.DepartmentKey(s.ehr, s.id), Status: timeslot.AvailabilityOpen}
	}
	return timeslot.Entry{NPI: c.group.schedule.NPI, Status: timeslot.AvailabilityOpen}
}

// subjectsInOrder orders the subjects by their best slot. Calendars are in the order of the ranking, so that this is the
// first slot of one.
func (q *question) subjectsInOrder() (subjects []subject) {
	o := q.inOrderOf(q.profile)
	slices.SortFunc(o.heads, func(a, b head) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.start, b.start), cmp.Compare(a.rank, b.rank))
	})
	known := make(map[string]int32, len(q.Asked))
	subjects = make([]subject, 0, len(q.Asked))
	for i := range o.heads {
		c := &q.calendars[o.heads[i].calendar]
		e := q.subjectOf(c)
		n := intern(known, e.NPI+e.Department, &subjects, func() subject { return subject{entry: e, spot: &q.spots[c.spot]} })
		subjects[n].calendars = append(subjects[n].calendars, o.heads[i].calendar)
	}
	return subjects
}

// countSubject counts the slots of a subject by their days, and finds the next ones.
func (q *question) countSubject(s *subject) {
	per := cmp.Or(q.Query.Per, timeslot.DefaultPer)
	only := question{Input: q.Input, union: q.union, scratch: q.scratch, spots: q.spots, attributes: q.attributes, calendars: make([]calendar, len(s.calendars))}
	for i, n := range s.calendars {
		only.calendars[i] = q.calendars[n]
		only.calendars[i].at = 0
	}
	slices.SortFunc(only.calendars, func(a, b calendar) int { return cmp.Compare(a.rank, b.rank) })
	o := only.inOrderOf(byStart)
	if only.eachTimeOnce() {
		s.entry.Count = only.total()
		s.entry.Days = only.days()
		s.next = o.take(per)
		return
	}
	day := q.dayIn()
	for p, ok := o.next(); ok; p, ok = o.next() {
		s.entry.Count++
		again := q.addTime(s, p, per)
		s.entry.Days = countDay(s.entry.Days, timeslot.DayCount{Date: day(p.unit), Count: 1, Again: again})
	}
}

// countDay adds slots of a day. Days nearly ascend: where a clinician works in two zones, yesterday may come after today.
func countDay(days []timeslot.DayCount, more timeslot.DayCount) []timeslot.DayCount {
	at := len(days)
	for at > 0 && days[at-1].Date > more.Date {
		at--
	}
	if at > 0 && days[at-1].Date == more.Date {
		days[at-1].Count += more.Count
		days[at-1].Again += more.Again
		return days
	}
	return slices.Insert(days, at, more)
}

// fillNext describes the next slots of all subjects.
func (q *question) fillNext(subjects []subject, r *timeslot.Result) {
	all := make([]pick, 0, len(subjects)*cmp.Or(q.Query.Per, timeslot.DefaultPer))
	for i := range subjects {
		all = append(all, subjects[i].next...)
	}
	offers := q.offers(all, r)
	for i := range subjects {
		n := len(subjects[i].next)
		subjects[i].entry.Next, offers = offers[:n:n], offers[n:]
	}
}

// withoutSlots are the subjects that were asked for and are not open: those that are known to have no slots, the nearest
// first, then those that nobody knows of.
func (q *question) withoutSlots(open map[string]bool) []subject {
	var without []subject
	for _, e := range q.Asked {
		if open[e.NPI+e.Department] {
			continue
		}
		s := subject{entry: e}
		if ehr, id, ok := timeslot.SplitDepartmentKey(e.Department); ok {
			s.spot = q.spotOf(placeKey{ehr, id})
		}
		without = append(without, s)
	}
	slices.SortFunc(without, func(a, b subject) int {
		return cmp.Or(
			strings.Compare(string(a.entry.Status), string(b.entry.Status)), // "none" before "unknown"
			compareDistance(a.distance(), b.distance()),
			strings.Compare(a.entry.NPI+a.entry.Department, b.entry.NPI+b.entry.Department),
		)
	})
	return without
}

func (s *subject) distance() float64 {
	if s.spot == nil {
		return unknownDistance
	}
	return s.spot.distance
}

// spotOf is a department that was asked for, also where no answer lists a slot of it.
func (q *question) spotOf(key placeKey) *spot {
	for i := range q.spots {
		if s := &q.spots[i]; s.ehr == key.ehr && s.id == key.id {
			return s
		}
	}
	p := &place{ehr: key.ehr, id: key.id}
	inOrder(q.answers, departmentRanks[:], p.joinFrom)
	p.info.EHRInstance, p.info.ID = p.ehr, p.id
	p.info.Timezone = ""
	p.miles = q.milesFromPostalCode(p)
	return &spot{place: p, distance: q.distanceTo(p), index: -1}
}

// nameSubjects adds entries without slots, and makes the answer name whom and what they are about.
func (q *question) nameSubjects(without []subject, r *timeslot.Result) {
	for i := range without {
		e := without[i].entry
		r.Entries = append(r.Entries, e)
		if e.Department != "" {
			s := without[i].spot
			r.Departments[e.Department] = &timeslot.DepartmentView{Department: s.info, Distance: s.distance}
		} else if r.Providers[e.NPI] == nil {
			if p := q.describe(e.NPI); p != nil {
				r.Providers[e.NPI] = p
			}
		}
	}
}
