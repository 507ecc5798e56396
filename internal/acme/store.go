package acme

import (
	"slices"
	"sync"
	"time"
)

// conflict is why a booking is refused with 409: a word that clients look for in the body (docs/dexcare.md §7.3).
type conflict string

const (
	noConflict      conflict = ""
	slotUnavailable conflict = "SlotUnavailable"
	doubleBooked    conflict = "PatientDoubleBooked"
	unknownConflict conflict = "UnknownAppointmentConflict"
)

var conflicts = []conflict{slotUnavailable, doubleBooked, unknownConflict}

// maxVisits bounds what is remembered about bookings; beyond it the oldest are forgotten (their time stays sold).
const maxVisits = 10_000

// sale is a person's time that is gone.
type sale struct {
	span
	in    *schedule
	seen  time.Time // when reads stop listing it: the sale plus the booking lag
	visit *visit    // nil when the health system took it by itself
}

// visit is one booking.
type visit struct {
	id, patient, email string
	owner              [32]byte // digest of the token that booked
	in                 *schedule
	start              int64
	slotID             string
	requested          time.Time
	cancelled          *time.Time
}

func (v *visit) span() span { return span{v.start, v.start + v.in.seconds()} }

// store is what changes: sold and released slots, and visits. Sales are bounded by the grid within the lookahead,
// since a sale needs a free start and past ones are dropped at the next.
type store struct {
	lag time.Duration

	mu       sync.RWMutex
	sales    map[*person][]sale
	released map[*schedule][]int64
	visits   map[string]*visit
	order    []*visit // oldest first
}

func newStore(lag time.Duration) *store {
	return &store{
		lag: lag, sales: map[*person][]sale{}, released: map[*schedule][]int64{}, visits: map[string]*visit{},
	}
}

// view is how one surface sees the store.
type view struct {
	now  time.Time
	lag  time.Duration // beyond the booking lag
	veil veil
}

// calendars shows schedules as reads see them: a sold slot stays listed until its lag is over.
func (st *store) calendars(schedules []*schedule, v view) []calendar {
	out := make([]calendar, len(schedules))
	st.mu.RLock()
	defer st.mu.RUnlock()
	for i, s := range schedules {
		out[i] = calendar{
			schedule: s, after: v.now.Unix(), until: s.horizon(v.now), released: slices.Clone(st.released[s]), veil: v.veil,
		}
		for _, sold := range st.sales[s.who] {
			if !v.now.Before(sold.seen.Add(v.lag)) {
				out[i].taken = append(out[i].taken, sold.span)
			}
		}
	}
	return out
}

// free tells whether the start can be sold right now, whatever reads still list. The caller holds the lock.
func (st *store) free(s *schedule, start int64, now time.Time) bool {
	c := calendar{schedule: s, after: now.Unix(), released: st.released[s]}
	for _, sold := range st.sales[s.who] {
		c.taken = append(c.taken, sold.span)
	}
	return s.offer.bookable && s.lists(start) && c.free(start)
}

// book sells the visit's slot, once: slotUnavailable to whoever comes later, too late, or for a time that was never
// free; doubleBooked when the patient has another visit then.
func (st *store) book(v *visit) conflict {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.free(v.in, v.start, v.requested) {
		return slotUnavailable
	}
	for _, other := range st.order {
		if other.patient == v.patient && other.cancelled == nil && other.span().overlaps(v.span()) {
			return doubleBooked
		}
	}
	st.sell(v.in, v.start, v, v.requested)
	st.visits[v.id] = v
	st.order = append(st.order, v)
	if len(st.order) > maxVisits {
		delete(st.visits, st.order[0].id)
		st.order = slices.Delete(st.order, 0, 1)
	}
	return noConflict
}

func (st *store) sell(s *schedule, start int64, v *visit, now time.Time) {
	kept := slices.DeleteFunc(st.sales[s.who], func(old sale) bool { return old.until <= now.Unix() })
	st.sales[s.who] = append(kept, sale{
		span: span{start, start + s.seconds()}, in: s, seen: now.Add(st.lag), visit: v,
	})
}

// cancel gives the visit's slot back. False: no such visit of that owner, or it was cancelled before.
func (st *store) cancel(id string, owner [32]byte, now time.Time) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	v := st.visits[id]
	if v == nil || v.owner != owner || v.cancelled != nil {
		return false
	}
	v.cancelled = &now
	st.unsell(v.in, v.start)
	return true
}

func (st *store) unsell(s *schedule, start int64) {
	st.sales[s.who] = slices.DeleteFunc(st.sales[s.who], func(old sale) bool {
		return old.in == s && old.from == start
	})
}

// take sells a start without a visit: to the first person of the offer who is free. Nothing is left to do when
// nobody is: false.
func (st *store) take(o *offer, start int64, now time.Time) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range o.schedules {
		if st.free(s, start, now) {
			st.sell(s, start, nil, now)
			return true
		}
	}
	return false
}

// release offers a start again, for every person of the offer: sold or busy from the beginning.
func (st *store) release(o *offer, start int64, now time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range o.schedules {
		for _, sold := range st.sales[s.who] {
			if sold.in == s && sold.from == start && sold.visit != nil {
				sold.visit.cancelled = &now
			}
		}
		st.unsell(s, start)
		if s.lists(start) && s.busy(start) && !slices.Contains(st.released[s], start) {
			kept := slices.DeleteFunc(st.released[s], func(old int64) bool { return old <= now.Unix() })
			st.released[s] = append(kept, start)
		}
	}
}

// allVisits are the visits that are remembered, oldest first, as they are now.
func (st *store) allVisits() []visit {
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := make([]visit, len(st.order))
	for i, v := range st.order {
		out[i] = *v
	}
	return out
}

// visitsOf are the owner's visits, oldest first, as they are now.
func (st *store) visitsOf(owner [32]byte) []visit {
	st.mu.RLock()
	defer st.mu.RUnlock()
	var out []visit
	for _, v := range st.order {
		if v.owner == owner {
			out = append(out, *v)
		}
	}
	return out
}
