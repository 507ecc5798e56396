package search

import (
	"testing"
	"testing/synctest"

	"timeslots/internal/timeslot"
)

func TestWindowsEndAtTheLargestLimitThatAnyEHRHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := clinic
		second.EHRInstance = "f"
		limit := func(ehr, body string) *timeslot.Fragment {
			return &timeslot.Fragment{Key: lookaheadKey(ehr), Body: []byte(body)}
		}
		d := newDesk(directoryOf(clinic, second), limit("e", `{"maxLookaheadDays":20}`), limit("f", `{"maxLookaheadDays":10}`))
		e := newEngine(t, d, nil)
		_, _ = e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{})
		_, _ = e.search(t.Context(), queryOf(timeslot.Query{NPIs: []string{npi}}), Caller{}) // now the directory is at hand
		synctest.Wait()
		if got := *e.lookahead.known.Load(); got != (span{largest: 20, smallest: 10}) {
			t.Fatalf("limits %+v, want 20 and 10", got)
		}
		q := queryOf(timeslot.Query{NPIs: []string{npi}, EndDate: timeslot.LatestToday(e.opt.Now()) + 80})
		for _, a := range e.plan(q, nil).slots {
			if a.key.Block.First() > timeslot.EarliestToday(e.opt.Now())+20 {
				t.Errorf("%s begins beyond the limit", a.key)
			}
		}
	})
}

func TestALimitOfZeroSaysNothing(t *testing.T) {
	l := newLookahead(90)
	l.learn(&timeslot.Fragment{Key: lookaheadKey("e"), Body: []byte(`{"maxLookaheadDays":0}`)})
	l.learn(&timeslot.Fragment{Key: lookaheadKey("f"), Body: []byte(`{"maxLookaheadDays":"soon"}`)})
	l.learn(&timeslot.Fragment{Key: lookaheadKey("g"), NotFound: true})
	if got := *l.known.Load(); got != (span{largest: 90}) {
		t.Errorf("limits %+v, want what was configured", got)
	}
}
