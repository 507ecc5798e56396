package taken

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
)

// fleet ties a ledger to those of the other replicas, through the board in Redis. What holds the promise of
// docs/architecture.md §6 together is this:
//
//	booking replica   write to the board ─▶ acknowledged ─▶ wait 1.1 × lease ─▶ answer
//	every replica     poll the board every lease/3; the view is good until the poll was sent + lease
//
// A request that begins after the answer is served from a view whose poll was sent at most a lease before, so after the
// acknowledgement: the mark is in it. No clock is compared with another's. Announcements by publish/subscribe bring
// polls forward, but nothing rests on them.
//
// Where Redis does not answer, a booking is answered when the wait after its last try is over: until then the views of
// all replicas have lapsed. Where only this replica is cut off they have not, and the booking's answer says so. Meanwhile
// every replica asserts what it knows, so that Redis holds it all soon after it is back; until then a replica that saw
// the outage does not call its views strict.
type fleet struct {
	ledger   *Ledger
	board    *board
	now      func() time.Time
	recorder Recorder

	lease   time.Duration
	wait    time.Duration // between the acknowledgement of a tombstone and the answer to its booking
	timeout time.Duration // of one write, and of a request that waits for a poll
	heal    time.Duration // until all replicas have asserted what they know

	known    atomic.Uint64 // the last change that was seen
	epoch    atomic.Int64  // µs of Redis' clock; 0: never read. The polling goroutine's, like the next seven
	met      time.Time     // when this epoch was first read here
	trusted  int64         // the epoch that was trusted last
	failed   bool          // a poll failed since the last that succeeded
	lastSent time.Time     // of the last poll that succeeded
	outage   int64         // when the last outage was over, by Redis' clock; 0: nothing is to be waited for
	over     time.Time     // and by ours
	others   otherMembers
	told     everybody // what was found out last; what is read of the board after that holds it

	down   atomic.Bool   // the last poll failed: no request waits
	kick   chan struct{} // a poll is wanted now
	polled broadcast     // rings when a poll ended

	outbox outbox
	stop   context.CancelFunc
	active sync.WaitGroup
}

const (
	assertEvery = 2 * time.Second
	retryEvery  = 50 * time.Millisecond // of what could not be told, and of polls while Redis is down
	loadTime    = 5 * time.Second       // for reading the whole board
)

func joinFleet(l *Ledger) *fleet {
	o := l.options
	ctx, stop := context.WithCancel(context.Background())
	s := &fleet{
		ledger: l, board: newBoard(o.Redis, o.Max, o.Lease), now: o.Now, recorder: o.Recorder,
		lease: o.Lease, wait: o.Lease + o.Lease/10, timeout: o.Redis.Timeout(), heal: assertEvery + o.Lease,
		kick: make(chan struct{}, 1), stop: stop, others: newOtherMembers(),
		outbox: outbox{nudge: make(chan struct{}, 1), marks: map[markKey]bool{}, events: map[cache.Event]bool{}},
	}
	if o.noWait {
		s.wait = 0
	}
	if o.heal != 0 {
		s.heal = o.heal
	}
	s.active.Go(func() { s.follow(ctx) })
	s.active.Go(func() { s.assert(ctx) })
	s.active.Go(func() { redisclient.Listen(ctx, s.board.client, s.board.channel, s.hear) })
	return s
}

// follow polls until ctx ends.
func (s *fleet) follow(ctx context.Context) {
	for ctx.Err() == nil {
		start, pause := s.now(), s.lease/3
		err := s.catchUp(ctx)
		if s.down.Store(err != nil); err != nil {
			s.failed, pause = true, max(pause, retryEvery)
		}
		s.polled.ring()
		redisclient.Rest(ctx, s.kick, max(pause-s.now().Sub(start), time.Millisecond))
	}
}

func (s *fleet) wantPoll() {
	select {
	case s.kick <- struct{}{}:
	default: // wanted already
	}
}

// catchUp reads news until there is none, and renews the lease from the moment the last poll was sent.
func (s *fleet) catchUp(ctx context.Context) error {
	for {
		sent := s.now()
		limited, cancel := context.WithTimeout(ctx, max(s.lease, s.timeout))
		n, err := s.board.since(limited, s.known.Load())
		cancel()
		if err != nil {
			return err
		}
		got := s.now()
		if n.lost || n.epoch != s.epoch.Load() {
			if err := s.reload(ctx, n); err != nil {
				return err
			}
			continue
		}
		s.take(n, got)
		if n.caughtUp() && !s.renewLease(ctx, n, sent, got) {
			return nil
		}
	}
}

