package world

import (
	"slices"
	"time"
)

// wish is which slot a caller wants who telephones: the first free one after so many free starts, or after so much time.
type wish struct {
	starts int           // free starts of the clinic to leave out; the last one when there are fewer
	after  time.Duration // from now
	which  float64       // of those at the same start, 0…1
}

// wish is that of a caller for whom those two numbers were drawn: one exponential with mean 1, one even in 0…1.
func (l Lead) wish(drawn, which float64) wish {
	if l.Time > 0 {
		return wish{after: time.Duration(drawn * float64(l.Time)), which: which}
	}
	return wish{starts: int(drawn * l.Starts), which: which}
}

// sellOutside sells the slot wished for. False when none of the schedules has anything free within its lookahead.
func (st *Store) sellOutside(schedules []*Schedule, want wish, now time.Time) (Opening, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	slot, ok := st.find(schedules, want, now)
	if ok {
		st.sell(slot.Schedule, slot.Start, nil, now)
		sales := st.sales[slot.Schedule.Person]
		sales[len(sales)-1].outside = true
	}
	return slot, ok
}

// find looks day by day for the slot wished for. The caller holds the lock.
func (st *Store) find(schedules []*Schedule, want wish, now time.Time) (last Opening, ok bool) {
	if len(schedules) == 0 {
		return last, false
	}
	calendars, until := make([]Calendar, len(schedules)), now.Unix()
	for i, s := range schedules {
		calendars[i] = st.certain(s, now)
		until = max(until, calendars[i].until)
	}
	zone, passed := schedules[0].Offer.Department.Zone, 0
	from := now.Add(want.after).Unix()
	for d := zone.DayAt(from); zone.Midnight(d) < until; d++ {
		list := OpeningsOn(nil, calendars, zone.AllOf(d))
		for len(list) > 0 {
			same := slices.IndexFunc(list, func(o Opening) bool { return o.Start != list[0].Start })
			if same < 0 {
				same = len(list)
			}
			if list[0].Start >= from {
				last, ok = list[int(want.which*float64(same))], true
				if passed == want.starts {
					return last, true
				}
				passed++
			}
			list = list[same:]
		}
	}
	return last, ok
}

// certain shows a schedule as it is, whatever reads still list. The caller holds the lock.
func (st *Store) certain(s *Schedule, now time.Time) Calendar {
	c := Calendar{Schedule: s, after: now.Unix(), until: s.Horizon(now), released: st.released[s]}
	for _, sold := range st.sales[s.Person] {
		c.taken = append(c.taken, sold.Span)
	}
	return c
}

// releaseOutside gives a slot back that was sold elsewhere. False when it came back in another way before.
func (st *Store) releaseOutside(o Opening) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	before := len(st.sales[o.Schedule.Person])
	st.sales[o.Schedule.Person] = slices.DeleteFunc(st.sales[o.Schedule.Person], func(old sale) bool {
		return old.outside && old.schedule == o.Schedule && old.From == o.Start
	})
	return len(st.sales[o.Schedule.Person]) < before
}

// Why a slot is not free.
const (
	Past      = "past"      // it has begun
	SoldThere = "elsewhere" // sold by the health system itself
	Booked    = "booked"    // sold by a booking of the tenant's own surfaces
	Never     = "never"     // no such time, or taken from the beginning
)

// Truth is what is really so of a slot at a moment, whatever reads list meanwhile.
type Truth struct {
	Free  bool
	Why   string    // when it is not free
	Since time.Time // not free since; zero: since ever
}

// Truth is that of a start on several schedules, those of an offer's persons for example: it is free while one of them is.
// Else it is not since the last of them ceased to be.
func (st *Store) Truth(schedules []*Schedule, start int64, now time.Time) Truth {
	st.mu.RLock()
	defer st.mu.RUnlock()
	last := Truth{Why: Never}
	for _, s := range schedules {
		one := st.truth(s, start, now)
		if one.Free {
			return one
		}
		if last.Why == Never || one.Since.After(last.Since) {
			last = one
		}
	}
	return last
}

func (st *Store) truth(s *Schedule, start int64, now time.Time) Truth {
	if st.free(s, start, now) {
		return Truth{Free: true}
	}
	if !s.Offer.Bookable || !s.lists(start) || s.busy(start) && !slices.Contains(st.released[s], start) {
		return Truth{Why: Never}
	}
	for _, sold := range st.sales[s.Person] {
		if sold.overlaps(Span{start, start + s.Seconds()}) {
			why := SoldThere
			if sold.visit != nil {
				why = Booked
			}
			return Truth{Why: why, Since: sold.seen.Add(-st.lag)}
		}
	}
	return Truth{Why: Past, Since: time.Unix(start, 0)}
}
