package search

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// While Care Options fails, all who come are served with what others have read: for minutes, wherever they stand.
func TestVisitorsWhomNobodyResemblesAreServedOldCopiesInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(1, 2))
		r := newRegion(draw, seattle, 12, 40, 20)
		r.opens = time.Now().Add(24 * time.Hour)
		e := r.engine(t)
		ask := func(radius int) (a *Answer, want []string, err error) {
			at := near(draw, seattle, 4)
			a, err = e.search(t.Context(), nearby(at, radius), Caller{})
			want = r.offered(at, radius)
			return a, want[:min(100, len(want))], err
		}
		for range 200 {
			for _, radius := range []int{5, 25, 100} {
				if _, _, err := ask(radius); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.set(func() { r.down = true })
		before := r.calls()
		for begun := time.Now(); time.Since(begun) < policy.StaleOnError; pass(time.Second) {
			for _, radius := range []int{5, 25, 100} {
				a, want, err := ask(radius)
				if err != nil {
					t.Fatalf("after %v, radius %d: %v", time.Since(begun), radius, err)
				}
				if got := shown(a); !slices.Equal(want, got) {
					t.Fatalf("after %v, radius %d:\n%v\nwant %v", time.Since(begun), radius, got, want)
				}
			}
		}
		tries := int(policy.StaleOnError / outageMemory)
		if n := r.calls() - before; n < tries/2 || n > tries+tries/10 {
			t.Errorf("%d reads in the outage, want about one every %v", n, outageMemory)
		}
		r.set(func() { r.down = false })
		for range 3 {
			pass(outageMemory)
			if _, _, err := ask(25); err != nil {
				t.Fatal(err)
			}
		}
		if a, _, err := ask(25); err != nil || a.Stale || !a.Complete {
			t.Errorf("after the outage: %v, stale %t, complete %t", err, a.Stale, a.Complete)
		}
	})
}

// seattle is where the visitors of an outage stand, and visit asks from so many degrees east of it.
var seattle = timeslot.Point{Latitude: 47.61, Longitude: -122.33}

func (e *Engine) visit(t *testing.T, east float64, radius int, budget time.Duration) (*Answer, error) {
	t.Helper()
	at := timeslot.Point{Latitude: seattle.Latitude, Longitude: seattle.Longitude + east}
	return e.search(t.Context(), nearby(at, radius), Caller{Budget: budget})
}

// oldCopies is a region of which old copies are left, of fifty miles around Seattle; its slots are in so many days.
func oldCopies(t *testing.T, days int) (*region, *Engine) {
	t.Helper()
	r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 2, 10, 0)
	r.opens = time.Now().AddDate(0, 0, days)
	e := r.engine(t)
	if _, err := e.visit(t, 0, 50, 0); err != nil {
		t.Fatal(err)
	}
	pass(policy.Fresh + policy.Stale + time.Minute)
	return r, e
}

// calls is how many reads of areas there were.
func (r *region) calls() (n int) {
	r.set(func() {
		for _, reads := range r.reads {
			n += reads
		}
	})
	return n
}

func TestACrowdInAnOutageDoesNotHaveUpstreamTriedByEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 12, 40, 20)
		r.opens = time.Now().Add(24 * time.Hour)
		e := r.engine(t)
		ask := func(n int) {
			t.Helper()
			if _, err := e.visit(t, float64(n%100-50)/600, 25, 0); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 100 {
			ask(n)
		}
		r.set(func() { r.down = true })
		pass(policy.Fresh + policy.Stale + time.Second)
		before := r.calls()
		for n := range 600 {
			ask(n)
			pass(100 * time.Millisecond)
		}
		if n := r.calls() - before; n > 2*int(time.Minute/outageMemory) {
			t.Errorf("%d reads in a minute, want about one every %v", n, outageMemory)
		}
	})
}

func TestOneHurriedCallerIsNoOutageForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := oldCopies(t, 1)
		r.set(func() { r.takes = 300 * time.Millisecond })
		_, _ = e.visit(t, 0.1, 20, 100*time.Millisecond) // hurried
		a, err := e.visit(t, -0.1, 20, 2*time.Second)
		if err != nil || !a.Complete || a.Stale {
			t.Errorf("upstream is well: %v, complete %t, stale %t, of %v", err, a.Complete, a.Stale, time.Since(a.AsOf))
		}
	})
}

// Upstream may hang for longer than anybody waits: the call itself tells, and the next ones do not wait for another.
func TestAnUpstreamThatHangsIsAnOutageForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := oldCopies(t, 1)
		r.set(func() { r.takes, r.down = 2*time.Second, true })
		if a, err := e.visit(t, 0.1, 20, 500*time.Millisecond); err != nil || !a.Stale {
			t.Errorf("the first: %v, %+v", err, a)
		}
		pass(2 * time.Second)
		begun := time.Now()
		if a, err := e.visit(t, -0.1, 20, 500*time.Millisecond); err != nil || !a.Stale || time.Since(begun) > 0 {
			t.Errorf("the next waits %v: %v, %+v", time.Since(begun), err, a)
		}
	})
}

func TestWhoLooksAheadInAnOutageDoesNotWaitForAnotherFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := oldCopies(t, 60)
		r.set(func() { r.takes, r.down = time.Second, true })
		for n := range 8 {
			begun := time.Now()
			a, err := e.visit(t, 0.05+float64(n)*0.03, 20, 0)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && (time.Since(begun) > 0 || a.NextAvailable == nil) {
				t.Errorf("visitor %d waited %v for another failure, next is %+v", n, time.Since(begun), a.NextAvailable)
			}
		}
	})
}

// Where copies hold the clinics that are known, but not all of the caller's circle, nobody knows what else is there.
func TestAnAnswerOfCopiesThatLeaveGapsIsNotComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegion(rand.New(rand.NewPCG(1, 2)), seattle, 2, 10, 0)
		r.opens = time.Now().Add(24 * time.Hour)
		e := r.engine(t)
		if _, err := e.visit(t, 0, 20, 0); err != nil {
			t.Fatal(err)
		}
		r.set(func() { r.down = true })
		if a, err := e.visit(t, 0, 15, 0); err != nil || !a.Complete {
			t.Errorf("inside: %v, %+v", err, a)
		}
		if a, err := e.visit(t, 0, 60, 0); err != nil || a.Complete || a.Total == 0 {
			t.Errorf("wider: %v, %+v", err, a)
		}
	})
}
