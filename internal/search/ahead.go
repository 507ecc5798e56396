package search

import (
	"context"
	"slices"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// lookAhead finds the first slot after a window that is empty (docs/interface.md §3.1, nextAvailable), as far ahead as a
// window may reach. What was gathered already reaches to the end of its last block and is looked through first; then all that is
// left, which one call brings for an area. Clinicians' next block comes before: each costs a call a step, the same reads that a
// later window needs. Areas that are read in parts are looked through week by week, twice as many each time. A step that fails
// ends it: then nothing is said, and the next request tries again.
func (e *Engine) lookAhead(ctx context.Context, g *collection, call fetch.Call, a *Answer) {
	limit := g.plan.horizon()
	end, next := g.reaches(limit)
	from := timeslot.BlockOf(g.plan.last - 2).First() // after the window in some zone, and the same day for many windows
	weeks := timeslot.Date(1)
	if hasGaps(g.reads) { // nobody knows what is behind those that were left out
		a.ReviewAt = a.MergedAt
		return
	}
	defer func() { e.refreshDue(g.ahead, call) }() // all that was looked through: one call may bring it
	for {
		if end > g.plan.last {
			if e.nextFrom(ctx, g, window{from, end}, a) {
				return
			}
			from = end + 1
		}
		if end >= limit {
			return
		}
		until := limit
		switch {
		case g.dense():
			until = min(limit, end+7*weeks)
			weeks *= 2
		case len(g.ahead) == 0 && len(g.plan.query.NPIs) > 0:
			until = min(limit, next.Last())
		}
		later := g.plan.behind(next, end+1, until)
		e.readInBackground(later, call)
		more := readsOf(later.slots)
		e.look(ctx, more)
		more = e.spareFailing(ctx, later, more)
		e.fill(ctx, more, call)
		more = e.inParts(ctx, later, more, call)
		more = e.insteadOfFailed(ctx, later, more)
		more = e.asCode(ctx, later, more, call)
		g.ahead = append(g.ahead, more...)
		if !allUsable(more) || hasGaps(more) {
			a.ReviewAt = a.MergedAt
			return
		}
		end, next = until, max(next, timeslot.BlockOf(until)+1)
	}
}

// horizon is the last day that is looked at for a next slot.
func (p *plan) horizon() timeslot.Date {
	return min(p.reach(), timeslot.EarliestToday(p.now)+timeslot.Date(p.engine.opt.Limits.MaxWindow))
}

// reaches tells how far the answers at hand reach, limit at most, and the block after them. Where only sources were
// asked that do not go by dates, they said all that they know.
func (g *collection) reaches(limit timeslot.Date) (end timeslot.Date, next timeslot.Block) {
	p := g.plan
	if len(p.blocks) == 0 || len(p.query.NPIs) == 0 && !p.query.HasLocation() {
		return limit, 0
	}
	last := p.blocks[len(p.blocks)-1]
	end = last.Last()
	for _, rd := range g.reads {
		if rd.key.Span.Days != 0 && rd.key.Block == last {
			end = min(end, p.until) // parts after the window were not asked for
		}
	}
	return min(limit, end), last + 1
}

// behind is the plan for the days from first to last, of clinicians for the blocks that hold them from next on.
func (p *plan) behind(next timeslot.Block, first, last timeslot.Date) *plan {
	later := *p
	later.from, later.until = first, last
	later.stretches, later.slots, later.directory, later.skipped, later.background, later.check = nil, nil, nil, nil, nil, nil
	if later.blocks = blocksOf(next.First(), last); len(later.blocks) > 0 {
		for _, npi := range p.query.NPIs {
			later.clinician(npi)
		}
	}
	if p.query.HasLocation() {
		later.blocks = blocksOf(first, last)
		later.area()
	}
	return &later
}

// dense reports whether areas are read in parts.
func (g *collection) dense() bool {
	inPart := func(rd *read) bool { return rd.key.Span.Days != 0 }
	return slices.ContainsFunc(g.reads, inPart) || slices.ContainsFunc(g.ahead, inPart)
}

// window is some days, both ends included.
type window struct{ first, last timeslot.Date }

// nextFrom reports whether there is a slot in some days, and puts the first into the answer.
func (e *Engine) nextFrom(ctx context.Context, g *collection, days window, a *Answer) bool {
	q := *g.plan.query
	q.StartDate = max(q.StartDate, days.first)
	q.EndDate, q.DaysOfSlots, q.Sort, q.Limit, q.Cursor = days.last, 0, timeslot.Soonest, 1, ""
	merged, _, strict := e.merge(ctx, &q, g, true)
	r := merged.Result
	a.Strict, a.Doubtful = a.Strict && strict, a.Doubtful || r.Doubtful
	a.AsOf, a.FreshUntil, a.StaleUntil = r.AsOf, r.FreshUntil, r.StaleUntil
	if len(r.Slots) == 0 {
		return false
	}
	a.NextAvailable, a.FirstStart = &r.Slots[0], r.FirstStart
	a.Providers, a.Departments = r.Providers, r.Departments
	return true
}

func hasGaps(list []*read) bool {
	return slices.ContainsFunc(list, func(rd *read) bool { return rd.gaps })
}
