package merge

import (
	"strings"

	"timeslots/internal/timeslot"
)

// timesAtOnce is the times of a subject that begin together, while its units are counted by start.
type timesAtOnce struct {
	start int64
	known []timeAt
}

// timeAt is a time: what slots have in common between which nobody who looks for one has to choose. Who of several
// clinicians is there is no part of it.
type timeAt struct {
	spot       int32
	id, name   string            // of the visit type
	modality   timeslot.Modality // by video or by phone, else empty: nobody sees the difference
	next       int               // its slot among the subject's next ones, −1 for none
	unbookable bool              // that slot is
}

func (q *question) timeOf(p pick) timeAt {
	shown := q.scheduleOf(p.calendar, p.unit)
	t := timeAt{spot: p.calendar.spot, id: shown.VisitTypeID, name: shown.VisitTypeName, next: -1}
	if mod := shown.Modality; mod == timeslot.Video || mod == timeslot.Phone {
		t.modality = mod
	}
	t.unbookable = shown.Bookable == timeslot.No
	return t
}

// equals compares names in any case, and takes one that a source does not say for the other.
func (t *timeAt) equals(o *timeAt) bool {
	sameName := t.name == "" || o.name == "" || strings.EqualFold(t.name, o.name)
	return t.spot == o.spot && t.id == o.id && t.modality == o.modality && sameName
}

// eachTimeOnce reports whether no two calendars can have a time in common. Within a calendar every start is there once.
func (q *question) eachTimeOnce() bool {
	for i := range q.calendars {
		a := &q.calendars[i]
		for j := range q.calendars[:i] {
			if b := &q.calendars[j]; a.spot == b.spot && a.group.visitID == b.group.visitID {
				return false
			}
		}
	}
	return true
}

// addTime adds a unit, of a start that no earlier one comes after, to the next ones of a subject if it is a new time and
// there are fewer than per, or in place of one that cannot be booked. It gives 1 where the time is counted already, else 0.
func (q *question) addTime(s *subject, p pick, per int) int {
	t := q.timeOf(p)
	at := &s.times
	if at.start != p.unit.start {
		at.start, at.known = p.unit.start, at.known[:0]
	}
	for i := range at.known {
		k := &at.known[i]
		if !k.equals(&t) {
			continue
		}
		if k.unbookable && !t.unbookable {
			k.unbookable = false
			if k.next >= 0 {
				s.next[k.next] = p
			}
		}
		return 1
	}
	if len(s.next) < per {
		t.next = len(s.next)
		s.next = append(s.next, p)
	}
	at.known = append(at.known, t)
	return 0
}
