package taken

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// town books and reads through a fleet on one monotonic clock and counts broken promises (docs/architecture.md §6): strict
// answers to requests that began after a booking was answered, and offer its slot all the same.
type town struct {
	fleet []*replica

	// byID has bookings name a slotId alone, and readers ask for slots that have none. Which replicas have read the id is
	// in known, by replica; nil: all are told which slot it is.
	byID  bool
	known []sync.Map

	// What a test may switch off to show that the count is not always 0.
	noFilter, noTombstones, noDoubts bool

	from int // number of the first patient

	mu       sync.Mutex
	answered []booked
	first    error // broken promise

	bookings, untold, reads, strict, hidden, broken atomic.Int64
}

// booked is a booking that went through, and when its answer went back.
type booked struct {
	schedule timeslot.Schedule
	slot     timeslot.SlotWithID
	at       time.Time
	by       *replica
	told     bool // else the booking's answer is best-effort, and the promise is this replica's alone
}

// book sends one booking to a replica, two where patients race for the slot, and has every other replica asked the
// moment the answer is there.
func (w *town) book(ctx context.Context, n int, random *rand.Rand) {
	b := booked{schedule: doctor, slot: withID(strconv.Itoa(n), timeslot.Slot{Start: nine, Duration: 20})}
	b.schedule.NPI = strconv.Itoa(9_000_000_000 + n)
	c := claimFor(b.schedule, &b.slot)
	here, there := random.IntN(len(w.fleet)), random.IntN(len(w.fleet))
	if w.byID {
		if knows := random.IntN(len(w.fleet) + 1); knows < len(w.fleet) {
			w.known[knows].Store(b.slot.ID, c)
		} // else nobody
		c = timeslot.Claim{SlotID: b.slot.ID, NPI: b.schedule.NPI}
		b.slot.ID = ""
	}
	told := true
	if !w.noTombstones {
		if random.IntN(3) == 0 {
			w.fleet[there].ledger.Pend(c, "loser")
			defer w.fleet[there].ledger.Withdraw(c, "loser")
		}
		w.fleet[here].ledger.Pend(c, "winner")
		told = w.fleet[here].ledger.Promote(c, "winner")
	}
	w.bookings.Add(1)
	if !told { // this replica did not reach Redis, as others may
		w.untold.Add(1)
	}
	b.at, b.by, b.told = time.Now(), w.fleet[here], told
	w.mu.Lock()
	w.answered = append(w.answered, b)
	w.mu.Unlock()
	for _, r := range w.fleet {
		w.read(ctx, r, []booked{b})
	}
}

// read is one request: what it was promised was answered before it began.
func (w *town) read(ctx context.Context, r *replica, promised []booked) {
	view, strict := r.ledger.Current(ctx)
	now := time.Now()
	w.reads.Add(1)
	if !strict {
		return
	}
	w.strict.Add(1)
	for i := range promised {
		b := &promised[i]
		if !b.told && b.by != r {
			continue
		}
		if hidden := view.Hides(&b.schedule, &b.slot, now); w.noFilter || !hidden && (w.noDoubts || !view.Doubts(&b.schedule, now)) {
			w.breach(r, b, now)
		} else if hidden {
			w.hidden.Add(1)
		}
	}
}

// breach counts a broken promise, and keeps of the first what it takes to understand it.
func (w *town) breach(r *replica, b *booked, now time.Time) {
	w.broken.Add(1)
	s := r.ledger.current.Load()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.first != nil {
		return
	}
	w.first = fmt.Errorf("read %v after the answer, told %t, by its own replica %t; the view was good for %v, trusted for %v, of epoch %d, change %d",
		now.Sub(b.at), b.told, b.by == r, s.until.Sub(now), now.Sub(s.trusted), r.ledger.fleet.epoch.Load(), r.ledger.fleet.known.Load())
}

// live has readers at every replica while bookers make bookings, and returns when those are through.
func (w *town) live(ctx context.Context, bookers, each int) {
	reading, stop := context.WithCancel(ctx)
	var readers, all sync.WaitGroup
	for _, r := range w.fleet {
		readers.Go(func() {
			for reading.Err() == nil {
				w.mu.Lock()
				promised := w.answered[:len(w.answered):len(w.answered)]
				w.mu.Unlock()
				w.read(reading, r, promised)
				redisclient.Rest(reading, nil, time.Millisecond/2)
			}
		})
	}
	for n := range bookers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			for i := range each {
				w.book(ctx, w.from+n*each+i, random)
			}
		})
	}
	all.Wait()
	stop()
	readers.Wait()
}

func (w *town) report() string {
	return fmt.Sprintf("%d bookings, %d of them best-effort, %d reads, %d of them strict, %d broken promises, the first: %v",
		w.bookings.Load(), w.untold.Load(), w.reads.Load(), w.strict.Load(), w.broken.Load(), w.first)
}

