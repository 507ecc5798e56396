package fetch

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// hedges counts second calls besides what notes remember.
type hedges struct {
	*notes
	won, lost int
}

func (h *hedges) UpstreamHedged(_ timeslot.Source, won bool) {
	if won {
		h.won++
	} else {
		h.lost++
	}
}

func hedgeGuard(opt SourceOptions) (*guard, *hedges) {
	h := &hedges{notes: newNotes()}
	return newGuard(timeslot.CareOptions, opt.withDefaults(), newRetryBudget(), h), h
}

// taking answers after d, or when its context ends.
func taking(d time.Duration) reader {
	return func(ctx context.Context, _ bool) (*timeslot.Fragment, error) {
		select {
		case <-rig.After(d):
			return &timeslot.Fragment{}, nil
		case <-ctx.Done():
			return nil, transportError(ctx, ctx.Err())
		}
	}
}

// stuck hangs on the kept connection and answers at once on another.
func stuck(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
	if alone {
		return ok(ctx, alone)
	}
	return hanging(ctx, alone)
}

func calls(t *testing.T, g *guard, n int, read reader) {
	t.Helper()
	for range n {
		if _, err := g.do(t.Context(), op, read); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALateCallIsHedgedAndTheFirstAnswerTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := hedgeGuard(SourceOptions{})
		calls(t, g, paceLeast, taking(100*time.Millisecond))
		begin := time.Now()
		calls(t, g, 1, stuck)
		if took := time.Since(begin); took != 125*time.Millisecond {
			t.Errorf("the answer took %v, want it from the second call, at a quarter beyond the usual 100 ms", took)
		}
		synctest.Wait()
		if h.won != 1 || h.lost != 0 || h.outcomes["canceled"] != 1 {
			t.Errorf("won %d, lost %d, outcomes %v; want one won and the first call ended", h.won, h.lost, h.outcomes)
		}
		if len(g.places) != 0 {
			t.Errorf("%d places are still taken", len(g.places))
		}
	})
}

// A replica that has just started knows nothing of its sources' speed: the first call that hangs is hedged all the same.
func TestTheFirstCallsAreHedgedByTheTimeoutAndThenByWhatIsKnown(t *testing.T) {
	tests := map[string]struct {
		known []time.Duration // answers before
		want  time.Duration   // until the answer of the second call
	}{
		"nothing is known":        {nil, 500 * time.Millisecond},
		"a quick source":          {[]time.Duration{time.Millisecond, 2 * time.Millisecond}, 62500 * time.Microsecond},
		"one with a slow answer":  {[]time.Duration{20 * time.Millisecond, 100 * time.Millisecond, 30 * time.Millisecond}, 200 * time.Millisecond},
		"slower than the default": {[]time.Duration{450 * time.Millisecond}, 900 * time.Millisecond},
		"hardly in time":          {[]time.Duration{1500 * time.Millisecond}, time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, h := hedgeGuard(SourceOptions{Timeout: 2 * time.Second})
				for _, took := range tt.known {
					g.paces[op].add(took)
				}
				begin := time.Now()
				calls(t, g, 1, stuck)
				if took := time.Since(begin); took != tt.want || h.won != 1 {
					t.Errorf("the answer took %v, %d hedges won; want it after %v from the second call", took, h.won, tt.want)
				}
			})
		})
	}
}

func TestASteadySlowSourceIsNotHedgedFromTheFirstCallsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := hedgeGuard(SourceOptions{Timeout: 2 * time.Second})
		for range 200 {
			calls(t, g, 1, taking(450*time.Millisecond))
		}
		if h.won+h.lost != 0 {
			t.Errorf("%d hedges, want none", h.won+h.lost)
		}
	})
}

func TestHedgesStayBelowAShareOfTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := hedgeGuard(SourceOptions{HedgeAfter: 10 * time.Millisecond})
		var sent atomic.Int64
		calls(t, g, 1000, func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
			sent.Add(1)
			return taking(20*time.Millisecond)(ctx, alone) // all are late
		})
		if extra := sent.Load() - 1000; extra != 51 || h.lost+h.won != 51 { // a twentieth, and the one that the budget begins with
			t.Errorf("%d extra calls, %d counted, for 1000; want 51", extra, h.lost+h.won)
		}
	})
}

func TestASourceWhoseCallsAllTakeTheSameTimeIsNotHedged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := hedgeGuard(SourceOptions{})
		for i := range 1000 {
			calls(t, g, 1, taking(100*time.Millisecond+time.Duration(i%20)*time.Millisecond))
		}
		if h.won+h.lost != 0 {
			t.Errorf("%d hedges, want none", h.won+h.lost)
		}
	})
}

func TestNothingIsHedgedWhere(t *testing.T) {
	tests := map[string]struct {
		opt   SourceOptions
		spoil func(*guard)
	}{
		"it is switched off":   {opt: SourceOptions{HedgeAfter: -1}},
		"no place is free":     {opt: SourceOptions{HedgeAfter: time.Millisecond, Concurrency: 1}},
		"the rate is used up":  {opt: SourceOptions{HedgeAfter: time.Millisecond, RatePerSecond: 1}, spoil: func(g *guard) { g.rate.AllowN(time.Now().Add(2*time.Second), 1) }},
		"the source is paused": {opt: SourceOptions{HedgeAfter: time.Millisecond}, spoil: func(g *guard) { g.pause.heed(&timeslot.Error{Kind: timeslot.KindLimited, Status: 429}) }},
		"nothing is known, and a quarter of the timeout is not over": {},
		"the budget is used up": {opt: SourceOptions{HedgeAfter: time.Millisecond}, spoil: func(g *guard) {
			for g.hedges.spend() {
			}
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, h := hedgeGuard(tt.opt)
				g.hedges.saved = 5
				read := func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
					if tt.spoil != nil {
						tt.spoil(g)
					}
					return taking(50*time.Millisecond)(ctx, alone)
				}
				calls(t, g, 1, read)
				if h.won+h.lost != 0 {
					t.Errorf("%d hedges, want none", h.won+h.lost)
				}
			})
		})
	}
}

func TestWhenBothCallsFailTheFirstOnesFailureIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := hedgeGuard(SourceOptions{HedgeAfter: time.Millisecond})
		g.hedges.saved = 1
		_, err := g.do(t.Context(), op, func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
			if alone {
				return nil, &timeslot.Error{Kind: timeslot.KindMalformed, Status: 200}
			}
			pass(10 * time.Millisecond)
			return nil, &timeslot.Error{Kind: timeslot.KindUpstream, Status: 403}
		})
		if timeslot.KindOf(err) != timeslot.KindUpstream || h.lost != 1 {
			t.Errorf("%v after %d lost hedges, want the 403 after one", err, h.lost)
		}
	})
}

func TestAPanicInEitherCallIsAnErrorAndFreesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := hedgeGuard(SourceOptions{HedgeAfter: time.Millisecond})
		g.hedges.saved = 1
		_, err := g.do(t.Context(), op, func(context.Context, bool) (*timeslot.Fragment, error) {
			pass(10 * time.Millisecond)
			panic("decoder")
		})
		if _, is := err.(*PanicError); !is {
			t.Errorf("err = %v, want a PanicError", err)
		}
		synctest.Wait()
		if len(g.places) != 0 {
			t.Errorf("%d places are still taken", len(g.places))
		}
	})
}
