package fetch

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// outcome is what one of two calls that race brought.
type outcome struct {
	fragment *timeslot.Fragment
	err      error
	second   bool
}

// hedged makes a call and, when its answer is late, a second one beside it on a connection of its own; the first good
// answer is taken and the other call ended. The second needs a share of the hedge budget, a place and a rate token: it
// is never waited for, and never made where calls are scarce or the source is suspect.
func (g *guard) hedged(ctx context.Context, op timeslot.Operation, read reader) (*timeslot.Fragment, error) {
	after := g.hedgeAfter(op)
	if after <= 0 {
		return g.call(ctx, op, read, false)
	}
	ctx, end := context.WithCancel(ctx)
	defer end() // the one that lost
	results := make(chan outcome, 2)
	run := func(second bool) {
		fragment, err := contained(ctx, func(ctx context.Context) (*timeslot.Fragment, error) {
			return g.call(ctx, op, read, second)
		})
		results <- outcome{fragment, err, second}
	}
	go run(false)
	late := time.NewTimer(after)
	defer late.Stop()
	select {
	case r := <-results:
		return r.fragment, r.err
	case <-late.C:
	}
	release, ok := g.mayHedge(op)
	if !ok {
		r := <-results
		return r.fragment, r.err
	}
	go func() {
		defer release()
		run(true)
	}()
	won := better(results)
	g.recorder.UpstreamHedged(g.source, won.second && won.err == nil)
	return won.fragment, won.err
}

// better is the first good answer of two, or the first call's failure.
func better(results <-chan outcome) outcome {
	a := <-results
	if a.err == nil {
		return a
	}
	b := <-results
	if b.err == nil || a.second {
		return b
	}
	return a
}

// hedgeAfter is how long to wait before a second call; 0: none.
func (g *guard) hedgeAfter(op timeslot.Operation) time.Duration {
	if g.opt.HedgeAfter < 0 {
		return 0
	}
	return g.late(op)
}

// late is after how long a call is late: as configured, or as the operation's pace has it.
func (g *guard) late(op timeslot.Operation) time.Duration {
	if g.opt.HedgeAfter > 0 {
		return g.opt.HedgeAfter
	}
	return g.paces[op].late()
}

// mayHedge takes what a second call needs, all of it or nothing.
func (g *guard) mayHedge(op timeslot.Operation) (release func(), ok bool) {
	if !g.breakers[op].closed() || g.pause.check() != nil || !g.hedges.spend() {
		return nil, false
	}
	select {
	case g.places <- struct{}{}:
	default:
		g.hedges.refund()
		return nil, false
	}
	if !g.takeToken() {
		<-g.places
		g.hedges.refund()
		return nil, false
	}
	return func() { <-g.places }, true
}