// take makes news known here.
func (s *fleet) take(n news, got time.Time) {
	s.known.Store(max(n.seen, s.known.Load()))
	if len(n.list) == 0 {
		return
	}
	l := s.ledger
	var m message // what this replica knows more about the news than who told them
	var learnt []markKey
	l.change(func(d *draft) {
		for _, c := range n.list {
			k, ok := parseMember(c.member)
			switch {
			case !ok: // an event, or of another release
			case c.operation == opLift:
				m.lifts = append(m.lifts, l.unlearn(d, k, c.number)...)
			case c.operation == opPlace && l.learn(d, k, got.Add(micros(c.ends-n.now)), c.number):
				s.recorder.TombstonePropagation(max(0, micros(n.now-int64(c.number))))
				learnt = append(learnt, k)
			}
		}
	})
	m.places = l.completeSeen(learnt...)
	l.learnEvents(eventsIn(n.list))
	s.tell(m) // before the view is good for longer
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

func eventsIn(list []change) []cache.Event {
	var events []cache.Event
	for _, c := range list {
		k := cache.EventKind(c.operation)
		if k != cache.MarkedStale && k != cache.Invalidated {
			continue
		}
		if t, ok := cache.ParseTarget(c.member); ok {
			events = append(events, cache.Event{Kind: k, Target: t, Number: c.number})
		}
	}
	return events
}

// reload reads the whole board, after which news counts from n.
//
// Where Redis lost data (another epoch, or its last number is one that was passed before, as after a failover to a copy
// that lagged), nothing is forgotten here, and everybody asserts all he knows, also what others placed: their replicas may
// be gone. Otherwise what others placed and the board lacks was lifted.
func (s *fleet) reload(ctx context.Context, n news) error {
	limited, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	list, err := s.board.all(limited)
	if err != nil {
		return fmt.Errorf("after change %d: %w", s.known.Load(), err)
	}
	l, before, got := s.ledger, s.epoch.Load(), s.now()
	lost := before != 0 && (n.epoch != before || n.top < s.known.Load())
	there := make(map[markKey]bool, len(list))
	l.change(func(d *draft) {
		for _, c := range list {
			if k, ok := parseMember(c.member); ok && c.operation == opPlace {
				there[k] = true
				l.learn(d, k, got.Add(micros(c.ends-n.now)), n.top)
			}
		}
		for k, m := range l.marks {
			if there[k] {
				continue
			}
			if lost {
				m.own = true
			} else if !m.own {
				l.lift(d, m)
			}
		}
	})
	l.learnEvents(eventsIn(list))
	if before != n.epoch {
		s.epoch.Store(n.epoch)
		s.met = got
	}
	s.known.Store(n.top)
	s.tellLater(message{places: l.completeSeen(slices.Collect(maps.Keys(there))...)})
	if before != n.epoch || lost {
		s.outbox.assertNow()
	}
	return nil
}

// renewLease renews the view's lease. The view is not trusted before all replicas have asserted what they know, or had time
// to: after Redis lost data, and after an outage in which another replica may have given up telling. Where it turns out that
// all have, the board is read again: again is true, since n may be older than what they told.
func (s *fleet) renewLease(ctx context.Context, n news, sent, got time.Time) (again bool) {
	if s.failed && got.Sub(s.lastSent) > s.timeout+s.wait {
		s.outage, s.over = n.now, got
		s.outbox.assertNow()
	}
	s.failed, s.lastSent = false, sent
	since, until := s.waitingFor(n, got)
	if all := (everybody{n.epoch, since}); got.Before(until) {
		if s.told == all {
			until = got
		} else if s.allTold(ctx, n, since) {
			s.told, again = all, true
		}
	}
	if !got.Before(until) {
		s.outage, s.trusted = 0, n.epoch
		s.remember(ctx, n)
	}
	s.ledger.renew(sent.Add(s.lease), until)
	return again
}

// everybody is that all replicas have told what they know: under which epoch, and since when.
type everybody struct{ epoch, since int64 }

// waitingFor tells since when the others must have told what they know, by Redis' clock, and until when they are waited
// for. An epoch is as old as Redis' clock says, and at least as old as this replica knows it to be: the clock may have
// stepped back, or be that of another server after a failover.
func (s *fleet) waitingFor(n news, got time.Time) (since int64, until time.Time) {
	if s.outage != 0 {
		since, until = s.outage, s.over.Add(s.heal)
	}
	young := s.heal - max(micros(n.now-n.epoch), got.Sub(s.met))
	if n.epoch != s.trusted && young > 0 && got.Add(young).After(until) {
		since, until = max(since, n.epoch), got.Add(young)
	}
	return since, until
}

// ask has the board read for a request that finds the view lapsed, unless Redis is known to be out of reach. Requests
// share the poll.
func (s *fleet) ask(ctx context.Context) *leasedView {
	limit := time.NewTimer(s.timeout)
	defer limit.Stop()
	for {
		ended := s.polled.listen()
		current := s.ledger.current.Load()
		if s.down.Load() || s.now().Before(current.until) {
			return current
		}
		s.wantPoll()
		select {
		case <-ended:
		case <-limit.C:
			return s.ledger.current.Load()
		case <-ctx.Done():
			return s.ledger.current.Load()
		}
	}
}

// close stops following. What waits in the outbox is sent once more.
func (s *fleet) close() error {
	s.stop()
	s.active.Wait()
	s.sendOutbox()
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	s.board.leave(ctx, s.others.name)
	return s.board.client.Close()
}
