package search

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// An answer is an error only when nothing servable is at hand, whatever parts of a source failed.

func providerV4Of(visitType string, block timeslot.Block, starts ...int64) *timeslot.Fragment {
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 4, NPI: npi, VisitType: visitType, Block: block}
	return listing(key, timeslot.Schedule{
		EHRInstance: "e", DepartmentID: "1", NPI: npi, ProviderID: "P-1", VisitTypeID: "7101", VisitTypeName: visitType, Timezone: clinic.Timezone,
	}, starts)
}

func areaParts(e *Engine, q *timeslot.Query, starts ...int64) []*timeslot.Fragment {
	var parts []*timeslot.Fragment
	for _, a := range e.plan(q, []timeslot.Department{clinic}).slots {
		if a.key.Operation == timeslot.OpAvailabilitySlots {
			parts = append(parts, listing(a.key, timeslot.Schedule{
				EHRInstance: "e", DepartmentID: "1", NPI: npi, VisitTypeID: "7101", VisitTypeName: "Illness", Timezone: clinic.Timezone,
			}, starts[:1]))
			starts = starts[1:]
		}
	}
	return parts
}

// Each operation, each part of what is asked failing, with nothing in memory and with an old copy of everything.
func TestAPartThatFailsCostsItsPartOnly(t *testing.T) {
	day := func(n int) timeslot.Date { return timeslot.DateOf(time.Now().AddDate(0, 0, n)) }
	for name, story := range map[string]func(t *testing.T) (*timeslot.Query, []*timeslot.Fragment, func(*Options)){
		"two versions": func(t *testing.T) (*timeslot.Query, []*timeslot.Fragment, func(*Options)) {
			return queryOf(timeslot.Query{NPIs: []string{npi}, VisitTypes: []string{"Illness"}, EndDate: day(1)}),
				[]*timeslot.Fragment{providerDirectOf(npi, presentBlock(), inHours(1)), providerV4Of("Illness", presentBlock(), inHours(2))}, bothVersions
		},
		"blocks of a window": func(t *testing.T) (*timeslot.Query, []*timeslot.Fragment, func(*Options)) {
			return queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: day(50)}),
				[]*timeslot.Fragment{providerDirectOf(npi, presentBlock(), inHours(1)), providerDirectOf(npi, presentBlock()+1, inHours(24*40)), providerDirectOf(npi, presentBlock()+2, inHours(24*45))}, nil
		},
		"visit types of a clinic": func(t *testing.T) (*timeslot.Query, []*timeslot.Fragment, func(*Options)) {
			return queryOf(timeslot.Query{Departments: []string{"AcmeRiverton"}, VisitTypes: []string{"Illness", "Wellness"}}),
				[]*timeslot.Fragment{careDirectOf("AcmeRiverton", "Illness", inHours(1)), careDirectOf("AcmeRiverton", "Wellness", inHours(2))}, nil
		},
		"pieces of an area": func(t *testing.T) (*timeslot.Query, []*timeslot.Fragment, func(*Options)) {
			q := queryOf(timeslot.Query{Point: clinic.Point, Radius: 10, VisitTypes: []string{"Illness"}, EndDate: day(50)})
			e := newEngine(t, newDesk(), nil)
			parts := areaParts(e, q, inHours(1), inHours(24*40), inHours(24*45))
			e.Close()
			return q, parts, without(timeslot.CareDirect)
		},
	} {
		for _, fault := range []timeslot.Kind{timeslot.KindUpstream, timeslot.KindTimeout, timeslot.KindMalformed} {
			for _, warm := range []bool{false, true} {
				inBubble(t, fmt.Sprintf("%s, one part %s, warm %v", name, fault, warm), func(t *testing.T) {
					q, parts, change := story(t)
					for i := range parts {
						onePartFails(t, q, parts, i, fault, warm, change)
					}
				})
			}
		}
	}
}

func onePartFails(t *testing.T, q *timeslot.Query, parts []*timeslot.Fragment, failing int, fault timeslot.Kind, warm bool, change func(*Options)) {
	t.Helper()
	here := clinic
	here.VisitTypes = nil
	d := newDesk(append(parts, directoryOf(here))...)
	e := newEngine(t, d, change)
	defer e.Close()
	total := len(parts)
	if warm {
		if a := e.mustSearch(t, q, Caller{}); a.Total != total || !a.Complete {
			t.Fatalf("%d slots, complete %v: want all %d", a.Total, a.Complete, total)
		}
		pass(5 * time.Minute) // past stale
	} else if len(parts) > 1 {
		total--
		// What is asked in one call with the part that fails is in memory already.
		for i, f := range parts {
			if i != failing && f.Key.Version != 4 {
				key := f.Key
				if _, _, err := e.flight.Do(t.Context(), key, e.refill(key, Caller{}.call(), 0)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	d.set(func() {
		d.failKey[parts[failing].Key] = &timeslot.Error{Kind: fault, Source: sourceOf(parts[failing].Key)}
	})
	a, err := e.search(t.Context(), q, Caller{Budget: 3 * time.Second})
	if err != nil {
		t.Fatalf("part %d: %v, want the other parts", failing, err)
	}
	if a.Total != total || a.Complete != warm {
		t.Errorf("part %d: %d slots, complete %v; want %d, and complete only when an old copy stood in", failing, a.Total, a.Complete, total)
	}
}

func TestAFailureUnwrapsToItsCausesEachOfThemOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic))
		refused, broken := &timeslot.Error{Kind: timeslot.KindUpstream, Source: timeslot.ProviderDirect, Status: 503}, errors.New("broken")
		d.failure[timeslot.ProviderDirect], d.failure[timeslot.CareDirect] = refused, broken
		e := newEngine(t, d, nil)
		_, err := e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{npi}, Departments: []string{clinic.URLName}, VisitTypes: []string{"Illness"}}), Caller{})
		failed, ok := errors.AsType[*FailedError](err)
		if !ok || len(failed.Causes) != 2 || !errors.Is(err, refused) || !errors.Is(err, broken) {
			t.Errorf("%v of %+v, want a failure by %v and %v", err, failed, refused, broken)
		}
	})
}

// TestWhatCouldNotBeReadMakesAnAnswerIncomplete, fresh or stale, and its source says so.
func TestWhatCouldNotBeReadMakesAnAnswerIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := providerDirectOf(npi, presentBlock(), inHours(1))
		f.Dropped = 1
		e := newEngine(t, newDesk(directoryOf(clinic), f), nil)
		for _, status := range []timeslot.Status{timeslot.StatusFresh, timeslot.StatusStale} {
			a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
			if r := a.Reports[0]; a.Complete || a.Total != 1 || r.Status != status || r.Reason != timeslot.KindMalformed {
				t.Errorf("complete %v, %d slots, %+v: want %s and malformed in part", a.Complete, a.Total, r, status)
			}
			pass(20 * time.Second)
		}
	})
}
