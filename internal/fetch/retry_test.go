package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// broken fails on the kept connection with err and answers on another.
func broken(err error, sent *atomic.Int64) reader {
	return func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
		sent.Add(1)
		if alone {
			return ok(ctx, alone)
		}
		return nil, err
	}
}

func TestAFailureThatMayPassIsTriedOnceMoreOnANewConnection(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		tries int64
	}{
		{"a connection that broke", &timeslot.Error{Kind: timeslot.KindUpstream, Err: errors.New("reset")}, 2},
		{"a 502", &timeslot.Error{Kind: timeslot.KindUpstream, Status: http.StatusBadGateway}, 2},
		{"our key refused", &timeslot.Error{Kind: timeslot.KindUpstream, Status: http.StatusForbidden}, 1},
		{"a redirect", &timeslot.Error{Kind: timeslot.KindUpstream, Status: http.StatusFound}, 1},
		{"a limit", &timeslot.Error{Kind: timeslot.KindLimited, Status: http.StatusTooManyRequests}, 1},
		{"a timeout", &timeslot.Error{Kind: timeslot.KindTimeout}, 1},
		{"no such thing", &timeslot.Error{Kind: timeslot.KindNotFound, Status: http.StatusNotFound}, 1},
		{"nonsense", &timeslot.Error{Kind: timeslot.KindMalformed, Status: http.StatusOK}, 1},
		{"an expired certificate", &timeslot.Error{Kind: timeslot.KindUpstream, Err: x509.CertificateInvalidError{Reason: x509.Expired}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				_, err := testGuard(SourceOptions{}, newNotes()).do(t.Context(), op, broken(tt.err, &sent))
				if sent.Load() != tt.tries || (err == nil) != (tt.tries == 2) {
					t.Errorf("%d calls and %v, want %d", sent.Load(), err, tt.tries)
				}
			})
		})
	}
}

func TestRetriesStayBelowAShareOfTheCallsOfAllSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retries, n := newRetryBudget(), newNotes()
		never := BreakerOptions{MinRequests: 1 << 20}
		options := newGuard(timeslot.CareOptions, SourceOptions{Breaker: never}.withDefaults(), retries, n)
		directory := newGuard(timeslot.Directory, SourceOptions{Breaker: never}.withDefaults(), retries, n)
		var sent atomic.Int64
		for range 500 {
			_, _ = options.do(t.Context(), op, broken(serverError, &sent))
			_, _ = directory.do(t.Context(), timeslot.OpDepartments, broken(serverError, &sent))
		}
		if extra := sent.Load() - 1000; extra != 101 { // a tenth, and the one that the budget begins with
			t.Errorf("%d retries for 1000 calls, want 101", extra)
		}
	})
}

func TestAProbeIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGuard(SourceOptions{}, newNotes())
		for range 20 {
			_, _ = g.do(t.Context(), op, failing(serverError))
		}
		pass(5*time.Second + time.Millisecond)
		g.retries.saved = 10
		var sent atomic.Int64
		_, err := g.do(t.Context(), op, func(context.Context, bool) (*timeslot.Fragment, error) {
			sent.Add(1)
			return nil, serverError
		})
		if err == nil || sent.Load() != 1 {
			t.Errorf("%d calls and %v for a failed probe, want one", sent.Load(), err)
		}
	})
}

// What opened the breaker may have been the connection alone.
func TestAProbeTakesANewConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGuard(SourceOptions{}, newNotes())
		for range 20 {
			_, _ = g.do(t.Context(), op, failing(serverError))
		}
		pass(5*time.Second + time.Millisecond)
		var sent atomic.Int64
		if _, err := g.do(t.Context(), op, broken(serverError, &sent)); err != nil || sent.Load() != 1 {
			t.Errorf("%d calls and %v for a probe where only kept connections fail, want one that is answered", sent.Load(), err)
		}
	})
}

func TestARetryHappensWithinTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGuard(SourceOptions{Timeout: time.Second}, newNotes())
		begin := time.Now()
		_, err := g.do(t.Context(), op, func(ctx context.Context, alone bool) (*timeslot.Fragment, error) {
			if alone {
				return hanging(ctx, alone)
			}
			pass(900 * time.Millisecond)
			return nil, serverError
		})
		if took := time.Since(begin); took != time.Second || !errors.Is(err, serverError) {
			t.Errorf("%v after %v, want the first failure after a second", err, took)
		}
	})
}

func TestASourceThatAsksForAPauseGetsIt(t *testing.T) {
	limited := func(status int, after time.Duration) error {
		return &timeslot.Error{Kind: timeslot.KindLimited, Status: status, RetryAfter: after}
	}
	tests := []struct {
		name string
		err  error
		want time.Duration
	}{
		{"429 with a time", limited(429, 7*time.Second), 7 * time.Second},
		{"503 with a time", limited(503, time.Minute), time.Minute},
		{"429 without", limited(429, 0), unspokenPause},
		{"our own limit", &timeslot.Error{Kind: timeslot.KindLimited, RetryAfter: time.Minute}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNotes()
				g := testGuard(SourceOptions{}, n)
				_, _ = g.do(t.Context(), op, failing(tt.err))
				_, _ = g.do(t.Context(), op, failing(limited(429, time.Millisecond))) // refused, or shorter: changes nothing
				_, err := g.do(t.Context(), timeslot.OpAvailabilityProviders, ok)
				e, _ := errors.AsType[*timeslot.Error](err)
				if tt.want == 0 {
					if e == nil || e.RetryAfter > time.Millisecond {
						t.Fatalf("the source's other operation: %v, want it held back by the second failure alone", err)
					}
					return
				}
				if e == nil || e.Kind != timeslot.KindLimited || e.RetryAfter != tt.want || n.refused[timeslot.KindLimited] != 2 {
					t.Fatalf("the source's other operation: %v (%+v), refused %v; want it limited for %v", err, e, n.refused, tt.want)
				}
				pass(tt.want)
				if _, err := g.do(t.Context(), op, ok); err != nil {
					t.Errorf("after the pause: %v", err)
				}
			})
		})
	}
}

func TestCallsThatQueuedBeforeAPauseAreHeldBackToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGuard(SourceOptions{Concurrency: 1}, newNotes())
		go func() {
			_, _ = g.do(t.Context(), op, func(context.Context, bool) (*timeslot.Fragment, error) {
				pass(time.Second)
				return nil, &timeslot.Error{Kind: timeslot.KindLimited, Status: 429, RetryAfter: time.Minute}
			})
		}()
		synctest.Wait()
		if _, err := g.do(t.Context(), op, ok); timeslot.KindOf(err) != timeslot.KindLimited {
			t.Errorf("who waited for the place: %v, want it limited", err)
		}
		if len(g.places) != 0 {
			t.Errorf("%d places are still taken", len(g.places))
		}
	})
}

func TestAnswersThatTakeNearlyTheWholeTimeoutOpenTheBreaker(t *testing.T) {
	for took, open := range map[time.Duration]bool{1700 * time.Millisecond: true, 1500 * time.Millisecond: false} {
		synctest.Test(t, func(t *testing.T) {
			g := testGuard(SourceOptions{Concurrency: 64, HedgeAfter: -1}, newNotes())
			for range 30 {
				go func() { _, _ = g.do(t.Context(), op, taking(took)) }()
			}
			pass(2 * time.Second)
			_, err := g.do(t.Context(), op, ok)
			if (timeslot.KindOf(err) == timeslot.KindOpen) != open && err != nil || open && err == nil {
				t.Errorf("after 30 answers of %v: %v, want open %v", took, err, open)
			}
		})
	}
}
