package fetch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

var flightKey = timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017"}

// slowWork answers after d, or with the context's error, and counts its calls.
func slowWork(calls *atomic.Int32, d time.Duration) Work {
	return func(ctx context.Context) (*timeslot.Fragment, error) {
		calls.Add(1)
		select {
		case <-rig.After(d):
			return &timeslot.Fragment{Key: flightKey}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func TestAThousandCallersShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var calls, joined atomic.Int32
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				fragment, other, err := f.Do(t.Context(), flightKey, slowWork(&calls, time.Second))
				if err != nil || fragment == nil {
					t.Errorf("got %v, %v", fragment, err)
				}
				if other {
					joined.Add(1)
				}
			})
		}
		wg.Wait()
		f.Wait()
		if calls.Load() != 1 || joined.Load() != 999 {
			t.Errorf("%d calls, %d joined; want 1 and 999", calls.Load(), joined.Load())
		}
	})
}

func TestTheLeaderLeavingFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var calls atomic.Int32
		leader, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, _, err := f.Do(leader, flightKey, slowWork(&calls, time.Second))
			left <- err
		}()
		synctest.Wait()
		stayed := make(chan error)
		go func() {
			_, _, err := f.Do(t.Context(), flightKey, slowWork(&calls, time.Second))
			stayed <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the leader got %v, want its own cancellation at once", err)
		}
		if err := <-stayed; err != nil || calls.Load() != 1 {
			t.Errorf("who stayed got %v after %d calls, want the one call's answer", err, calls.Load())
		}
	})
}

func TestTheLastOneLeavingEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, leave)
		ended := make(chan time.Duration, 1)
		begin := time.Now()
		_, _, err := f.Do(ctx, flightKey, func(ctx context.Context) (*timeslot.Fragment, error) {
			<-ctx.Done()
			ended <- time.Since(begin)
			return nil, ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		if d := <-ended; d != 100*time.Millisecond {
			t.Errorf("the call ended after %v, want with its last caller", d)
		}
		f.Wait()
	})
}

func TestACallSlowerThanEverybodysBudgetGoesOnAndIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var calls atomic.Int32
		for range 4 { // four visitors, one after the other, with 300 ms each; the call takes a second
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			_, _, err := f.Do(ctx, flightKey, slowWork(&calls, time.Second))
			cancel()
			if errors.Is(err, context.DeadlineExceeded) {
				continue
			}
			if err != nil || calls.Load() != 1 {
				t.Errorf("%v after %d calls, want the first call's answer", err, calls.Load())
			}
			return
		}
		t.Error("nobody got an answer")
	})
}

func TestWhoComesAfterAGivenUpCallGetsAFreshOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var calls atomic.Int32
		release := make(chan struct{})
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, leave)
		_, _, _ = f.Do(ctx, flightKey, func(context.Context) (*timeslot.Fragment, error) {
			<-release // does not heed its context, and so is still running when the next one asks
			return nil, errors.New("of the call that was given up")
		})
		fragment, joined, err := f.Do(t.Context(), flightKey, slowWork(&calls, time.Second))
		if err != nil || joined || fragment == nil || calls.Load() != 1 {
			t.Errorf("got %v, joined %v, %v, %d calls; want a fresh call", fragment, joined, err, calls.Load())
		}
		close(release)
		f.Wait()
	})
}

func TestAPanicBecomesAnErrorForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, _, err := f.Do(t.Context(), flightKey, func(context.Context) (*timeslot.Fragment, error) {
					pass(time.Second)
					panic("secret-of-a-patient")
				})
				p, ok := errors.AsType[*PanicError](err)
				if !ok || len(p.Stack) == 0 {
					t.Errorf("err = %v, want a PanicError with a stack", err)
				}
			})
		}
		wg.Wait()
		if _, _, err := f.Do(t.Context(), flightKey, func(context.Context) (*timeslot.Fragment, error) { return &timeslot.Fragment{}, nil }); err != nil {
			t.Errorf("after the panic: %v", err)
		}
	})
}

func TestACallEndsAtItsOwnLimitAlsoWhereOthersWaitLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Second)
		var calls atomic.Int32
		begin := time.Now()
		_, _, err := f.Do(t.Context(), flightKey, slowWork(&calls, time.Hour))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("got %v after %v, want the limit after one second", err, time.Since(begin))
		}
	})
}

func TestOneCallAfterAnotherIsNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFlight(time.Minute)
		var calls atomic.Int32
		for range 3 {
			if _, joined, err := f.Do(t.Context(), flightKey, slowWork(&calls, time.Second)); joined || err != nil {
				t.Errorf("joined %v, %v", joined, err)
			}
		}
		if calls.Load() != 3 {
			t.Errorf("%d calls, want 3", calls.Load())
		}
	})
}

func TestFanOutRunsAllAtBoundedWidthAndStopsStartingWhenTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, peak atomic.Int32
		work := func(ctx context.Context, _ int) {
			peak.Store(max(peak.Load(), running.Add(1)))
			pass(time.Second)
			running.Add(-1)
		}
		if started := FanOut(t.Context(), 20, 5, work); started != 20 || peak.Load() != 5 {
			t.Errorf("started %d with a peak of %d, want 20 and 5", started, peak.Load())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if started := FanOut(ctx, 100, 5, work); started != 10 {
			t.Errorf("started %d within one and a half seconds, want 10", started)
		}
	})
}

// pass lets bubble time go by (testing/synctest).
func pass(d time.Duration) { <-rig.After(d) }
