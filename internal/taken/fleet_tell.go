package taken

import (
	"context"
	"time"
	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
)

// message is what one call to the ledger tells the other replicas.
type message struct {
	lifts, places []markKey
	events        []cache.Event // without numbers
}

// receipt says what became of a message: nothing was to be told, or it was, or that failed and waits in the outbox, or there
// was no room there for all of it.
type receipt struct {
	message
	sent   bool
	failed bool
	lost   bool
}

// tell puts m on the board, within the timeout. What fails waits in the outbox. A nil fleet has nobody to tell.
func (s *fleet) tell(m message) receipt {
	if s == nil || len(m.lifts)+len(m.places)+len(m.events) == 0 {
		return receipt{}
	}
	if s.write(m) {
		return receipt{message: m, sent: true}
	}
	return receipt{message: m, failed: true, lost: !s.keepForLater(m)}
}

// tellLater has m put on the board by another goroutine, soon.
func (s *fleet) tellLater(m message) {
	if s != nil && len(m.lifts)+len(m.places)+len(m.events) > 0 {
		s.keepForLater(m)
	}
}

// write puts m on the board.
func (s *fleet) write(m message) bool {
	entries := s.entries(m)
	if len(entries) == 0 {
		s.outbox.sent(m)
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	number, err := s.board.write(ctx, s.known.Load(), entries)
	if err != nil {
		return false
	}
	s.ledger.acknowledge(m, number)
	for i := range m.events {
		m.events[i].Number = number
	}
	s.ledger.learnEvents(m.events)
	s.outbox.sent(m)
	return true
}

// entries are m as operations, as far as they still make sense: no lift of what was placed again, and no marks that
// ended. Those whose names are too long for the board are left out too.
func (s *fleet) entries(m message) []entry {
	list := make([]entry, 0, len(m.lifts)+len(m.places)+len(m.events))
	l, now := s.ledger, s.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range m.lifts {
		if held := l.marks[k]; !k.hides() || held != nil && held.own {
			continue
		}
		if member, ok := memberOf(k); ok {
			e := entry{operation: opLift, member: member}
			if until, released := l.released[k]; released { // a mark that ends later is of a later booking
				e.stay = max(until.Sub(now), time.Microsecond)
			}
			list = append(list, e)
		}
	}
	for _, k := range m.places {
		held := l.marks[k]
		if held == nil || !now.Before(held.until) {
			continue
		}
		operation := byte(opPlace)
		if held.number != 0 {
			operation = opAssert
		}
		if member, ok := memberOf(k); ok {
			list = append(list, entry{operation: operation, stay: held.until.Sub(now), member: member})
		}
	}
	for _, e := range m.events {
		list = append(list, entry{operation: byte(e.Kind), member: e.Target.String()})
	}
	return list
}

// keepForLater puts m into the outbox. Events hold here at once.
func (s *fleet) keepForLater(m message) (room bool) {
	room = s.outbox.add(m)
	s.ledger.learnEvents(m.events)
	return room
}

// waitForReplicas returns when no strict view of any replica lacks what was told: the wait after it was acknowledged, or after
// the last try, whichever is sure to be enough (see fleet). It is false where it was not told.
func (s *fleet) waitForReplicas(r receipt) (told bool) {
	if s == nil || s.wait == 0 || !r.sent && !r.failed {
		return !r.failed
	}
	limit := time.NewTimer(s.wait)
	defer limit.Stop()
	for waiting := r.failed; waiting; {
		sent := s.outbox.settled.listen()
		if !r.lost && !s.outbox.include(r.message) {
			limit.Reset(s.wait) // told late, so the wait begins late
			break
		}
		select {
		case <-sent:
		case <-limit.C:
			return false
		}
	}
	<-limit.C
	return true
}

// assert tells again what this replica placed, for its life, which heals whatever Redis lost, and sends what waits in the outbox.
func (s *fleet) assert(ctx context.Context) {
	due, least := s.now().Add(assertEvery), s.now()
	for ctx.Err() == nil {
		pause := due.Sub(s.now())
		if s.outbox.any() {
			pause = min(pause, retryEvery)
		}
		redisclient.Rest(ctx, s.outbox.nudge, max(pause, time.Millisecond))
		if s.outbox.all.Swap(false) && least.Before(due) {
			due = least
		}
		s.sendOutbox()
		if now := s.now(); !now.Before(due) {
			least = now.Add(retryEvery) // however many ask
			if due = now.Add(assertEvery); !s.tellAll(ctx) {
				due = least
			}
		}
	}
}

// telling is once that a replica told all it knows: under which epoch, and since when, in microseconds of Redis' clock.
type telling struct{ epoch, began int64 }

// tellAll asserts all own marks, and says so on the board by a signature. It is false where that is not so, or the board
// is out of reach.
func (s *fleet) tellAll(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	n, err := s.board.since(limited, s.known.Load())
	cancel()
	if err != nil {
		return false
	}
	t := telling{epoch: s.epoch.Load(), began: n.now} // before the marks are looked at: those that others placed are own ones since it was read
	if !s.assertAll(ctx) {
		return false
	}
	if t.epoch == 0 || s.outbox.any() {
		return t.epoch == 0
	}
	limited, cancel = context.WithTimeout(ctx, s.timeout)
	defer cancel()
	_, err = s.board.sign(limited, s.others.name, t)
	return err == nil
}

// tellPage is how many operations go to the board at once.
const tellPage = 200

func (s *fleet) sendOutbox() bool {
	for {
		m := s.outbox.some(tellPage)
		if len(m.lifts)+len(m.places)+len(m.events) == 0 {
			return true
		}
		if !s.write(m) {
			return false
		}
	}
}

// assertAll tells all own marks again.
func (s *fleet) assertAll(ctx context.Context) bool {
	own := s.ledger.ownMarks()
	for len(own) > 0 && ctx.Err() == nil {
		page := own[:min(tellPage, len(own))]
		if !s.write(message{places: page}) {
			return false
		}
		own = own[len(page):]
	}
	return true
}

func (l *Ledger) ownMarks() []markKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	var own []markKey
	for k, m := range l.marks {
		if m.own {
			own = append(own, k)
		}
	}
	return own
}
