package search

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

func TestAHotFragmentNeverGrowsStaleAndCostsOneCallAFreshTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 3)
		d.delay[timeslot.ProviderDirect] = 200 * time.Millisecond
		e.mustSearch(t, q, Caller{})
		before := d.count(timeslot.ProviderDirect)
		for range 600 { // a minute, ten requests a second; fresh for 15 s
			pass(100 * time.Millisecond)
			if a := e.mustSearch(t, q, Caller{}); a.Stale || a.Waited {
				t.Fatalf("stale %v, waited %v; want it refreshed before", a.Stale, a.Waited)
			}
		}
		if n := d.count(timeslot.ProviderDirect) - before; n < 4 || n > 5 {
			t.Errorf("%d refreshes in a minute, want one per fresh time of 15 s, a little early", n)
		}
	})
}

// A calendar of two blocks costs one call a fresh time as well, also where somebody asked for one of the blocks before.
func TestBlocksOfACalendarAreRefreshedTogether(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"fetched together": 0, "fetched at different times": 6 * time.Second} {
		inBubble(t, name, func(t *testing.T) {
			now := presentBlock()
			d := newDesk(directoryOf(clinic), providerDirectOf(npi, now, inHours(3)), providerDirectOf(npi, now+1, inHours(24*28)))
			e := newEngine(t, d, nil)
			ask := func(until timeslot.Date) {
				q := queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: until})
				if a := e.mustSearch(t, q, Caller{}); a.Stale {
					t.Fatal("a hot calendar grew stale")
				}
			}
			if ahead > 0 {
				ask(now.Last() - 1)
				pass(ahead)
			}
			for range 150 { // they come into step
				ask(now.Last() + 10)
				pass(100 * time.Millisecond)
			}
			before := d.count(timeslot.ProviderDirect)
			for range 600 { // a minute
				ask(now.Last() + 10)
				pass(100 * time.Millisecond)
			}
			if n := d.count(timeslot.ProviderDirect) - before; n < 4 || n > 5 {
				t.Errorf("%d calls in a minute for a calendar of two blocks that is fresh for 15 s", n)
			}
		})
	}
}

// A source that takes a quarter of the fresh time: refreshes that begin in its last fifth come too late.
func TestASlowSourcesFragmentsAreRefreshedSoonerAndNobodyGetsAStaleOne(t *testing.T) {
	const fresh, asked = 2 * time.Second, 20 * time.Millisecond
	for _, takes := range []time.Duration{50 * time.Millisecond, 500 * time.Millisecond, 900 * time.Millisecond} {
		inBubble(t, takes.String(), func(t *testing.T) {
			d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(3)))
			d.delay[timeslot.ProviderDirect] = takes
			e := newEngine(t, d, func(o *Options) {
				source := o.Sources[timeslot.ProviderDirect]
				source.Policy.Fresh = fresh
				o.Sources[timeslot.ProviderDirect] = source
			})
			q := queryOf(timeslot.Query{NPIs: []string{npi}})
			e.mustSearch(t, q, Caller{})
			before, stale := d.count(timeslot.ProviderDirect), 0
			const visitors = 3000
			for range visitors { // a minute
				pass(asked)
				if e.mustSearch(t, q, Caller{}).Stale {
					stale++
				}
			}
			if stale > 0 {
				t.Errorf("%d of %d visitors got a stale answer", stale, visitors)
			}
			if n := d.count(timeslot.ProviderDirect) - before; n > 120 {
				t.Errorf("%d refreshes in a minute of a fragment that is fresh for 2 s", n)
			}
		})
	}
}

func TestALeadFollowsASlowReadAtOnceAndQuickOnesByAndBy(t *testing.T) {
	l := newLeads(nil)
	const op = timeslot.OpProviderTimeslots
	if l.lead(op) != 0 {
		t.Errorf("%v before anything was read", l.lead(op))
	}
	l.learn(op, 100*time.Millisecond)
	l.learn(op, 800*time.Millisecond)
	if got := l.lead(op); got != time.Second {
		t.Errorf("%v after a read of 800 ms, want a quarter more", got)
	}
	for range 100 {
		l.learn(op, 100*time.Millisecond)
	}
	if got := l.lead(op); got > 130*time.Millisecond {
		t.Errorf("%v after a hundred reads of 100 ms", got)
	}
}

func TestACopyThatGrewYoungerMeanwhileIsNotFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 3)
		e.mustSearch(t, q, Caller{})
		calls := d.count(timeslot.ProviderDirect)
		key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi, Block: presentBlock()}
		e.refreshOne(t.Context(), refreshJob{key: key, ahead: time.Second})
		if n := d.count(timeslot.ProviderDirect) - calls; n != 0 {
			t.Errorf("%d calls for a copy that stays fresh for fifteen seconds", n)
		}
		e.refreshOne(t.Context(), refreshJob{key: key, ahead: 16 * time.Second})
		if n := d.count(timeslot.ProviderDirect) - calls; n != 1 {
			t.Errorf("%d calls for a copy that does not stay fresh long enough, want one", n)
		}
	})
}

func TestARefreshKnowsTheCopyThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, _ := hers(t, 3)
		key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi, Block: presentBlock()}
		var last []*timeslot.Fragment
		d.told = func(_ context.Context, asked timeslot.FragmentKey, call fetch.Call) {
			if asked == key {
				last = append(last, call.Last...)
			}
		}
		for range 3 {
			e.refreshOne(t.Context(), refreshJob{key: key, ahead: time.Hour})
			pass(time.Second)
		}
		if len(last) != 3 || last[0] != nil {
			t.Fatalf("calls knew %v, want three, of which the first knows nothing", last)
		}
		for i, f := range last[1:] {
			if f == nil || f.Key != key || time.Since(f.FetchedAt) != time.Duration(3-i)*time.Second {
				t.Errorf("call %d knew %+v, want what the one before brought", i+1, f)
			}
		}
	})
}

func TestWhatIsAskedForMostOftenIsRefreshedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		release := make(chan struct{})
		r := newRefresher(1, func(_ context.Context, job refreshJob) {
			order = append(order, job.key.NPI)
			<-release
		})
		ask := func(npi string, times int) {
			for range times {
				r.add(refreshJob{key: timeslot.FragmentKey{NPI: npi}})
			}
		}
		ask("first", 1)
		synctest.Wait() // the one worker has it
		ask("cold", 1)
		ask("hot", 5)
		ask("warm", 3)
		ask("first", 10) // is being refreshed: nothing to do
		close(release)
		synctest.Wait()
		r.close()
		if want := []string{"first", "hot", "warm", "cold"}; !slices.Equal(order, want) {
			t.Errorf("refreshed %v, want each once: %v", order, want)
		}
	})
}

func TestAFullRefreshQueueSaysSoAndForgetsNothingThatWaits(t *testing.T) {
	r := newRefresher(0, nil)
	defer r.close()
	for i := range refreshQueue {
		if r.add(refreshJob{key: timeslot.FragmentKey{Block: timeslot.Block(i)}}) {
			t.Fatalf("full after %d", i)
		}
	}
	if !r.add(refreshJob{key: timeslot.FragmentKey{NPI: "one more"}}) {
		t.Error("there is room beyond the bound")
	}
	if r.add(refreshJob{key: timeslot.FragmentKey{Block: 7}}) {
		t.Error("a key that waits found no room")
	}
}
