package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
)

var careDirectQuery = timeslot.Query{Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"illness"}}

func TestASecondSearchInsideTheFreshTimeAsksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "illness", inHours(1), inHours(2)), careDirectOf("AcmeRiverton", "Illness", inHours(1), inHours(2)))
		e := newEngine(t, d, nil)
		first := e.mustSearch(t, queryOf(careDirectQuery), Caller{})
		if first.Total != 2 || !first.Complete || !first.Waited {
			t.Fatalf("first: %d slots, complete %v, waited %v", first.Total, first.Complete, first.Waited)
		}
		e.mustSearch(t, queryOf(careDirectQuery), Caller{}) // by now the directory's spelling is known
		calls := d.count(timeslot.CareDirect)
		pass(11 * time.Second)
		again := e.mustSearch(t, queryOf(careDirectQuery), Caller{})
		if again.Waited || again.Stale || d.count(timeslot.CareDirect) != calls {
			t.Errorf("waited %v, stale %v, %d more calls; want a plain hit", again.Waited, again.Stale, d.count(timeslot.CareDirect)-calls)
		}
	})
}

func TestPastTheFreshTimeNobodyWaitsAndOneRefreshFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		e.mustSearch(t, q, Caller{})
		pass(20 * time.Second)
		d.set(func() { d.delay[timeslot.ProviderDirect] = time.Second })
		before := d.count(timeslot.ProviderDirect)
		begin := time.Now()
		var crowd sync.WaitGroup
		for range 1000 {
			crowd.Go(func() {
				a, err := e.search(t.Context(), q, Caller{})
				if err != nil || a.Total != 1 || a.Waited || !a.Stale {
					t.Errorf("got %+v, %v; want the stale answer at once", a, err)
				}
			})
		}
		crowd.Wait()
		if time.Since(begin) != 0 {
			t.Errorf("the crowd waited %v", time.Since(begin))
		}
		pass(2 * time.Second)
		if n := d.count(timeslot.ProviderDirect) - before; n != 1 {
			t.Errorf("%d refreshes, want one", n)
		}
		if a := e.mustSearch(t, q, Caller{}); a.Stale || a.Waited {
			t.Errorf("after the refresh: stale %v, waited %v", a.Stale, a.Waited)
		}
	})
}

func TestAThousandColdSearchesMakeOneCallPerFragment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		d.delay[timeslot.ProviderDirect] = time.Second
		e := newEngine(t, d, nil)
		var crowd sync.WaitGroup
		for range 1000 {
			crowd.Go(func() {
				if a, err := e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{}); err != nil || a.Total != 1 {
					t.Errorf("got %+v, %v", a, err)
				}
			})
		}
		crowd.Wait()
		for key, n := range d.calls {
			if n != 1 {
				t.Errorf("%s was asked for %d times", key, n)
			}
		}
	})
}

func TestAFailingSourceCostsItsPartOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "illness", inHours(1)))
		d.failure[timeslot.ProviderDirect] = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}
		e := newEngine(t, d, nil)
		q := queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"illness"}})
		a := e.mustSearch(t, q, Caller{})
		if a.Complete || a.Total != 1 {
			t.Errorf("complete %v with %d slots, want a partial answer with Care Direct's slot", a.Complete, a.Total)
		}
		want := []timeslot.SourceReport{
			{Source: timeslot.CareDirect, Key: "AcmeRiverton/illness", Status: timeslot.StatusFresh, FetchedAt: time.Now(), Slots: 1},
			{Source: timeslot.ProviderDirect, Key: npi, Status: timeslot.StatusFailed, Reason: timeslot.KindUpstream},
		}
		if diff := cmp.Diff(want, a.Reports); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
}

func TestWhenTheBudgetIsUpWhatHasArrivedIsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "illness", inHours(1)), providerDirectOf(npi, presentBlock(), inHours(2)))
		d.delay[timeslot.ProviderDirect] = 2 * time.Second
		e := newEngine(t, d, nil)
		q := queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"illness"}})
		begin := time.Now()
		a := e.mustSearch(t, q, Caller{Budget: 800 * time.Millisecond})
		if took := time.Since(begin); took > 800*time.Millisecond {
			t.Errorf("took %v of a budget of 800 ms", took)
		}
		if a.Complete || a.Total != 1 || a.Reports[1].Reason != timeslot.KindBudget {
			t.Errorf("complete %v, %d slots, %+v; want Care Direct's slot and the clinician named as out of budget", a.Complete, a.Total, a.Reports)
		}
	})
}

