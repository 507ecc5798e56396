package fetch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// notes is a recorder that remembers.
type notes struct {
	silent
	mu       sync.Mutex
	outcomes map[string]int
	refused  map[timeslot.Kind]int
	state    int
}

func newNotes() *notes { return &notes{outcomes: map[string]int{}, refused: map[timeslot.Kind]int{}} }

func (n *notes) UpstreamEnded(c timeslot.UpstreamCall) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.outcomes[c.Outcome]++
}

func (n *notes) UpstreamRefused(_ timeslot.Source, kind timeslot.Kind) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refused[kind]++
}

func (n *notes) BreakerChanged(_ timeslot.Source, _ timeslot.Operation, state int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.state = state
}

const op = timeslot.OpAvailabilitySlots

func testGuard(opt SourceOptions, n *notes) *guard {
	return newGuard(timeslot.CareOptions, opt.withDefaults(), newRetryBudget(), n)
}

func failing(err error) reader {
	return func(context.Context, bool) (*timeslot.Fragment, error) { return nil, err }
}

func ok(context.Context, bool) (*timeslot.Fragment, error) { return &timeslot.Fragment{}, nil }

func hanging(ctx context.Context, _ bool) (*timeslot.Fragment, error) {
	<-ctx.Done()
	return nil, transportError(ctx, ctx.Err())
}

var serverError = &timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}

func TestABreakerOpensOnUpstreamFaultsAndClosesAfterProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes()
		g := testGuard(SourceOptions{}, n)
		for range 20 {
			_, _ = g.do(t.Context(), op, failing(serverError))
		}
		_, err := g.do(t.Context(), op, ok)
		if timeslot.KindOf(err) != timeslot.KindOpen || n.state != 2 || n.refused[timeslot.KindOpen] != 1 {
			t.Fatalf("after 20 failures: %v, state %d, refused %v; want it open", err, n.state, n.refused)
		}
		if e, _ := errors.AsType[*timeslot.Error](err); e.RetryAfter != 5*time.Second {
			t.Errorf("retry after %v, want the time it stays open", e.RetryAfter)
		}
		pass(5*time.Second + time.Millisecond)
		for range 3 {
			if _, err := g.do(t.Context(), op, ok); err != nil {
				t.Fatalf("probe: %v", err)
			}
		}
		if n.state != 0 {
			t.Errorf("state %d after three good probes, want closed", n.state)
		}
	})
}

func TestWhatIsNotUpstreamsFaultNeverOpensTheBreaker(t *testing.T) {
	tests := map[string]error{
		"a caller that left": &timeslot.Error{Kind: timeslot.KindCanceled},
		"a bad request":      &timeslot.Error{Kind: timeslot.KindUpstream, Status: 400},
		"our key refused":    &timeslot.Error{Kind: timeslot.KindUpstream, Status: 403},
		"not found":          &timeslot.Error{Kind: timeslot.KindNotFound, Status: 404},
	}
	for name, failure := range tests {
		t.Run(name, func(t *testing.T) {
			g := testGuard(SourceOptions{}, newNotes())
			for range 100 {
				_, _ = g.do(t.Context(), op, failing(failure))
			}
			if _, err := g.do(t.Context(), op, ok); err != nil {
				t.Errorf("after 100 of these: %v", err)
			}
		})
	}
}

func TestAHungProbeEndsAtItsTimeoutAndDoesNotRefuseForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes()
		g := testGuard(SourceOptions{Timeout: time.Second}, n)
		for range 20 {
			_, _ = g.do(t.Context(), op, failing(serverError))
		}
		pass(6 * time.Second)
		if _, err := g.do(t.Context(), op, hanging); timeslot.KindOf(err) != timeslot.KindTimeout {
			t.Fatalf("the probe: %v, want a timeout", err)
		}
		pass(6 * time.Second)
		if _, err := g.do(t.Context(), op, ok); err != nil {
			t.Errorf("the next probe: %v", err)
		}
	})
}

func TestAPanickingProbeCountsAsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes()
		g := testGuard(SourceOptions{Breaker: BreakerOptions{HalfOpen: 1}}, n)
		for range 20 {
			_, _ = g.do(t.Context(), op, failing(serverError))
		}
		pass(6 * time.Second)
		func() {
			defer func() { _ = recover() }()
			_, _ = g.do(t.Context(), op, func(context.Context, bool) (*timeslot.Fragment, error) { panic("decoder") })
		}()
		if n.state != 2 {
			t.Fatalf("state %d after the panic, want open again", n.state)
		}
		pass(6 * time.Second)
		if _, err := g.do(t.Context(), op, ok); err != nil {
			t.Errorf("the next probe: %v", err)
		}
		if len(g.places) != 0 {
			t.Errorf("%d places are still taken", len(g.places))
		}
	})
}

func TestCallsBeyondTheConcurrencyWaitAndBeyondTheQueueAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes()
		g := testGuard(SourceOptions{Concurrency: 2, Timeout: time.Minute}, n)
		var wg sync.WaitGroup
		slow := func(context.Context, bool) (*timeslot.Fragment, error) {
			pass(time.Second)
			return &timeslot.Fragment{}, nil
		}
		begin := time.Now()
		for range 2 + 2*queuePerPlace {
			wg.Go(func() {
				if _, err := g.do(t.Context(), op, slow); err != nil {
					t.Errorf("within the queue: %v", err)
				}
			})
		}
		synctest.Wait()
		if _, err := g.do(t.Context(), op, slow); timeslot.KindOf(err) != timeslot.KindLimited {
			t.Errorf("beyond the queue: %v, want it limited", err)
		}
		wg.Wait()
		if took := time.Since(begin); took != 9*time.Second {
			t.Errorf("18 calls of a second at two places took %v, want 9 s", took)
		}
		if n.refused[timeslot.KindLimited] != 1 {
			t.Errorf("refused %v, want one", n.refused)
		}
	})
}

func TestARateBudgetSpacesCallsAndRefusesThoseThatCouldNotBeServedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGuard(SourceOptions{RatePerSecond: 10}, newNotes())
		ctx, cancel := context.WithTimeout(t.Context(), 550*time.Millisecond) // halfway between two tokens
		defer cancel()
		served := 0
		for range 30 {
			if _, err := g.do(ctx, op, ok); err == nil {
				served++
			} else if timeslot.KindOf(err) != timeslot.KindLimited {
				t.Fatalf("err = %v, want limited", err)
			}
		}
		if served != 15 {
			t.Errorf("%d calls in 550 ms at ten a second after a burst of ten, want 15", served)
		}
	})
}

func TestOutcomesAreNamedForMetrics(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&timeslot.Error{Kind: timeslot.KindTimeout}, "timeout"},
		{&timeslot.Error{Kind: timeslot.KindCanceled}, "canceled"},
		{&timeslot.Error{Kind: timeslot.KindMalformed, Status: 200}, "malformed"},
		{&timeslot.Error{Kind: timeslot.KindUpstream, Status: 403}, "rejected"},
		{&timeslot.Error{Kind: timeslot.KindUpstream, Status: 500}, "error"},
		{errors.New("connection reset"), "error"},
	}
	for _, tt := range tests {
		if got := outcomeOf(nil, tt.err); got != tt.want {
			t.Errorf("outcomeOf(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
	if got := outcomeOf(&timeslot.Fragment{NotFound: true}, nil); got != "not_found" {
		t.Errorf("a not-found fragment is %q", got)
	}
}