func TestNoStrictAnswerOffersWhatWasBookedBeforeIt(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 3, nil)
	w := &town{fleet: fleet}
	w.live(t.Context(), 16, 8)
	t.Log(w.report())
	if w.broken.Load() != 0 || w.strict.Load() == 0 {
		t.Errorf("want none broken, and some strict: %s", w.report())
	}
	if figure.Judged() && w.strict.Load() < w.reads.Load()*9/10 { // a view lapses where its replica is held up
		t.Errorf("want nearly all strict: %s", w.report())
	}
}

// townByID has n replicas, each of which finds the ids that the town let it know.
func townByID(t *testing.T, n int) *town {
	w := &town{byID: true, known: make([]sync.Map, n)}
	opened := 0
	_, w.fleet = trustedFleet(t, n, func(_ *redisclient.Options, l *LedgerOptions) {
		known := &w.known[opened]
		l.Locate = func(slotID string) (timeslot.Claim, bool) {
			c, ok := known.Load(slotID)
			if !ok {
				return timeslot.Claim{}, false
			}
			return c.(timeslot.Claim), true
		}
		opened++
	})
	return w
}

func TestNoStrictAnswerOffersWhatWasBookedAtAReplicaThatNeverReadItsID(t *testing.T) {
	t.Parallel()
	w := townByID(t, 3)
	w.live(t.Context(), 16, 8)
	t.Log(w.report())
	if w.broken.Load() != 0 || w.strict.Load() == 0 || w.hidden.Load() == 0 {
		t.Errorf("want none broken, and some strict and hidden: %s", w.report())
	}
}

func TestEveryPartOfThePromiseIsNeeded(t *testing.T) {
	t.Parallel()
	for name, sabotage := range map[string]struct {
		noWait, byID bool
		town         *town
	}{
		"the wait before the answer": {noWait: true, town: &town{}},
		"the filter when serving":    {town: &town{noFilter: true}},
		"the tombstones":             {town: &town{noTombstones: true}},
		"the doubts":                 {byID: true, town: &town{noDoubts: true}}, // no replica reads an id
	} {
		t.Run(name, func(t *testing.T) {
			deaf := []string{"--rename-command", "SUBSCRIBE", ""} // else all may hear of a booking before the next question
			fleet := trustedFleetOn(t, rig.StartRedis(t, deaf...), 3, func(_ *redisclient.Options, l *LedgerOptions) { l.noWait = sabotage.noWait })
			w := sabotage.town
			if w.fleet = fleet; sabotage.byID {
				w.byID, w.known = true, make([]sync.Map, len(fleet)) // that no replica asks
			}
			for range 50 { // it may take some: a poll may come between a booking and the next question
				if w.live(t.Context(), 8, 4); w.broken.Load() > 0 {
					break
				}
			}
			t.Log(w.report())
			if w.broken.Load() == 0 {
				t.Errorf("nobody noticed that it is missing: %s", w.report())
			}
		})
	}
}

func TestThePromiseHoldsWhileRedisFails(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 3, hurried)
	w := &town{fleet: fleet}
	nemesis, stop := context.WithCancel(t.Context())
	var trouble sync.WaitGroup
	trouble.Go(func() {
		for i := 0; nemesis.Err() == nil; i++ {
			redisclient.Rest(nemesis, nil, 150*time.Millisecond)
			switch i % 4 {
			case 0:
				s.Signal(syscall.SIGSTOP)
				redisclient.Rest(nemesis, nil, time.Duration(20+90*(i%7))*time.Millisecond)
				s.Signal(syscall.SIGCONT)
			case 1:
				_ = s.Client().FlushAll(t.Context()).Err()
			case 2:
				s.Kill()
				redisclient.Rest(nemesis, nil, 200*time.Millisecond)
				s.Begin()
			case 3: // long enough to be trusted again
				redisclient.Rest(nemesis, nil, 3500*time.Millisecond)
			}
		}
	})
	w.live(t.Context(), 24, 16)
	stop()
	trouble.Wait()
	healed := time.Now()
	for _, r := range fleet {
		rig.Until(t, "what waits is told", func() bool { return !r.ledger.fleet.outbox.any() })
	}
	fence(t, fleet)
	trusting(t, fleet)
	for i := range w.answered {
		w.answered[i].told = true
	}
	for _, r := range fleet {
		w.read(t.Context(), r, w.answered)
	}
	t.Logf("%s; strict again after %s", w.report(), time.Since(healed))
	if w.broken.Load() != 0 || w.strict.Load() < 3 {
		t.Errorf("want none broken, and some strict: %s", w.report())
	}
}