func TestAnOldCopyIsServedOnlyWhileItsSourceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 5)
		e.mustSearch(t, q, Caller{})
		pass(5 * time.Minute)
		d.set(func() { d.failure[timeslot.ProviderDirect] = &timeslot.Error{Kind: timeslot.KindOpen} })
		a := e.mustSearch(t, q, Caller{})
		if a.Total != 1 || !a.Complete || a.Reports[0].Status != timeslot.StatusStale || a.Reports[0].Reason != timeslot.KindOpen {
			t.Errorf("%d slots, complete %v, %+v; want the old copy, marked stale", a.Total, a.Complete, a.Reports)
		}
		pass(10 * time.Minute)
		_, err := e.search(t.Context(), q, Caller{})
		if failed, ok := errors.AsType[*FailedError](err); !ok || failed.Kind != timeslot.KindOpen {
			t.Errorf("past staleOnError: %v, want a failure that says why", err)
		}
	})
}

func TestWhatEverySourceDidDecidesTheFailure(t *testing.T) {
	tests := map[string]struct {
		care, provider error
		want           timeslot.Kind
	}{
		"all out of time":       {&timeslot.Error{Kind: timeslot.KindTimeout}, &timeslot.Error{Kind: timeslot.KindTimeout}, timeslot.KindTimeout},
		"a breaker is open":     {&timeslot.Error{Kind: timeslot.KindUpstream}, &timeslot.Error{Kind: timeslot.KindOpen}, timeslot.KindOpen},
		"a limit refused":       {&timeslot.Error{Kind: timeslot.KindLimited}, &timeslot.Error{Kind: timeslot.KindTimeout}, timeslot.KindLimited},
		"one failed, one hangs": {&timeslot.Error{Kind: timeslot.KindMalformed}, &timeslot.Error{Kind: timeslot.KindTimeout}, timeslot.KindUpstream},
	}
	for name, tt := range tests {
		inBubble(t, name, func(t *testing.T) {
			d := newDesk(directoryOf(clinic))
			d.failure[timeslot.CareDirect], d.failure[timeslot.ProviderDirect] = tt.care, tt.provider
			q := queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"Illness"}})
			_, err := newEngine(t, d, nil).search(t.Context(), q, Caller{})
			if failed, ok := errors.AsType[*FailedError](err); !ok || failed.Kind != tt.want {
				t.Errorf("err = %v, want kind %s", err, tt.want)
			}
		})
	}
}

func TestUnknownAmongOthersIsSaidAndOnlyUnknownIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi, "9999999999"}}), Caller{})
		want := []timeslot.SourceReport{
			{Source: timeslot.ProviderDirect, Key: npi, Status: timeslot.StatusFresh, Slots: 1},
			{Source: timeslot.ProviderDirect, Key: "9999999999", Status: timeslot.StatusFresh, Reason: timeslot.KindNotFound},
		}
		if diff := cmp.Diff(want, a.Reports, cmpopts.IgnoreFields(timeslot.SourceReport{}, "FetchedAt")); diff != "" || !a.Complete {
			t.Errorf("complete %v, reports (-want +got):\n%s", a.Complete, diff)
		}
		_, err := e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{"9999999999"}}), Caller{})
		if _, ok := errors.AsType[*UnknownError](err); !ok {
			t.Errorf("err = %v, want UnknownError", err)
		}
	})
}

func TestAFailedDirectoryIsNamedAndTheSlotsStillCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(careDirectOf("AcmeRiverton", "Illness", inHours(1)))
		d.failure[timeslot.Directory] = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}
		a := newEngine(t, d, nil).mustSearch(t, queryOf(timeslot.Query{Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"Illness"}}), Caller{})
		if a.Total != 1 || a.Complete || a.Reports[1].Source != timeslot.Directory || a.Reports[1].Status != timeslot.StatusFailed {
			t.Errorf("%d slots, complete %v, %+v", a.Total, a.Complete, a.Reports)
		}
	})
}

