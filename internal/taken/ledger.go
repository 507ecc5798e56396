package taken

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
)

// LedgerOptions configures [NewLedger]. Zero durations and a zero Max take the defaults.
type LedgerOptions struct {
	Tombstone time.Duration    // how long a taken slot stays hidden; default 15m (docs/interface.md §2, booking.tombstone)
	Pending   time.Duration    // how long while its booking is under way; default 30s
	Max       int              // entries; above it those that would end first give way; default 100,000
	Now       func() time.Time // nil: time.Now

	Surfaces *timeslot.Surfaces // that the fragments are of; nil: DexCare's

	// Locate is the slot that an answer of this replica named by slotID, made to be [SlotIndex.Locate]; nil: none is
	// known. It must not block.
	Locate func(slotID string) (timeslot.Claim, bool)

	// Redis is where the replicas meet, see [fleet]; nil: there is one replica. Close the ledger before it.
	Redis    *redisclient.Client
	Recorder Recorder // nil: silent

	Lease time.Duration // how long a view of what all replicas took is good for; default 100ms (booking.lease)

	// noWait lets Promote return before every replica knows. It breaks the promise of docs/architecture.md §6, and is
	// there so that tests of this package can show that they would notice.
	noWait bool

	// heal is for how long a replica waits for others to tell what they know, when it does not know whether they have;
	// 0: as long as they need at most. Tests make it so long that nothing rests on it.
	heal time.Duration
}

// Ledger remembers which slots are taken or being taken (docs/architecture.md §6), and which fragments are outdated. Bookings
// write to it; searches read its [View] when serving. A booking is written down as
//
//	Pend ──2xx, SlotUnavailable──▶ Promote
//	     ──definite refusal──────▶ Withdraw
//	     ──outcome unknown───────▶ Suspect
//
// Pending entries belong to one booking, named by its owner, so that the loser of a race cannot lift the winner's.
// Tombstones and suspicions belong to nobody: they end by time or by Release. A call is visible in every View of this
// replica that is taken after it returned, and after Promote and Fence in every strict one of all replicas.
//
// No call fails. While Redis is out of reach each takes as long as a round trip may, Promote and Fence the wait on top,
// and what could not be told is told later.
type Ledger struct {
	options LedgerOptions
	fences  *cache.Fences
	fleet   *fleet // nil: this replica is alone
	current atomic.Pointer[leasedView]
	copies  atomic.Pointer[cache.Memory] // nil: nobody to ask

	mu     sync.Mutex // guards what follows, and orders the leased views
	marks  map[markKey]*mark
	ending expiry

	released map[markKey]time.Time // ends of marks that were released here, until the board is told
}

// leasedView is a view and for how long it may be called strict.
type leasedView struct {
	view    *View
	until   time.Time // the view lease: whatever another replica answered lease ago is in it
	trusted time.Time // before this, other replicas may not have told all they know
}

func (s *leasedView) strict(now time.Time) bool { return now.Before(s.until) && !now.Before(s.trusted) }

// NewLedger makes an empty ledger. With Redis, close it to stop its goroutines; alone it has none: entries that ended
// are removed by later calls.
func NewLedger(o LedgerOptions) (*Ledger, error) {
	o = o.withDefaults()
	if min(o.Tombstone, o.Pending, o.Lease) < 0 || o.Max < 0 {
		return nil, fmt.Errorf("ledger: Tombstone %s, Pending %s, Lease %s and Max %d must be positive", o.Tombstone, o.Pending, o.Lease, o.Max)
	}
	l := &Ledger{options: o, fences: cache.NewFences(o.Surfaces), marks: make(map[markKey]*mark), released: make(map[markKey]time.Time)}
	l.current.Store(&leasedView{view: newView()})
	if o.Redis != nil {
		l.fleet = joinFleet(l)
	}
	return l, nil
}

func (o LedgerOptions) withDefaults() LedgerOptions {
	o.Tombstone = cmp.Or(o.Tombstone, 15*time.Minute)
	o.Pending = cmp.Or(o.Pending, 30*time.Second)
	o.Lease = cmp.Or(o.Lease, 100*time.Millisecond)
	o.Max = cmp.Or(o.Max, 100_000)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Recorder == nil {
		o.Recorder = silent{}
	}
	return o
}

// Pend hides c while owner's booking of it is under way. Write it before the booking goes upstream.
func (l *Ledger) Pend(c timeslot.Claim, owner string) {
	k := markKey{c, owner}
	l.change(func(d *draft) { l.place(d, k, l.options.Pending) })
	l.fleet.tell(message{places: append(l.completeSeen(k), k)})
}

// Promote turns owner's pending entry into a tombstone; without one the tombstone is placed all the same. When it
// returns, no strict view that is taken later, at any replica, lacks it; told is false where Redis could not be reached.
// Then that is so at this replica, and at the others unless they reach Redis while this one does not.
//
// Of a claim whose slotId is not known here, or its duration, the other replicas have the same wait again to say what they
// know; that is rarely needed, since they learn of the claim when its booking begins.
func (l *Ledger) Promote(c timeslot.Claim, owner string) (told bool) {
	r := l.settle(c, owner, l.options.Tombstone)
	told = l.fleet.waitForReplicas(r)
	if len(r.places) == 1 && lacking(c) {
		told = l.fleet.waitForReplicas(r)
	}
	return told
}

// suspicion is how long a slot stays hidden when nobody knows how its booking ended.
const suspicion = time.Minute

