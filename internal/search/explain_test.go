package search

import (
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestExplainingFetchesNothingAndSaysWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1), inHours(2)))
		e := newEngine(t, d, nil)
		explain := func() *Explanation {
			return e.Explain(t.Context(), e.prepared(t, queryOf(timeslot.Query{NPIs: []string{npi}})))
		}
		calendarOf := func(x *Explanation) ExplainedFragment {
			for _, f := range x.Fragments {
				if f.Source == timeslot.ProviderDirect {
					return f
				}
			}
			t.Fatalf("no calendar in the plan: %+v", x.Fragments)
			return ExplainedFragment{}
		}
		if f := calendarOf(explain()); f.Found != "none" || d.count(timeslot.ProviderDirect) != 0 {
			t.Errorf("cold: %+v after %d calls", f, d.count(timeslot.ProviderDirect))
		}
		e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
		pass(20 * time.Second)
		x := explain()
		if f := calendarOf(x); f.Found != "memory" || f.Freshness != timeslot.Stale || f.Age != 20*time.Second || f.Listed != 2 {
			t.Errorf("warm: %+v", f)
		}
		if x.Result.Total != 2 || x.Result.Slots[0].Score == nil || x.Query == "" {
			t.Errorf("%d slots, %+v", x.Result.Total, x.Result.Slots[0])
		}
		synctest.Wait()
		if d.count(timeslot.ProviderDirect) != 1 {
			t.Errorf("%d calls, want that of the search alone", d.count(timeslot.ProviderDirect))
		}
	})
}
