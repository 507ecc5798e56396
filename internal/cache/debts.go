package cache

import "sync"

// maxDebts bounds what is owed. Marks beyond it are told when all own marks are asserted; lifts are forgotten, and so
// the mark ends by itself.
const maxDebts = 10_000

// debts are what could not be told to the other replicas.
type debts struct {
	nudge   chan struct{} // there is something new to do
	settled bell          // rings when something was paid

	mu     sync.Mutex       // guards what follows
	marks  map[markKey]bool // true: to be placed, false: to be lifted
	events map[occurrence]bool
	all    bool // all own marks are to be asserted now
}

// add owes m. It is false where there was no room for all that m places and for its events.
func (d *debts) add(m message) (room bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	room = true
	for _, k := range m.lifts {
		d.owe(k, false)
	}
	for _, k := range m.places {
		room = d.owe(k, true) && room
	}
	for _, e := range m.events {
		if len(d.events) < maxDebts {
			d.events[occurrence{kind: e.kind, target: e.target}] = true
		} else {
			room = false
		}
	}
	d.wake()
	return room
}

func (d *debts) owe(k markKey, place bool) (room bool) {
	if _, owed := d.marks[k]; !owed && len(d.marks) >= maxDebts {
		return false
	}
	d.marks[k] = place
	return true
}

func (d *debts) wake() {
	select {
	case d.nudge <- struct{}{}:
	default: // awake already
	}
}

// assertNow has all own marks told again.
func (d *debts) assertNow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = true
	d.wake()
}

func (d *debts) takeAssertNow() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.all
	d.all = false
	return all
}

// paid strikes m off. A mark that was placed is struck off also where a lift was owed: of the two errors, a slot that
// stays hidden until its mark ends is the smaller one.
func (d *debts) paid(m message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range m.lifts {
		if !d.marks[k] {
			delete(d.marks, k)
		}
	}
	for _, k := range m.places {
		delete(d.marks, k)
	}
	for _, e := range m.events {
		delete(d.events, occurrence{kind: e.kind, target: e.target})
	}
	d.settled.ring()
}

func (d *debts) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.marks)+len(d.events) > 0
}

// include tells whether something of m is owed still.
func (d *debts) include(m message) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range m.places {
		if d.marks[k] {
			return true
		}
	}
	for _, e := range m.events {
		if d.events[occurrence{kind: e.kind, target: e.target}] {
			return true
		}
	}
	return false
}

// some is a part of what is owed.
func (d *debts) some(most int) (m message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, place := range d.marks {
		if len(m.lifts)+len(m.places) == most {
			break
		}
		if place {
			m.places = append(m.places, k)
		} else {
			m.lifts = append(m.lifts, k)
		}
	}
	for e := range d.events {
		if len(m.events) == most {
			break
		}
		m.events = append(m.events, e)
	}
	return m
}