func TestTooWideQueriesAreRefusedWithAFix(t *testing.T) {
	e := newEngine(t, newDesk(), func(o *Options) { o.Limits.MaxProviders = 1 })
	today := timeslot.DateOf(time.Now())
	_, err := e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{"9000000017", "9000000025"}, StartDate: today, EndDate: today + 200}), Caller{})
	invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err)
	if !ok || len(invalid.Violations) != 2 || invalid.Violations[0].Parameter != "npi" || invalid.Violations[1].Parameter != "endDate" {
		t.Fatalf("err = %v, want npi and endDate named", err)
	}
	if want := "ask for at most 1 value at a time"; invalid.Violations[0].Fix != want {
		t.Errorf("fix %q, want %q", invalid.Violations[0].Fix, want)
	}
}

func TestAnAnswerSlowerThanTheBudgetIsThereForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e, q := hers(t, 1)
		d.delay[timeslot.ProviderDirect] = 1200 * time.Millisecond
		if _, err := e.search(t.Context(), q, Caller{Budget: 800 * time.Millisecond}); timeslotFailure(err) != timeslot.KindTimeout {
			t.Fatalf("first: %v, want out of time", err)
		}
		pass(time.Second)
		a, err := e.search(t.Context(), q, Caller{Budget: 800 * time.Millisecond})
		if err != nil || a.Total != 1 || a.Waited {
			t.Errorf("second: %+v, %v; want what the first one's call brought", a, err)
		}
	})
}

func timeslotFailure(err error) timeslot.Kind {
	if failed, ok := errors.AsType[*FailedError](err); ok {
		return failed.Kind
	}
	return ""
}

func TestASwitchedOffSourceDoesNotHideThatAllOthersFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic))
		d.failure[timeslot.CareDirect] = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}
		e := newEngine(t, d, without(timeslot.CareOptions))
		q := queryOf(timeslot.Query{Point: clinic.Point, VisitTypes: []string{"Illness"}})
		if _, err := e.search(t.Context(), q, Caller{}); timeslotFailure(err) != timeslot.KindUpstream {
			t.Errorf("err = %v, want the failure", err)
		}
	})
}

func TestACallerThatLeavesGetsNeitherAnAnswerNorAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1)))
		d.delay[timeslot.ProviderDirect] = time.Second
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, leave)
		if a, err := newEngine(t, d, nil).search(ctx, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{Budget: time.Minute}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %+v, %v", a, err)
		}
	})
}

func TestWindowsThatCannotBeAnsweredAreRefused(t *testing.T) {
	e := newEngine(t, newDesk(), nil)
	today := timeslot.DateOf(time.Now())
	tests := map[string]timeslot.Query{
		"endDate":       {NPIs: []string{npi}, EndDate: today - 10},
		"startDate":     {NPIs: []string{npi}, StartDate: today + 1000},
		"visitTypeName": {NPIs: []string{npi}, VisitTypes: strings.Split("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u", ",")},
	}
	for parameter, q := range tests {
		_, err := e.search(t.Context(), queryOf(q), Caller{})
		if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); !ok || len(invalid.Violations) != 1 || invalid.Violations[0].Parameter != parameter {
			t.Errorf("%s: %v", parameter, err)
		}
	}
}

func TestAnswersThatMeanTooManyReadsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(), func(o *Options) {
			o.Limits.MaxDepartments = 1000
		})
		q := timeslot.Query{VisitTypes: strings.Split("a,b,c,d,e,f,g,h,i,j", ",")}
		for i := range 400 {
			q.Departments = append(q.Departments, fmt.Sprintf("D%d", i))
		}
		_, err := e.search(t.Context(), queryOf(q), Caller{})
		if _, ok := errors.AsType[*timeslot.InvalidQueryError](err); !ok {
			t.Errorf("err = %v, want it refused", err)
		}
	})
}
