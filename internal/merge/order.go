package merge

import (
	"cmp"

	"timeslots/internal/timeslot"
)

// pick is one slot on its way into the answer.
type pick struct {
	calendar *calendar
	unit     *unit
}

// order gives the slots of a question's calendars one by one, in the order of a profile: calendars are in the order of time
// already, so that the next slot is the first one of some calendar. What it costs goes with how many are taken and with how
// many calendars there are, and not with how many slots they have.
type order struct {
	question *question
	profile  timeslot.Ranking
	heads    []head // a binary heap, the first one first
}

// head is the next slot of a calendar, by what the profile compares first.
type head struct {
	first    uint64
	start    int64
	rank     int32
	calendar int32
}

func (a *head) less(b *head) bool {
	switch {
	case a.first != b.first:
		return a.first < b.first
	case a.start != b.start:
		return a.start < b.start
	default:
		return a.rank < b.rank
	}
}

// inOrderOf begins where the calendars are.
func (q *question) inOrderOf(profile timeslot.Ranking) *order {
	o := &order{question: q, profile: profile, heads: q.scratch.room(len(q.calendars))}
	near := o.distances()
	for i := range q.calendars {
		c := &q.calendars[i]
		h := head{rank: c.rank, calendar: int32(i)}
		switch profile {
		case timeslot.Nearest:
			h.first = near[c.spot]
		case timeslot.Balanced:
			c.missing = 0
			for j := range c.units[:c.at] {
				c.missing = max(c.missing, q.missing(c, &c.units[j]))
			}
		}
		if o.renew(&h) {
			o.heads = append(o.heads, h)
		}
	}
	for i := len(o.heads)/2 - 1; i >= 0; i-- {
		o.sink(i)
	}
	return o
}

// distances number the spots by distance: those that are equally far have one number.
func (o *order) distances() []uint64 {
	if o.profile != timeslot.Nearest {
		return nil
	}
	spots := o.question.spots
	near := make([]uint64, len(spots))
	for i := 1; i < len(spots); i++ {
		near[i] = near[i-1]
		if compareDistance(spots[i].distance, spots[i-1].distance) != 0 {
			near[i]++
		}
	}
	return near
}

// renew sets a head to the calendar's next slot; false at its end.
func (o *order) renew(h *head) bool {
	c := &o.question.calendars[h.calendar]
	if c.at == len(c.units) {
		return false
	}
	u := &c.units[c.at]
	h.start = u.start
	if o.profile == timeslot.Balanced {
		c.missing = max(c.missing, o.question.missing(c, u))
		h.first = c.missing
	}
	return true
}

// next is the next slot; ok is false at the end.
func (o *order) next() (p pick, ok bool) {
	if len(o.heads) == 0 {
		return pick{}, false
	}
	h := &o.heads[0]
	c := &o.question.calendars[h.calendar]
	p = pick{c, &c.units[c.at]}
	c.at++
	if !o.renew(h) {
		last := len(o.heads) - 1
		o.heads[0] = o.heads[last]
		o.heads = o.heads[:last]
	}
	o.sink(0)
	return p, true
}

// take is the next slots, n at most.
func (o *order) take(n int) []pick {
	var list []pick
	for len(list) < n {
		p, ok := o.next()
		if !ok {
			break
		}
		list = append(list, p)
	}
	return list
}

// sink moves a head down to where it belongs.
func (o *order) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(o.heads); child++ {
			if o.heads[child].less(&o.heads[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		o.heads[i], o.heads[least] = o.heads[least], o.heads[i]
		i = least
	}
}

// left is how many slots the calendars have from where they are.
func (q *question) left() (n int) {
	for i := range q.calendars {
		n += len(q.calendars[i].units) - q.calendars[i].at
	}
	return n
}

// positions are where the calendars are; setPositions brings them there again.
func (q *question) positions() []int {
	at := make([]int, len(q.calendars))
	for i := range at {
		at[i] = q.calendars[i].at
	}
	return at
}

func (q *question) setPositions(at []int) {
	for i := range at {
		q.calendars[i].at = at[i]
	}
}

// compareFirst orders calendars by their next slots, as the profile does.
func compareFirst(a, b *head) int {
	return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.start, b.start), cmp.Compare(a.rank, b.rank))
}
