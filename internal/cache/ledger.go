package cache

import (
	"container/heap"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// LedgerOptions configures [NewLedger]. Zero durations and a zero Max take the defaults.
type LedgerOptions struct {
	Tombstone time.Duration    // how long a taken slot stays hidden; default 15m (INTERFACE §2, booking.tombstone)
	Pending   time.Duration    // how long while its booking is under way; default 30s
	Suspect   time.Duration    // how long when nobody knows how its booking ended; default 1m
	Max       int              // entries; above it those that would end first give way; default 100,000
	Now       func() time.Time // nil: time.Now
}

// Ledger remembers which slots are taken or being taken (ARCHITECTURE §6). Bookings write to it; searches read its
// [View] when serving. A booking is written down as
//
//	Pend ──2xx, SlotUnavailable──▶ Promote
//	     ──definite refusal──────▶ Withdraw
//	     ──outcome unknown───────▶ Suspect
//
// Pending entries belong to one booking, named by its owner, so that the loser of a race cannot lift the winner's.
// Tombstones and suspicions belong to nobody: they end by time or by Release. A call is visible in every View that is
// taken after it returned.
type Ledger struct {
	options LedgerOptions
	view    atomic.Pointer[View]

	mu     sync.Mutex // guards what follows, and orders the views
	marks  map[markKey]*mark
	ending expiry
}

// markKey tells marks apart. Claims that know different things about the same slot are kept apart too: each hides what
// it can.
type markKey struct {
	claim timeslot.Claim
	owner string // of a pending mark; empty for those that belong to nobody
}

// mark is one entry. Readers see all of it but position, which belongs to the ledger's lock.
type mark struct {
	markKey
	until    time.Time
	position int
}

// NewLedger makes an empty ledger. It has no goroutine: entries that ended are removed by later calls.
func NewLedger(o LedgerOptions) (*Ledger, error) {
	defaultTo(&o.Tombstone, 15*time.Minute)
	defaultTo(&o.Pending, 30*time.Second)
	defaultTo(&o.Suspect, time.Minute)
	defaultTo(&o.Max, 100_000)
	o.Now = clockOr(o.Now)
	var errs []error
	for name, d := range map[string]time.Duration{"Tombstone": o.Tombstone, "Pending": o.Pending, "Suspect": o.Suspect} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s must be positive, not %s", name, d))
		}
	}
	if o.Max < 0 {
		errs = append(errs, fmt.Errorf("bound Max must be positive, not %d", o.Max))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("ledger: %w", errors.Join(errs...))
	}
	l := &Ledger{options: o, marks: make(map[markKey]*mark)}
	l.view.Store(newView())
	return l, nil
}

func defaultTo[T time.Duration | int](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Pend hides c while owner's booking of it is under way. Write it before the booking goes upstream.
func (l *Ledger) Pend(c timeslot.Claim, owner string) {
	l.change(func(d *draft) { l.place(d, markKey{c, owner}, l.options.Pending) })
}

// Promote turns owner's pending entry into a tombstone; without one the tombstone is placed all the same.
func (l *Ledger) Promote(c timeslot.Claim, owner string) { l.settle(c, owner, l.options.Tombstone) }

// Suspect keeps c hidden for a while after owner's booking ended nobody knows how. A tombstone stays as long as it is.
func (l *Ledger) Suspect(c timeslot.Claim, owner string) { l.settle(c, owner, l.options.Suspect) }

func (l *Ledger) settle(c timeslot.Claim, owner string, stay time.Duration) {
	l.change(func(d *draft) {
		l.lift(d, l.marks[markKey{c, owner}])
		l.place(d, markKey{claim: c}, stay)
	})
}

// Withdraw removes what owner pended. What another booking pended, and every tombstone, stays.
func (l *Ledger) Withdraw(c timeslot.Claim, owner string) {
	if owner == "" {
		return // would name a tombstone
	}
	l.change(func(d *draft) { l.lift(d, l.marks[markKey{c, owner}]) })
}

// Release offers the slot again: it removes every entry for it, whoever placed it.
func (l *Ledger) Release(c timeslot.Claim) {
	l.change(func(d *draft) {
		for _, m := range d.sameSlot(c) {
			l.lift(d, m)
		}
	})
}

// View is what is taken as of now. It does not change any more; take a new one for every request.
func (l *Ledger) View() *View { return l.view.Load() }

// Len is how many entries are in force, for the gauge.
func (l *Ledger) Len() int {
	l.change(func(*draft) {})
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.marks)
}

// change applies one change and publishes it as a new view. Entries that ended are removed along the way; that alone
// is no new version, because they hid nothing any more.
func (l *Ledger) change(apply func(*draft)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.view.Load().draft()
	for now := l.options.Now(); len(l.ending) > 0 && !now.Before(l.ending[0].until); {
		l.lift(d, l.ending[0])
	}
	trimmed := d.touched
	d.touched = false
	apply(d)
	if d.touched {
		d.version++
	}
	if d.touched || trimmed {
		l.view.Store(d.seal())
	}
}

// place hides k's claim for the given time, at least; a mark that ends later stays.
func (l *Ledger) place(d *draft, k markKey, stay time.Duration) {
	if k.claim.IsZero() {
		return
	}
	until := l.options.Now().Add(stay)
	old := l.marks[k]
	if old != nil && !old.until.Before(until) {
		return
	}
	l.lift(d, old)
	if len(l.marks) >= l.options.Max {
		l.lift(d, l.ending[0])
	}
	m := &mark{markKey: k, until: until}
	l.marks[k] = m
	heap.Push(&l.ending, m)
	d.add(m)
}

func (l *Ledger) lift(d *draft, m *mark) {
	if m == nil {
		return
	}
	delete(l.marks, m.markKey)
	heap.Remove(&l.ending, m.position)
	d.remove(m)
}

// expiry is a heap of marks, the one that ends first on top.
type expiry []*mark

func (e expiry) Len() int           { return len(e) }
func (e expiry) Less(i, j int) bool { return e[i].until.Before(e[j].until) }

func (e expiry) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	e[i].position, e[j].position = i, j
}

// Push implements [heap.Interface].
func (e *expiry) Push(x any) {
	m := x.(*mark)
	m.position = len(*e)
	*e = append(*e, m)
}

// Pop implements [heap.Interface].
func (e *expiry) Pop() any {
	last := len(*e) - 1
	m := (*e)[last]
	(*e)[last] = nil
	*e = (*e)[:last]
	return m
}
