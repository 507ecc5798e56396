package taken

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
	"timeslots/test/rig/redistest"
)

func TestABookingIsHiddenEverywhereWhenItsAnswerGoesBack(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 3, nil)
	c := claimFor(doctor, atNine())
	fleet[0].ledger.Pend(c, "alice")
	start := time.Now()
	fleet[0].ledger.Promote(c, "alice")
	if took := time.Since(start); took < 110*time.Millisecond {
		t.Errorf("the answer went back after %s, before every view of the time of booking had lapsed", took)
	}
	for i, r := range fleet {
		if hidden, strict := r.sees(t.Context()); !hidden || !strict {
			t.Errorf("replica %d: hidden %t, strict %t", i, hidden, strict)
		}
	}
	if fleet[1].seen.Count("propagated") == 0 {
		t.Error("the time it took is not recorded")
	}
}

func TestTheLoserAtAnotherReplicaDoesNotLiftTheWinnersEntry(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 3, nil)
	c := claimFor(doctor, atNine())
	fleet[0].ledger.Pend(c, "winner")
	fleet[1].ledger.Pend(c, "loser")
	fleet[1].ledger.Withdraw(c, "loser")
	everywhere(t, fleet, "the winner is under way, so hidden", true)
	fleet[0].ledger.Promote(c, "winner")
	fleet[1].ledger.Pend(c, "late loser")
	fleet[1].ledger.Withdraw(c, "late loser")
	fence(t, fleet)
	allHide(t, fleet)
}

func TestWhatOneReplicaLiftsIsOfferedEverywhere(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 3, nil)
	c := claimFor(doctor, atNine())
	for name, lift := range map[string]func(){
		"refused":  func() { fleet[0].ledger.Withdraw(c, "alice") },
		"released": func() { fleet[2].ledger.Release(timeslot.Claim{SlotID: c.SlotID}) },
	} {
		fleet[0].ledger.Pend(c, "alice")
		everywhere(t, fleet, "pending, so hidden", true)
		if name == "released" {
			fleet[0].ledger.Promote(c, "alice")
		}
		lift()
		everywhere(t, fleet, name+", so offered", false)
	}
	for _, r := range fleet { // nobody asserts what was lifted
		r.ledger.fleet.assertAll(t.Context())
	}
	fence(t, fleet)
	everywhere(t, fleet, "still offered", false)
}

func TestAReplicaThatDidNotHearOfALiftDoesNotBringTheMarkBack(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 2, nil)
	c := claimFor(doctor, atNine())
	member := placed(c)
	fleet[0].ledger.Promote(c, "alice")
	b := fleet[0].ledger.fleet.board
	known := fleet[0].ledger.fleet.known.Load()
	fleet[1].ledger.Release(c)

	if _, err := b.write(t.Context(), known, []entry{{opAssert, time.Minute, member}}); err != nil {
		t.Fatal(err)
	}
	everywhere(t, fleet, "offered", false)
	if _, err := b.write(t.Context(), known, []entry{{opPlace, time.Minute, member}}); err != nil {
		t.Fatal(err)
	}
	everywhere(t, fleet, "hidden by a new booking", true)
}

func TestAReplicaThatJoinsLaterKnowsWhatWasTakenBefore(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 1, nil)
	var marks []entry
	for i := range 5000 {
		marks = append(marks, entry{opPlace, time.Minute, placed(timeslot.Claim{SlotID: strconv.Itoa(i)})})
	}
	for page := range 10 {
		if _, err := fleet[0].ledger.fleet.board.write(t.Context(), 0, marks[page*500:page*500+500]); err != nil {
			t.Fatal(err)
		}
	}
	late := openReplica(t, s.Addr, nil)
	trusting(t, []*replica{late})
	rig.Until(t, "the first replica has read page after page", func() bool { return fleet[0].ledger.Len() == 5000 })
	if n := late.ledger.Len(); n != 5000 {
		t.Errorf("knows %d of 5000", n)
	}
}

func TestAReplicaThatMissedMoreThanHistoryHoldsReadsAll(t *testing.T) {
	t.Parallel()
	_, fleet := trustedFleet(t, 2, nil)
	c := claimFor(doctor, atNine())
	member, other := placed(c), placed(timeslot.Claim{SlotID: "other"})
	b := *fleet[0].ledger.fleet.board
	b.bounds[1] = 3 // history of three changes
	fleet[1].ledger.Promote(c, "alice")
	everywhere(t, fleet, "hidden", true)
	batch := []entry{{opLift, 0, member}}
	for range 10 { // in one go, so that nobody polls in between
		batch = append(batch, entry{opLift, 0, other}, entry{opPlace, time.Minute, other})
		batch = append(batch, entry{byte(cache.MarkedStale), 0, strconv.Itoa(len(batch))})
	}
	if _, err := b.write(t.Context(), 0, batch); err != nil {
		t.Fatal(err)
	}
	everywhere(t, fleet[:1], "offered", false)
	allHide(t, fleet[1:]) // which placed the mark, and has not heard of a lift
}

