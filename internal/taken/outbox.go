package taken

import (
	"sync"
	"sync/atomic"

	"timeslots/internal/cache"
)

// maxOutbox bounds what waits. Marks beyond it are told when all own marks are asserted; lifts are forgotten, and so
// the mark ends by itself.
const maxOutbox = 10_000

// outbox is what could not be told to the other replicas yet.
type outbox struct {
	nudge   chan struct{} // there is something new to do
	settled broadcast     // rings when something was sent
	all     atomic.Bool   // all own marks are to be asserted now

	mu     sync.Mutex       // guards what follows
	marks  map[markKey]bool // true: to be placed, false: to be lifted
	events map[cache.Event]bool
}

// add keeps m until it is told. It is false where there was no room for all that m places and for its events.
func (o *outbox) add(m message) (room bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room = true
	for _, k := range m.lifts {
		o.put(k, false)
	}
	for _, k := range m.places {
		room = o.put(k, true) && room
	}
	for _, e := range m.events {
		if len(o.events) < maxOutbox {
			o.events[cache.Event{Kind: e.Kind, Target: e.Target}] = true
		} else {
			room = false
		}
	}
	o.wake()
	return room
}

func (o *outbox) put(k markKey, place bool) (room bool) {
	if _, waits := o.marks[k]; !waits && len(o.marks) >= maxOutbox {
		return false
	}
	o.marks[k] = place
	return true
}

func (o *outbox) wake() {
	select {
	case o.nudge <- struct{}{}:
	default: // awake already
	}
}

// assertNow has all own marks told again.
func (o *outbox) assertNow() {
	o.all.Store(true)
	o.wake()
}

// sent strikes m off. A mark that was placed is struck off also where a lift waited: of the two errors, a slot that
// stays hidden until its mark ends is the smaller one.
func (o *outbox) sent(m message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range m.lifts {
		if !o.marks[k] {
			delete(o.marks, k)
		}
	}
	for _, k := range m.places {
		delete(o.marks, k)
	}
	for _, e := range m.events {
		delete(o.events, cache.Event{Kind: e.Kind, Target: e.Target})
	}
	o.settled.ring()
}

func (o *outbox) any() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.marks)+len(o.events) > 0
}

// include reports whether something of m waits still.
func (o *outbox) include(m message) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range m.places {
		if o.marks[k] {
			return true
		}
	}
	for _, e := range m.events {
		if o.events[cache.Event{Kind: e.Kind, Target: e.Target}] {
			return true
		}
	}
	return false
}

// some is a part of what waits.
func (o *outbox) some(most int) (m message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, place := range o.marks {
		if len(m.lifts)+len(m.places) == most {
			break
		}
		if place {
			m.places = append(m.places, k)
		} else {
			m.lifts = append(m.lifts, k)
		}
	}
	for e := range o.events {
		if len(m.events) == most {
			break
		}
		m.events = append(m.events, e)
	}
	return m
}

// broadcast tells any number of goroutines that something happened.
type broadcast struct {
	mu   sync.Mutex
	next chan struct{}
}

// listen gives a channel that the next ring closes.
func (b *broadcast) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *broadcast) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
