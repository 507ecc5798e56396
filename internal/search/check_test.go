package search

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// chosenIn is a slot of the clinician that begins in so many hours.
func chosenIn(hours int) timeslot.Choice {
	return timeslot.Choice{NPI: npi, DepartmentKey: clinic.Key(), VisitTypeName: "illness", Start: inHours(hours)}
}

func (e *Engine) mustCheck(t testing.TB, alternatives int, choices ...timeslot.Choice) *Checked {
	t.Helper()
	c, err := e.Check(t.Context(), Check{Choices: choices, Alternatives: alternatives}, Caller{Budget: time.Second})
	if err != nil {
		t.Fatalf("Check: %v", err)
	}
	if len(c.Verdicts) != len(choices) {
		t.Fatalf("%d verdicts for %d choices", len(c.Verdicts), len(choices))
	}
	return c
}

// bookedThrough has a ledger whose marks a test can make.
func bookedThrough(t testing.TB, d *desk) (*Engine, *taken.Ledger) {
	t.Helper()
	ledger, err := taken.NewLedger(taken.LedgerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return newEngine(t, d, func(o *Options) { o.Taken = ledger }), ledger
}

func claimOf(start int64) timeslot.Claim {
	return timeslot.Claim{NPI: npi, Duration: 20, Identity: timeslot.Identity{
		EHRInstance: "e", DepartmentID: "1", Clinician: npi, VisitTypeID: "7101", Start: start,
	}}
}

func TestASlotThatUpstreamListsIsAvailableAndOneThatItDroppedIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, e, _ := hers(t, 1, 3)
		c := e.mustCheck(t, 0, chosenIn(1), chosenIn(2))
		listed, dropped := c.Verdicts[0], c.Verdicts[1]
		if listed.Status != SlotAvailable || listed.Offer == nil || listed.Offer.Start != inHours(1) || listed.ID != listed.Offer.PublicID() {
			t.Errorf("the listed slot: %+v, want available with its offer", listed)
		}
		if dropped.Status != SlotGone || dropped.Offer != nil || !dropped.CheckedAt.Equal(time.Now()) {
			t.Errorf("the slot that is not listed: %+v, want gone as of now", dropped)
		}
		if !c.Complete || len(c.Reports) != 2 {
			t.Errorf("complete %v, reports %+v; want both surfaces asked, as nothing said who lists the slot", c.Complete, c.Reports)
		}
		if c.Departments[clinic.Key()] == nil {
			t.Errorf("departments %v, want the clinic", c.Departments)
		}
	})
}

func TestATakenSlotIsTakenWithoutACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		d.failure[timeslot.ProviderDirect] = &timeslot.Error{Kind: timeslot.KindUpstream}
		d.failure[timeslot.CareDirect] = d.failure[timeslot.ProviderDirect]
		e, ledger := bookedThrough(t, d)
		ledger.Promote(claimOf(inHours(1)), "a booking")
		c := e.mustCheck(t, 0, chosenIn(1))
		if v := c.Verdicts[0]; v.Status != SlotTaken || !c.Complete {
			t.Errorf("%+v, want taken though its sources are down", v)
		}
		if n := d.count(timeslot.ProviderDirect) + d.count(timeslot.CareDirect); n != 0 {
			t.Errorf("%d calls, want none", n)
		}
	})
}

func TestWhenItsSourceFailsASlotIsUnknownAndSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		failure error
		delay   time.Duration
		reason  timeslot.Kind
	}{
		"upstream fails":   {failure: &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}, reason: timeslot.KindUpstream},
		"the breaker":      {failure: &timeslot.Error{Kind: timeslot.KindOpen}, reason: timeslot.KindOpen},
		"the budget is up": {delay: 3 * time.Second, reason: timeslot.KindBudget},
	} {
		inBubble(t, name, func(t *testing.T) {
			d, e, q := hers(t, 1, 2)
			slot := chosenIn(1)
			e.mustSearch(t, q, Caller{})
			pass(5 * time.Second) // fresh for searches, too old for a check
			d.set(func() { d.failure[timeslot.ProviderDirect], d.delay[timeslot.ProviderDirect] = c.failure, c.delay })
			begin := time.Now()
			got := e.mustCheck(t, 1, slot)
			if v := got.Verdicts[0]; v.Status != SlotUnknown || v.Reason != c.reason || v.Offer != nil || got.Complete {
				t.Errorf("%+v, complete %v; want unknown for %s", v, got.Complete, c.reason)
			}
			if took := time.Since(begin); took > time.Second {
				t.Errorf("took %v of a budget of 1 s", took)
			}
			pass(4 * time.Second)
		})
	}
}

func TestACrowdThatChecksOneSlotIsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		slot := chosenIn(1)
		e.mustSearch(t, q, Caller{})
		pass(5 * time.Second)
		d.set(func() { d.delay[timeslot.ProviderDirect] = 300 * time.Millisecond })
		before := d.count(timeslot.ProviderDirect)
		var crowd sync.WaitGroup
		for range 1000 {
			crowd.Go(func() {
				if c := e.mustCheck(t, 0, slot); c.Verdicts[0].Status != SlotAvailable {
					t.Errorf("got %+v", c.Verdicts[0])
				}
			})
		}
		crowd.Wait()
		if n := d.count(timeslot.ProviderDirect) - before; n != 1 {
			t.Errorf("%d calls, want one", n)
		}
		if n := d.count(timeslot.CareDirect) + d.count(timeslot.CareOptions); n != 0 {
			t.Errorf("%d calls of other surfaces, want none: a copy says who lists the slot", n)
		}
	})
}

func TestAYoungCopyIsUsedAndAnOlderOneIsReplacedForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1, 2)
		slot, rest := chosenIn(1), inHours(2)
		e.mustSearch(t, q, Caller{})
		before := d.count(timeslot.ProviderDirect)
		pass(2 * time.Second)
		c := e.mustCheck(t, 0, slot)
		if n := d.count(timeslot.ProviderDirect); n != before || !c.Verdicts[0].CheckedAt.Equal(time.Now().Add(-2*time.Second)) {
			t.Errorf("%d calls more for a copy of two seconds, checked at %v", n-before, c.Verdicts[0].CheckedAt)
		}
		if p := c.Providers[npi]; p == nil || p.Name != "Example Provider-A" {
			t.Errorf("providers %v, want her with the name that the directory has", c.Providers)
		}
		d.set(func() {
			only := providerDirectOf(npi, presentBlock(), rest)
			d.answers[only.Key] = only
		})
		pass(time.Second)
		c = e.mustCheck(t, 0, slot)
		if n := d.count(timeslot.ProviderDirect); n != before+1 || c.Verdicts[0].Status != SlotGone {
			t.Errorf("%d calls for a copy of three seconds, and %+v; want one, and gone", n-before, c.Verdicts[0])
		}
		if a := e.mustSearch(t, q, Caller{}); a.Total != 1 || a.Waited {
			t.Errorf("a search then has %d slots, waited %v; want what the check read", a.Total, a.Waited)
		}
	})
}

func TestACallThatBeganTooEarlyIsNotEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		slot := chosenIn(1)
		d.delay[timeslot.ProviderDirect] = 3 * time.Second
		var search sync.WaitGroup
		search.Go(func() { e.mustSearch(t, q, Caller{}) })
		pass(2500 * time.Millisecond)
		d.set(func() { d.delay[timeslot.ProviderDirect] = 100 * time.Millisecond })
		c := e.mustCheck(t, 0, slot)
		search.Wait()
		if age := time.Since(c.Verdicts[0].CheckedAt); age > 2*time.Second {
			t.Errorf("%+v stands on a copy of %v", c.Verdicts[0], age)
		}
	})
}

func TestTwentySlotsOfOneClinicianAreOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		var choices []timeslot.Choice
		for n := range 20 {
			choices = append(choices, chosenIn(n+1))
		}
		e.mustSearch(t, q, Caller{})
		pass(5 * time.Second)
		before := d.count(timeslot.ProviderDirect)
		c := e.mustCheck(t, 0, choices...)
		if n := d.count(timeslot.ProviderDirect) - before; n != 1 {
			t.Errorf("%d calls, want one", n)
		}
		for i, v := range c.Verdicts {
			if want := map[bool]CheckStatus{true: SlotAvailable, false: SlotGone}[i == 0]; v.Status != want {
				t.Errorf("slot %d: %+v, want %s", i, v, want)
			}
		}
	})
}