// Suspect keeps c hidden for a while after owner's booking ended nobody knows how. A tombstone stays as long as it is.
func (l *Ledger) Suspect(c timeslot.Claim, owner string) { l.settle(c, owner, suspicion) }

func (l *Ledger) settle(c timeslot.Claim, owner string, stay time.Duration) receipt {
	pending, settled := markKey{c, owner}, markKey{claim: c}
	m := message{lifts: []markKey{pending}, places: []markKey{settled}}
	lasting := l.lasting(settled)
	l.change(func(d *draft) {
		l.place(d, settled, stay)
		m.places = append(m.places, l.complete(d, lasting, settled)...)
		m.lifts = append(m.lifts, l.liftPending(d, pending)...)
	})
	if unplaced(c) { // an id may have been read meanwhile
		m.places = append(m.places, l.completeSeen(settled)...)
	}
	return l.fleet.tell(m)
}

// liftPending lifts a pending mark and what was added to place it. It gives the keys of the latter.
func (l *Ledger) liftPending(d *draft, k markKey) (added []markKey) {
	if k.owner == "" {
		return nil // would name a tombstone
	}
	for _, m := range d.placedFor(k) {
		added = append(added, m.markKey)
		l.lift(d, m)
	}
	l.lift(d, l.marks[k])
	return added
}

// Withdraw removes what owner pended. What another booking pended, and every tombstone, stays.
func (l *Ledger) Withdraw(c timeslot.Claim, owner string) {
	if owner == "" {
		return // would name a tombstone
	}
	k := markKey{c, owner}
	lifts := []markKey{k}
	l.change(func(d *draft) { lifts = append(lifts, l.liftPending(d, k)...) })
	l.fleet.tell(message{lifts: lifts})
}

// Release offers the slot again: it removes every entry for it, also those that others placed.
func (l *Ledger) Release(c timeslot.Claim) {
	lifts := []markKey{{claim: c}}
	l.change(func(d *draft) {
		for _, m := range d.sameSlot(c) {
			lifts = append(lifts, m.markKey)
			if l.fleet != nil && len(l.released) < maxOutbox {
				l.released[m.markKey] = m.until
			}
			l.lift(d, m)
		}
	})
	l.fleet.tell(message{lifts: lifts})
}

// MarkStale makes fragments that may list the claimed slot stale: they are served on, and refreshed in the background.
func (l *Ledger) MarkStale(c timeslot.Claim) { l.occur(cache.MarkedStale, cache.TargetsOf(c)) }

// Fence makes fragments that may list the claimed slot void: answers come from fetches that begin after the call. When
// it returns, that is so at every replica whose answers are strict; told is false where other replicas could not be told.
func (l *Ledger) Fence(c timeslot.Claim) (told bool) {
	return l.fleet.waitForReplicas(l.occur(cache.Invalidated, cache.TargetsOf(c)))
}

// ErrNotTold says that other replicas do not know yet. They will as soon as Redis is back.
var ErrNotTold = errors.New("other replicas are not told yet, because Redis does not answer")

// Invalidate makes all fragments of the scope void, as Fence does. The error is [ErrScope] where the scope names not
// exactly one thing, and [ErrNotTold] where it holds here and will hold elsewhere. A ctx that has ended changes nothing.
func (l *Ledger) Invalidate(ctx context.Context, s cache.Scope) error {
	t, err := s.Target()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("invalidate: %w", err)
	}
	if !l.fleet.waitForReplicas(l.occur(cache.Invalidated, []cache.Target{t})) {
		return fmt.Errorf("invalidate: %w", ErrNotTold)
	}
	return nil
}

// occur makes events known here, and elsewhere.
func (l *Ledger) occur(k cache.EventKind, targets []cache.Target) receipt {
	events := make([]cache.Event, len(targets))
	for i, t := range targets {
		events[i] = cache.Event{Kind: k, Target: t}
	}
	if l.fleet != nil {
		return l.fleet.tell(message{events: events})
	}
	l.learnEvents(events)
	return receipt{}
}

// learnEvents makes events known here. Cached answers that rest on overtaken fragments must not be served on, so they
// make a new version of the view.
func (l *Ledger) learnEvents(events []cache.Event) {
	if len(events) > 0 && l.fences.Add(events...) {
		l.change(func(d *draft) { d.touched, d.everyone = true, true })
	}
}

// Fences are what the ledger knows of outdated fragments, for [cache.MemoryOptions].
func (l *Ledger) Fences() *cache.Fences { return l.fences }

// View is what is taken as far as is known, without waiting and without a word about its worth; see Current. It does
// not change any more; take a new one for every request.
func (l *Ledger) View() *View { return l.current.Load().view }

// Current is the view for a request that is served now. It is strict when it holds every slot that was taken, at
// whatever replica, before the call; else best-effort. While Redis answers it costs no round trip; a view whose lease
// has lapsed is renewed first, for at most the timeout of Redis and not beyond ctx.
func (l *Ledger) Current(ctx context.Context) (view *View, strict bool) {
	s := l.current.Load()
	if l.fleet == nil {
		return s.view, true
	}
	if !l.options.Now().Before(s.until) {
		s = l.fleet.ask(ctx)
	}
	return s.view, s.strict(l.options.Now())
}

// Len is how many entries are in force, for the gauge.
func (l *Ledger) Len() int {
	l.change(func(*draft) {})
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.marks)
}

// Close stops following the other replicas, and tells them what they do not know yet.
func (l *Ledger) Close() error {
	if l.fleet == nil {
		return nil
	}
	return l.fleet.close()
}
