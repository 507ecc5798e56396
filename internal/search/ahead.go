package search

import (
	"context"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// lookAhead finds the first slot behind a window that is empty (INTERFACE §3.1, nextAvailable), as far ahead as a
// window may reach. What was gathered already reaches to the end of its last block and is looked through first; then
// follows one block after the other, each the same reads that a later window needs, so that they are shared. A step that
// fails ends it: then nothing is said, and the next request tries again.
func (e *Engine) lookAhead(ctx context.Context, g *collection, call fetch.Call, a *Answer) {
	p := g.plan
	limit := min(p.reach(), timeslot.EarliestToday(p.now)+timeslot.Date(e.opt.Limits.MaxWindow))
	var block timeslot.Block
	if len(p.blocks) > 0 {
		block = p.blocks[len(p.blocks)-1]
	}
	for asks := p.asksFor(block); ; {
		end := limit
		if len(asks) > 0 {
			end = min(limit, block.Last())
		}
		if end > p.last && e.nextUntil(ctx, g, end, a) || end >= limit {
			return
		}
		block++
		asks = p.asksFor(block)
		more := pieces(asks)
		e.lookup(ctx, more, call)
		e.fill(ctx, more, call)
		g.ahead = append(g.ahead, more...)
		if anyFailed(more) {
			a.ReviewAt = a.MergedAt
			return
		}
	}
}

// asksFor are the reads of a block; none where the sources that were asked do not go by dates.
func (p *plan) asksFor(block timeslot.Block) []ask {
	if len(p.blocks) == 0 {
		return nil
	}
	one := *p
	one.blocks, one.slots, one.directory, one.skipped = []timeslot.Block{block}, nil, nil, nil
	for _, npi := range p.query.NPIs {
		one.provider(npi)
	}
	if p.query.HasLocation() {
		one.area()
	}
	return one.slots
}

// nextUntil tells whether there is a slot until the end of a day, and puts the first into the answer.
func (e *Engine) nextUntil(ctx context.Context, g *collection, end timeslot.Date, a *Answer) bool {
	q := *g.plan.query
	q.EndDate, q.DaysOfSlots, q.Sort, q.Limit, q.Cursor = end, 0, timeslot.Soonest, 1, ""
	merged, _, strict := e.merge(ctx, &q, g)
	r := merged.Result
	a.Strict = a.Strict && strict
	a.AsOf, a.FreshUntil, a.StaleUntil = r.AsOf, r.FreshUntil, r.StaleUntil
	if len(r.Slots) == 0 {
		return false
	}
	a.NextAvailable, a.FirstStart = &r.Slots[0], r.FirstStart
	a.Providers, a.Departments = r.Providers, r.Departments
	return true
}

func anyFailed(list []*piece) bool {
	for _, pc := range list {
		if pc.fragment == nil || pc.freshness == timeslot.Expired {
			return true
		}
	}
	return false
}
