package merge

import "slices"

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
	profile  *Profile
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
func (q *question) inOrderOf(profile *Profile) *order {
	o := &order{question: q, profile: profile, heads: q.scratch.room(len(q.calendars))}
	numbers := q.numbered(profile)
	for i := range q.calendars {
		c := &q.calendars[i]
		h := head{rank: c.rank, calendar: int32(i)}
		if numbers != nil {
			h.first = numbers[i]
		}
		if profile.Score != nil {
			c.missing = 0
			for j := range c.units[:c.at] {
				c.missing = max(c.missing, q.missing(profile, c, &c.units[j]))
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

// numbered numbers the calendars by what the profile compares before starts: those of which none is before the other have one
// number. Nil where it compares nothing. Calendars are in the order of distance, which may be that of the profile already.
func (q *question) numbered(profile *Profile) []uint64 {
	if profile.Before == nil {
		return nil
	}
	numbers := make([]uint64, len(q.calendars))
	var at [2]Position // the one before and this one, in turns
	for i := range q.calendars {
		last, next := &at[(i+1)%2], &at[i%2]
		*next = q.positionOf(&q.calendars[i])
		if i == 0 {
			continue
		}
		d := profile.Before(last, next)
		if d > 0 {
			return q.sorted(profile, numbers)
		}
		numbers[i] = numbers[i-1]
		if d < 0 {
			numbers[i]++
		}
	}
	return numbers
}

// sorted is numbered for calendars in any order.
func (q *question) sorted(profile *Profile, numbers []uint64) []uint64 {
	at := make([]Position, len(q.calendars))
	by := make([]int, len(at))
	for i := range at {
		at[i], by[i] = q.positionOf(&q.calendars[i]), i
	}
	slices.SortFunc(by, func(a, b int) int { return profile.Before(&at[a], &at[b]) })
	numbers[by[0]] = 0
	for i := 1; i < len(by); i++ {
		numbers[by[i]] = numbers[by[i-1]]
		if profile.Before(&at[by[i-1]], &at[by[i]]) != 0 {
			numbers[by[i]]++
		}
	}
	return numbers
}

// renew sets a head to the calendar's next slot; false at its end.
func (o *order) renew(h *head) bool {
	c := &o.question.calendars[h.calendar]
	if c.at == len(c.units) {
		return false
	}
	u := &c.units[c.at]
	h.start = u.start
	if o.profile.Score != nil {
		c.missing = max(c.missing, o.question.missing(o.profile, c, u))
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
