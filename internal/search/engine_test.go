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

func TestASourceThatFailsOrHangsCostsItsPartOnly(t *testing.T) {
	for name, c := range map[string]struct {
		failure error
		delay   time.Duration
		reason  timeslot.Kind
	}{
		"it fails":         {failure: &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}, reason: timeslot.KindUpstream},
		"the budget is up": {delay: 2 * time.Second, reason: timeslot.KindBudget},
	} {
		inBubble(t, name, func(t *testing.T) {
			d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "illness", inHours(1)), providerDirectOf(npi, presentBlock(), inHours(2)))
			d.failure[timeslot.ProviderDirect], d.delay[timeslot.ProviderDirect] = c.failure, c.delay
			q := queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"illness"}})
			begin := time.Now()
			a := newEngine(t, d, nil).mustSearch(t, q, Caller{Budget: 800 * time.Millisecond})
			if took := time.Since(begin); a.Complete || a.Total != 1 || took > 800*time.Millisecond {
				t.Errorf("complete %v with %d slots after %v of 800 ms, want a partial answer with Care Direct's slot", a.Complete, a.Total, took)
			}
			want := []timeslot.SourceReport{
				{Source: timeslot.CareDirect, Key: "AcmeRiverton/illness", Status: timeslot.StatusFresh, FetchedAt: begin, Slots: 1},
				{Source: timeslot.ProviderDirect, Key: npi, Status: timeslot.StatusFailed, Reason: c.reason},
			}
			if diff := cmp.Diff(want, a.Reports); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
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
		if _, err := e.search(t.Context(), q, Caller{}); failureOf(err) != timeslot.KindOpen {
			t.Errorf("past staleOnError: %v, want a failure that says why", err)
		}
	})
}

func TestWhatEverySourceDidDecidesTheFailure(t *testing.T) {
	failed := func(kind timeslot.Kind) error { return &timeslot.Error{Kind: kind} }
	for name, tt := range map[string]struct {
		care, provider error // nil: switched off
		want           timeslot.Kind
	}{
		"all out of time":       {failed(timeslot.KindTimeout), failed(timeslot.KindTimeout), timeslot.KindTimeout},
		"a breaker is open":     {failed(timeslot.KindUpstream), failed(timeslot.KindOpen), timeslot.KindOpen},
		"a limit refused":       {failed(timeslot.KindLimited), failed(timeslot.KindTimeout), timeslot.KindLimited},
		"one failed, one hangs": {failed(timeslot.KindMalformed), failed(timeslot.KindTimeout), timeslot.KindUpstream},
		"one is switched off":   {failed(timeslot.KindUpstream), nil, timeslot.KindUpstream},
	} {
		inBubble(t, name, func(t *testing.T) {
			d := newDesk(directoryOf(clinic))
			d.failure[timeslot.CareDirect], d.failure[timeslot.ProviderDirect] = tt.care, tt.provider
			e := newEngine(t, d, nil)
			if tt.provider == nil {
				e = newEngine(t, d, without(timeslot.ProviderDirect))
			}
			q := queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"Illness"}})
			if _, err := e.search(t.Context(), q, Caller{}); failureOf(err) != tt.want {
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

// failureOf is why nothing was answered; empty where that is not so.
func failureOf(err error) timeslot.Kind {
	if failed, ok := errors.AsType[*FailedError](err); ok {
		return failed.Kind
	}
	return ""
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

func TestWhatCannotBeAnsweredIsRefusedWithAFix(t *testing.T) {
	e := newEngine(t, newDesk(), func(o *Options) { o.Limits.MaxProviders, o.Limits.MaxDepartments = 1, 1000 })
	today, letters, many := timeslot.DateOf(time.Now()), strings.Split("abcdefghijklmnopqrstu", ""), make([]string, 400)
	for i := range many {
		many[i] = fmt.Sprint("D", i)
	}
	for name, tt := range map[string]struct {
		query          timeslot.Query
		parameter, fix string
	}{
		"a window that is over":         {timeslot.Query{NPIs: []string{npi}, EndDate: today - 10}, "endDate", "give today or a later day"},
		"a window beyond all calendars": {timeslot.Query{NPIs: []string{npi}, StartDate: today + 1000}, "startDate", "give a day up to "},
		"a window that is too long":     {timeslot.Query{NPIs: []string{npi}, StartDate: today, EndDate: today + 200}, "endDate", "ask for at most 90 days at a time"},
		"too many clinicians":           {timeslot.Query{NPIs: []string{npi, "9000000025"}}, "npi", "ask for at most 1 value at a time"},
		"too many visit types":          {timeslot.Query{NPIs: []string{npi}, VisitTypes: letters}, "visitTypeName", "ask for at most 20 values at a time"},
		"too many reads":                {timeslot.Query{Departments: many, VisitTypes: letters[:10]}, "visitTypeName", "ask for fewer visit types"},
	} {
		_, err := e.search(t.Context(), queryOf(tt.query), Caller{})
		invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err)
		if !ok || len(invalid.Violations) != 1 || invalid.Violations[0].Parameter != tt.parameter || !strings.HasPrefix(invalid.Violations[0].Fix, tt.fix) {
			t.Errorf("%s: %v, want %s named: %s", name, err, tt.parameter, tt.fix)
		}
	}
}