func TestTheSurfaceThatListedASlotIsTheOneAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf(clinic.URLName, "Illness", inHours(4)))
		e := newEngine(t, d, nil)
		slot := timeslot.Choice{NPI: npi, URLName: clinic.URLName, VisitTypeID: "7101", Start: inHours(4)}
		e.mustSearch(t, queryOf(timeslot.Query{Departments: []string{clinic.URLName}, VisitTypes: []string{"Illness"}}), Caller{})
		pass(5 * time.Second)
		c := e.mustCheck(t, 0, slot)
		if c.Verdicts[0].Status != SlotAvailable {
			t.Errorf("%+v, want available", c.Verdicts[0])
		}
		if n, others := d.count(timeslot.CareDirect), d.count(timeslot.ProviderDirect)+d.count(timeslot.CareOptions); n != 2 || others != 0 {
			t.Errorf("%d calls of the clinic's surface and %d of others, want one beside the search's, and none", n, others)
		}
	})
}

func TestAlternativesAreTheNearestInTimeAndNeverTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := "9000000025"
		near := timeslot.Department{
			EHRInstance: "e", ID: "2", URLName: "AcmeNear", Name: "Near", Timezone: clinic.Timezone,
			Point: &timeslot.Point{Latitude: 47.65, Longitude: -122.33}, VisitTypes: clinic.VisitTypes,
		}
		beside := careDirectOf(near.URLName, "Illness", inHours(30))
		beside.Schedules[0].DepartmentID, beside.Schedules[0].NPI = "2", "9000000033"
		colleague := careDirectOf(clinic.URLName, "Illness", inHours(29), inHours(31))
		colleague.Schedules[0].NPI = other
		d := newDesk(directoryOf(clinic, near), providerDirectOf(npi, presentBlock(), inHours(20), inHours(26), inHours(27), inHours(100)), colleague, beside)
		e, ledger := bookedThrough(t, d)
		e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
		e.mustSearch(t, nearby(*clinic.Point, 30), Caller{})
		ledger.Promote(claimOf(inHours(27)), "a booking")
		calls := d.count(timeslot.ProviderDirect) + d.count(timeslot.CareDirect) + d.count(timeslot.CareOptions)
		c := e.mustCheck(t, 10, chosenIn(30))
		if n := d.count(timeslot.ProviderDirect) + d.count(timeslot.CareDirect) + d.count(timeslot.CareOptions); n != calls {
			t.Errorf("%d calls for alternatives, want none", n-calls)
		}
		want := []int64{inHours(26), inHours(20), inHours(100), inHours(29), inHours(31), inHours(30)}
		var got []int64
		for _, o := range c.Verdicts[0].Alternatives {
			got = append(got, o.Start)
		}
		if c.Verdicts[0].Status != SlotGone || !slices.Equal(got, want) {
			t.Errorf("%s, alternatives in hours %v, want %v: hers, her clinic's, and then those around it",
				c.Verdicts[0].Status, hoursOf(got), hoursOf(want))
		}
		if few := e.mustCheck(t, 2, chosenIn(30)).Verdicts[0].Alternatives; len(few) != 2 {
			t.Errorf("%d alternatives of two asked for", len(few))
		}
		if none := e.mustCheck(t, 5, chosenIn(26)).Verdicts[0]; none.Status != SlotAvailable || none.Alternatives != nil {
			t.Errorf("%+v, want an available slot without alternatives", none)
		}
	})
}

func hoursOf(starts []int64) (hours []int64) {
	for _, s := range starts {
		hours = append(hours, (s-time.Now().Unix())/3600)
	}
	return hours
}

func TestWhatLiesInThePastOrTooFarAheadIsGoneWithoutACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, _ := hers(t, 1)
		c := e.mustCheck(t, 0, chosenIn(-1), chosenIn(24*400))
		for _, v := range c.Verdicts {
			if v.Status != SlotGone {
				t.Errorf("%+v, want gone", v)
			}
		}
		if n := d.count(timeslot.ProviderDirect) + d.count(timeslot.CareDirect); n != 0 {
			t.Errorf("%d calls, want none", n)
		}
	})
}
