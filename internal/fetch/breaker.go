package fetch

import (
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"timeslots/internal/timeslot"
)

// BreakerOptions shape a circuit breaker (docs/interface.md §2, sources.*.breaker). Zero values mean the defaults in brackets.
type BreakerOptions struct {
	Window       time.Duration // failures are counted over this long (10 s)
	MinRequests  int           // fewer calls in the window never open it (20)
	FailureRatio float64       // of the calls in the window (0.5)
	OpenFor      time.Duration // refusing everything (5 s), then half-open
	HalfOpen     int           // probes at a time (3)
}

func (o BreakerOptions) withDefaults() BreakerOptions {
	if o.Window == 0 {
		o.Window = 10 * time.Second
	}
	if o.MinRequests == 0 {
		o.MinRequests = 20
	}
	if o.FailureRatio == 0 {
		o.FailureRatio = 0.5
	}
	if o.OpenFor == 0 {
		o.OpenFor = 5 * time.Second
	}
	if o.HalfOpen == 0 {
		o.HalfOpen = 3
	}
	return o
}

// breaker refuses calls to an operation whose calls keep failing. Only upstream's faults count: a caller that left is
// excluded (six impatient clients would open it otherwise), a refusal with 4xx is a success of the connection.
type breaker struct {
	two     *gobreaker.TwoStepCircuitBreaker[struct{}]
	openFor time.Duration
}

// buckets is how finely the window slides.
const buckets = 10

func newBreaker(source timeslot.Source, op timeslot.Operation, opt BreakerOptions, recorder Recorder) *breaker {
	recorder.BreakerChanged(source, op, stateNumber(gobreaker.StateClosed))
	return &breaker{openFor: opt.OpenFor, two: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:         string(source) + "/" + string(op),
		MaxRequests:  uint32(opt.HalfOpen),
		Interval:     opt.Window,
		BucketPeriod: opt.Window / buckets,
		Timeout:      opt.OpenFor,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return int(c.Requests) >= opt.MinRequests && float64(c.TotalFailures) >= opt.FailureRatio*float64(c.Requests)
		},
		IsExcluded:   func(err error) bool { return err != nil && timeslot.KindOf(err) == timeslot.KindCanceled },
		IsSuccessful: func(err error) bool { return !isUpstreamFault(err) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			recorder.BreakerChanged(source, op, stateNumber(to))
		},
	})}
}

// closed reports whether calls pass freely: neither refused nor probes.
func (b *breaker) closed() bool { return b.two.State() == gobreaker.StateClosed }

// stateNumber is the value of aggregator_breaker_state.
func stateNumber(s gobreaker.State) int {
	switch s {
	case gobreaker.StateHalfOpen:
		return 1
	case gobreaker.StateOpen:
		return 2
	default:
		return 0
	}
}

func isUpstreamFault(err error) bool {
	if err == nil {
		return false
	}
	e, ok := errors.AsType[*timeslot.Error](err)
	return !ok || e.Kind != timeslot.KindNotFound && !isRejection(e.Status)
}

// allow admits a call, whose outcome must be told to done exactly once, or refuses with KindOpen.
func (b *breaker) allow() (done func(error), err error) {
	done, err = b.two.Allow()
	if err != nil {
		return nil, &timeslot.Error{Kind: timeslot.KindOpen, RetryAfter: b.openFor, Err: err}
	}
	return done, nil
}
