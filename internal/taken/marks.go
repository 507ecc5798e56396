package taken

import (
	"container/heap"
	"time"

	"timeslots/internal/timeslot"
)

// markKey tells marks apart. Claims that know different things about the same slot are kept apart too: each hides what
// it can.
type markKey struct {
	claim timeslot.Claim
	owner string // of a pending mark; empty for those that belong to nobody
}

// hides reports whether a mark with the key can hide anything.
func (k *markKey) hides() bool { return located(k.claim) || k.claim.SlotID != "" }

// mark is one entry. Readers see its key and its end; the rest belongs to the ledger's lock.
type mark struct {
	markKey
	until    time.Time
	at       time.Time // when the slot was booked; zero: nobody knows, or it is not yet
	position int

	own    bool   // placed here, and so asserted on the board for life
	number uint64 // of its last change on the board; 0: an own mark that is not there yet
	lifted uint64 // of a lift that was heard of before number was known
}

// change applies one change and publishes it as a new view. Entries that ended are removed along the way; that alone
// is no new version, because they hid nothing any more.
func (l *Ledger) change(apply func(*draft)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.current.Load()
	d := old.view.draft()
	for now := l.options.Now(); len(l.ending) > 0 && !now.Before(l.ending[0].until); {
		l.lift(d, l.ending[0])
	}
	trimmed := d.touched
	d.touched, d.marked, d.everyone, d.concerns = false, false, false, nil
	apply(d)
	if d.touched {
		d.advance()
	}
	if d.touched || trimmed {
		l.current.Store(&leasedView{view: d.seal(), until: old.until, trusted: old.trusted})
	}
}

// renew prolongs the view's lease.
func (l *Ledger) renew(until, trusted time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current.Store(&leasedView{view: l.current.Load().view, until: until, trusted: trusted})
}

// place hides k's claim for the given time, at least; a mark that ends later stays. It becomes this replica's own.
func (l *Ledger) place(d *draft, k markKey, stay time.Duration) {
	if !k.hides() {
		return
	}
	m, until := l.marks[k], l.options.Now().Add(stay)
	if m == nil || m.until.Before(until) {
		m = l.put(d, k, until)
	}
	m.booked(l.bookedAt(until), l.options.Now())
	m.own, m.number = true, 0
}

// bookedAt is when a tombstone was placed that ends at until.
func (l *Ledger) bookedAt(until time.Time) time.Time { return until.Add(-l.options.Tombstone) }

// bookedLately is within what time a replica hears of another's booking, and how far their clocks may be apart. A mark that
// would be older is not a tombstone, or was placed nobody knows when.
const bookedLately = 5 * time.Second

// booked notes when the slot was booked, unless it is known or the mark is no tombstone.
func (m *mark) booked(at, now time.Time) {
	if m.owner == "" && m.at.IsZero() && now.Sub(at).Abs() <= bookedLately {
		m.at = at
	}
}

// put makes k end at until.
func (l *Ledger) put(d *draft, k markKey, until time.Time) *mark {
	m := &mark{markKey: k, until: until}
	if old := l.marks[k]; old != nil {
		m.own, m.number, m.lifted, m.at = old.own, old.number, old.lifted, old.at
		l.lift(d, old)
	}
	if len(l.marks) >= l.options.Max {
		l.lift(d, l.ending[0])
	}
	l.marks[k] = m
	heap.Push(&l.ending, m)
	d.add(m)
	return m
}

func (l *Ledger) lift(d *draft, m *mark) {
	if m == nil {
		return
	}
	delete(l.marks, m.markKey)
	heap.Remove(&l.ending, m.position)
	d.remove(m)
}

// endSlack is by how much two replicas' ideas of a mark's end may differ before one learns from the other. The script
// that places marks has the same.
const endSlack = time.Second

// learn takes over a mark from the board, and reports whether it is new here.
func (l *Ledger) learn(d *draft, k markKey, until time.Time, number uint64) bool {
	if !k.hides() || !l.options.Now().Before(until) {
		return false
	}
	m := l.marks[k]
	isNew := m == nil
	if isNew || until.Sub(m.until) > endSlack {
		m = l.put(d, k, until)
		m.booked(l.bookedAt(until), l.options.Now())
	}
	m.number = max(m.number, number)
	return isNew
}

// unlearn takes over a lift from the board. A mark that was placed here meanwhile, and may come after the lift, waits
// for its number: see acknowledge. What this replica added to place a pending mark goes with it; its keys are given, for
// the other replicas.
func (l *Ledger) unlearn(d *draft, k markKey, number uint64) (added []markKey) {
	if m := l.marks[k]; m == nil || m.own && m.number == 0 || m.number > number {
		if m != nil && m.own && m.number == 0 {
			m.lifted = max(m.lifted, number)
		}
		return nil
	}
	if k.owner != "" {
		for _, m := range d.placedFor(k) {
			if m.own {
				added = append(added, m.markKey)
				l.lift(d, m)
			}
		}
	}
	l.lift(d, l.marks[k])
	return added
}

// acknowledge notes that own marks are on the board, and lifts told, since the change with the number, at the latest.
func (l *Ledger) acknowledge(told message, number uint64) {
	l.change(func(d *draft) {
		for _, k := range told.lifts {
			delete(l.released, k)
		}
		for _, k := range told.places {
			m := l.marks[k]
			if m == nil || m.number != 0 {
				continue
			}
			m.number = number
			if m.lifted > number {
				l.lift(d, m)
			}
		}
	})
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