func TestWithoutRedisEveryAnswerIsStrictAndNothingWaits(t *testing.T) {
	l := ledger(t, LedgerOptions{})
	start := time.Now()
	l.Promote(claimFor(doctor, atNine()), "alice")
	l.Fence(claimFor(doctor, atNine()))
	if view, strict := l.Current(t.Context()); !strict || !view.Hides(&doctor, atNine(), time.Now()) {
		t.Error("not strict, or not hidden")
	}
	figure.AtMost(t, "a booking without Redis", time.Since(start), 50*time.Millisecond)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestClosingALedgerTellsWhatWaitsAndLeavesNoGoroutine(t *testing.T) {
	s := rig.StartRedis(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	shared := redistest.New(t, redistest.Options(s.Addr))
	defer func() { _ = shared.Close() }()
	l := ledger(t, LedgerOptions{Redis: shared, noWait: true})
	k := markKey{claim: claimFor(doctor, atNine())}
	l.change(func(d *draft) { l.place(d, k, time.Minute) })
	l.fleet.stop()
	l.fleet.active.Wait()
	l.fleet.keepForLater(message{places: []markKey{k}})
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Client().ZScore(t.Context(), l.fleet.board.keys[0], placed(k.claim)).Err(); err != nil {
		t.Errorf("the mark is not on the board: %v", err)
	}
}

func TestInvalidatedFragmentsAreMissesAtEveryReplicaAndInRedis(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 3, nil)
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	keys := []timeslot.FragmentKey{f.Key}
	fleet[0].Put(t.Context(), f)
	for _, r := range fleet[:2] {
		rig.Until(t, "found at first", func() bool { return found(r.Lookup(t.Context(), keys)) == 1 })
	}
	fleet[2].ledger.MarkStale(timeslot.Claim{NPI: f.Key.NPI})
	for _, r := range fleet {
		rig.Until(t, "marked stale", func() bool { return r.Lookup(t.Context(), keys)[0].Outdated })
	}
	if err := fleet[2].ledger.Invalidate(t.Context(), cache.Scope{NPI: f.Key.NPI}); err != nil {
		t.Fatal(err)
	}
	late := openReplica(t, s.Addr, nil)
	trusting(t, []*replica{late})
	for i, r := range append(fleet, late) {
		if found(r.Lookup(t.Context(), keys)) != 0 {
			t.Errorf("replica %d serves it", i)
		}
	}
}

func TestAnInvalidationWithoutRedisHoldsHereAndIsToldLater(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 2, hurried)
	f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
	for _, r := range fleet {
		r.memory.Put(t.Context(), f)
	}
	s.Kill()
	if err := fleet[0].ledger.Invalidate(t.Context(), cache.Scope{All: true}); !errors.Is(err, ErrNotTold) {
		t.Errorf("error %v, want %v", err, ErrNotTold)
	}
	keys := []timeslot.FragmentKey{f.Key}
	if found(fleet[0].memory.Lookup(t.Context(), keys)) != 0 {
		t.Error("it does not hold here")
	}
	s.Begin()
	rig.Until(t, "it holds elsewhere", func() bool { return found(fleet[1].memory.Lookup(t.Context(), keys)) == 0 })
}

func TestAnEventMakesANewVersionOfTheView(t *testing.T) {
	for name, event := range map[string]func(*Ledger){
		"marked stale": func(l *Ledger) { l.MarkStale(claimFor(doctor, atNine())) },
		"fenced":       func(l *Ledger) { l.Fence(claimFor(doctor, atNine())) },
		"invalidated": func(l *Ledger) {
			if err := l.Invalidate(t.Context(), cache.Scope{All: true}); err != nil {
				t.Error(err)
			}
		},
	} {
		l := ledger(t, LedgerOptions{})
		before := l.View().Version()
		if event(l); l.View().Version() == before {
			t.Errorf("%s: cached answers are served on", name)
		}
	}
}

func TestAScopeThatNamesNothingIsRefused(t *testing.T) {
	if err := ledger(t, LedgerOptions{}).Invalidate(t.Context(), cache.Scope{}); !errors.Is(err, cache.ErrScope) {
		t.Errorf("error %v, want %v", err, cache.ErrScope)
	}
}
