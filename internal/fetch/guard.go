package fetch

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// guard stands around the calls to one source, outermost first (docs/architecture.md §8): upstream's own wish for a pause, rate
// budget, places with a bounded queue, circuit breaker per operation, timeout, one retry, hedge.
type guard struct {
	source   timeslot.Source
	opt      SourceOptions
	pause    pause
	rate     *rate.Limiter // nil: no limit
	places   chan struct{}
	waiting  atomic.Int64
	breakers map[timeslot.Operation]*breaker
	paces    map[timeslot.Operation]*pace
	hedges   *budget
	retries  *budget // shared by all sources
	room     *bulk
	recorder Recorder
}

// queuePerPlace is how many calls may wait for each place before more are refused.
const queuePerPlace = 8

func newGuard(source timeslot.Source, opt SourceOptions, retries *budget, recorder Recorder) *guard {
	g := &guard{
		source: source, opt: opt, recorder: recorder,
		places:   make(chan struct{}, opt.Concurrency),
		breakers: map[timeslot.Operation]*breaker{},
		paces:    map[timeslot.Operation]*pace{},
		hedges:   newHedgeBudget(),
		retries:  retries,
		room:     newBulk(opt.MaxBody),
	}
	if opt.RatePerSecond > 0 {
		g.rate = rate.NewLimiter(rate.Limit(opt.RatePerSecond), max(1, int(opt.RatePerSecond)))
	}
	for _, op := range opt.surfaces.Operations() {
		if opt.surfaces.SourceOf(op) == source {
			g.breakers[op] = newBreaker(source, op, opt.Breaker, recorder)
			g.paces[op] = newPace(opt.Timeout)
		}
	}
	return g
}

var (
	errPanicked = errors.New("the call panicked")
	errSlow     = errors.New("the answer came, but too slowly")
)

// reader makes one call; alone tells it to use a new connection.
type reader func(ctx context.Context, alone bool) (*timeslot.Fragment, error)

func (read reader) onNewConnection() reader {
	return func(ctx context.Context, _ bool) (*timeslot.Fragment, error) { return read(ctx, true) }
}

// do lets read through, or refuses with KindLimited or KindOpen. The time spent waiting for a place is the caller's;
// the timeout counts from the call, and covers its body, the hedge and the retry.
func (g *guard) do(ctx context.Context, op timeslot.Operation, read reader) (fragment *timeslot.Fragment, err error) {
	release, err := g.admit(ctx)
	if err != nil {
		return nil, g.refused(err)
	}
	defer release()
	done, err := g.breakers[op].allow()
	if err != nil {
		return nil, g.refused(err)
	}
	if !g.breakers[op].closed() {
		read = read.onNewConnection() // a probe asks about upstream, not about the connections that failed
	}
	ctx, cancel := context.WithTimeout(ctx, g.opt.Timeout)
	defer cancel()
	g.retries.earn()
	g.hedges.earn()
	start := time.Now()
	err = errPanicked // stays when read panics: a breaker that is never told would count the probe for ever
	defer func() { done(g.judge(op, err, time.Since(start))) }()
	return g.twice(ctx, op, read)
}

// slowShare of the timeout is where an answer that still came counts as a failure of its source: searches have long
// stopped waiting for it.
const slowShare = 0.8

// judge is what the breaker is told. An area whose answer is too large is no fault of upstream's: it is asked for less.
func (g *guard) judge(op timeslot.Operation, err error, took time.Duration) error {
	if g.opt.surfaces.Asked(op) == timeslot.AsksArea && errors.Is(err, ErrTooLarge) {
		return nil
	}
	if err == nil && took >= time.Duration(slowShare*float64(g.opt.Timeout)) {
		return errSlow
	}
	return err
}

func (g *guard) refused(err error) error {
	if kind := timeslot.KindOf(err); kind == timeslot.KindLimited || kind == timeslot.KindOpen {
		g.recorder.UpstreamRefused(g.source, kind)
	}
	return err
}

// takeToken takes a token of the rate budget without waiting.
func (g *guard) takeToken() bool { return g.rate == nil || g.rate.Allow() }

// admit takes a place, waiting for one in a queue of bounded length. The pause is looked at before and after: one may
// have begun meanwhile.
func (g *guard) admit(ctx context.Context) (release func(), err error) {
	if err := g.pause.check(); err != nil {
		return nil, err
	}
	if release, err = g.queue(ctx); err != nil {
		return nil, err
	}
	if err := g.pause.check(); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func (g *guard) queue(ctx context.Context) (release func(), err error) {
	if g.rate != nil {
		if err := g.rate.Wait(ctx); err != nil {
			return nil, g.waitError(ctx, err)
		}
	}
	if g.waiting.Add(1) > int64(cap(g.places)*queuePerPlace) {
		g.waiting.Add(-1)
		return nil, &timeslot.Error{Kind: timeslot.KindLimited, Err: errors.New("too many calls wait for a place")}
	}
	defer g.waiting.Add(-1)
	select {
	case g.places <- struct{}{}:
		return func() { <-g.places }, nil
	case <-ctx.Done():
		return nil, g.waitError(ctx, ctx.Err())
	}
}

// waitError: waiting in vain for our own limits is "limited", a caller that left is "canceled".
func (g *guard) waitError(ctx context.Context, err error) error {
	kind := timeslot.KindLimited
	if errors.Is(ctx.Err(), context.Canceled) {
		kind = timeslot.KindCanceled
	}
	return &timeslot.Error{Kind: kind, Err: err}
}

// call makes one call and records how it ended.
func (g *guard) call(ctx context.Context, op timeslot.Operation, read reader, alone bool) (fragment *timeslot.Fragment, err error) {
	start := time.Now()
	ctx, span := trace.Start(ctx, trace.Upstream)
	g.recorder.UpstreamStarted(g.source)
	outcome := "error" // what a panic in read leaves behind
	defer func() {
		g.recorder.UpstreamEnded(timeslot.UpstreamCall{
			Source: g.source, Operation: op, Outcome: outcome, Took: time.Since(start), TraceID: span.ID(),
		})
		g.describe(span, op, outcome, alone)
	}()
	if fragment, err = read(ctx, alone); err == nil {
		g.paces[op].add(time.Since(start))
	}
	g.pause.heed(err)
	outcome = outcomeOf(fragment, err)
	return fragment, err
}

// describe ends a call's span.
func (g *guard) describe(span trace.Span, op timeslot.Operation, outcome string, again bool) {
	span.Word(trace.Source, string(g.source))
	span.Word(trace.Operation, string(op))
	span.Word(trace.Outcome, outcome)
	if again {
		span.Count(trace.Again, 1)
	}
	if outcome != "ok" && outcome != "not_found" {
		span.Fail()
	}
	span.End()
}

func outcomeOf(fragment *timeslot.Fragment, err error) string {
	if err == nil {
		if fragment.NotFound {
			return "not_found"
		}
		return "ok"
	}
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok {
		return "error"
	}
	switch {
	case e.Kind == timeslot.KindTimeout:
		return "timeout"
	case e.Kind == timeslot.KindCanceled:
		return "canceled"
	case e.Kind == timeslot.KindMalformed:
		return "malformed"
	case e.Kind == timeslot.KindNotFound:
		return "not_found"
	case isRejection(e.Status):
		return "rejected"
	default:
		return "error"
	}
}
