package world

import (
	"slices"
	"sync"
	"time"
)

// Conflict is why a booking is refused with 409: a word that clients look for in the body (docs/dexcare.md §7.3).
type Conflict string

// The conflicts, and their absence.
const (
	NoConflict      Conflict = ""
	slotUnavailable Conflict = "SlotUnavailable"
	doubleBooked    Conflict = "PatientDoubleBooked"
	UnknownConflict Conflict = "UnknownAppointmentConflict"
)

// Conflicts are all words that a refusal may have.
var Conflicts = []Conflict{slotUnavailable, doubleBooked, UnknownConflict}

// maxVisits bounds what is remembered about bookings; beyond it the oldest are forgotten (their time stays sold).
const maxVisits = 10_000

// sale is a person's time that is gone.
type sale struct {
	Span
	schedule *Schedule
	seen     time.Time // when reads stop listing it: the sale plus the booking lag
	visit    *Visit    // nil when the health system took it by itself
	outside  bool      // as a plan of sales has it
}

// Visit is one booking.
type Visit struct {
	ID, Patient, Email string
	Owner              [32]byte // digest of the token that booked
	Schedule           *Schedule
	Start              int64
	SlotID             string
	Requested          time.Time
	Cancelled          *time.Time
}

func (v *Visit) span() Span { return Span{v.Start, v.Start + v.Schedule.Seconds()} }

// Store is what changes: sold and released slots, and visits. Sales are bounded by the grid within the lookahead,
// since a sale needs a free start and past ones are dropped at the next.
type Store struct {
	lag time.Duration

	mu       sync.RWMutex
	sales    map[*Person][]sale
	released map[*Schedule][]int64
	visits   map[string]*Visit
	order    []*Visit // oldest first
}

func newStore(lag time.Duration) *Store {
	return &Store{
		lag: lag, sales: map[*Person][]sale{}, released: map[*Schedule][]int64{}, visits: map[string]*Visit{},
	}
}

// View is how one surface sees the store.
type View struct {
	Now    time.Time
	Lag    time.Duration // beyond the booking lag
	Hiding Hiding
}

// Calendars shows schedules as reads see them: a sold slot stays listed until its lag is over.
func (st *Store) Calendars(schedules []*Schedule, v View) []Calendar {
	out := make([]Calendar, len(schedules))
	st.mu.RLock()
	defer st.mu.RUnlock()
	for i, s := range schedules {
		out[i] = Calendar{
			Schedule: s, after: v.Now.Unix(), until: s.Horizon(v.Now), released: slices.Clone(st.released[s]), hiding: v.Hiding,
		}
		for _, sold := range st.sales[s.Person] {
			if !v.Now.Before(sold.seen.Add(v.Lag)) {
				out[i].taken = append(out[i].taken, sold.Span)
			}
		}
	}
	return out
}

// free reports whether the start can be sold right now, whatever reads still list. The caller holds the lock.
func (st *Store) free(s *Schedule, start int64, now time.Time) bool {
	c := st.certain(s, now)
	c.until = 0
	return s.Offer.Bookable && s.lists(start) && c.free(start)
}

// Book sells the visit's slot, once. The conflict is SlotUnavailable for all who come later, too late, or for a time that
// was never free, and PatientDoubleBooked when the patient has another visit then.
func (st *Store) Book(v *Visit) Conflict {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.free(v.Schedule, v.Start, v.Requested) {
		return slotUnavailable
	}
	for _, other := range st.order {
		if other.Patient == v.Patient && other.Cancelled == nil && other.span().overlaps(v.span()) {
			return doubleBooked
		}
	}
	st.sell(v.Schedule, v.Start, v, v.Requested)
	st.visits[v.ID] = v
	st.order = append(st.order, v)
	if len(st.order) > maxVisits {
		delete(st.visits, st.order[0].ID)
		st.order = slices.Delete(st.order, 0, 1)
	}
	return NoConflict
}

func (st *Store) sell(s *Schedule, start int64, v *Visit, now time.Time) {
	kept := slices.DeleteFunc(st.sales[s.Person], func(old sale) bool { return old.Until <= now.Unix() })
	st.sales[s.Person] = append(kept, sale{
		Span: Span{start, start + s.Seconds()}, schedule: s, seen: now.Add(st.lag), visit: v,
	})
}

// Cancel gives the visit's slot back. False: no such visit of that owner, or it was cancelled before.
func (st *Store) Cancel(id string, owner [32]byte, now time.Time) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	v := st.visits[id]
	if v == nil || v.Owner != owner || v.Cancelled != nil {
		return false
	}
	v.Cancelled = &now
	st.unsell(v.Schedule, v.Start)
	return true
}

func (st *Store) unsell(s *Schedule, start int64) {
	st.sales[s.Person] = slices.DeleteFunc(st.sales[s.Person], func(old sale) bool {
		return old.schedule == s && old.From == start
	})
}

// Take sells a start without a visit, to the first person of the offer who is free. False: nobody is.
func (st *Store) Take(o *Offer, start int64, now time.Time) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range o.Schedules {
		if st.free(s, start, now) {
			st.sell(s, start, nil, now)
			return true
		}
	}
	return false
}

// Release offers a start again, for every person of the offer: sold or busy from the beginning.
func (st *Store) Release(o *Offer, start int64, now time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range o.Schedules {
		for _, sold := range st.sales[s.Person] {
			if sold.schedule == s && sold.From == start && sold.visit != nil {
				sold.visit.Cancelled = &now
			}
		}
		st.unsell(s, start)
		if s.lists(start) && s.busy(start) && !slices.Contains(st.released[s], start) {
			kept := slices.DeleteFunc(st.released[s], func(old int64) bool { return old <= now.Unix() })
			st.released[s] = append(kept, start)
		}
	}
}

// Visits are those that are remembered, oldest first, as they are now.
func (st *Store) Visits() []Visit {
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := make([]Visit, len(st.order))
	for i, v := range st.order {
		out[i] = *v
	}
	return out
}
