package search

import (
	"context"
	"slices"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// placeOfCode is where a query's postal code is, if circles may serve it: nothing else of it says where its slots are.
func (e *Engine) placeOfCode(q *timeslot.Query, now time.Time) *revealed {
	if q.Point != nil || q.PostalCode == "" || !q.OnlyLocation() || q.Radius > widestShared {
		return nil
	}
	return e.codes.place(q.PostalCode, now)
}

// aroundCode is the area around the query's postal code that serves it; ok is false where circles do.
func (p *plan) aroundCode(visitType string) (own chosen, ok bool) {
	q, codes := p.query, p.engine.codes
	need := float64(q.Radius) + timeslot.RoundingSlackMiles(p.engine.opt.Limits.PointPrecision)
	days := func(a timeslot.Area) []stretchOfDays { return p.likelyDays(visitType, a) }
	if p.code != nil && !p.ownCode { // what is at hand is not read anew
		return codes.holding(visitType, q.PostalCode, need, days, timeslot.Fresh, p.now)
	}
	if p.code != nil { // every clinic is listed that may be inside
		need = max(need, p.code.wide(float64(q.Radius)))
	}
	return codes.choose(visitType, q.PostalCode, need, days, p.now), true
}

// miles are the distances from the query's postal code that upstream has named, where circles serve it.
func (p *plan) miles() map[string]float64 {
	if p.code == nil {
		return nil
	}
	return p.code.miles
}

// asCode has the query's postal code asked for by itself where circles cannot serve it: they could not be read, or list a
// clinic that may lie inside and of which nobody knows how far it is. While areas cannot be read, older copies of the code's own
// do; without them such a clinic is left out, and the answer is not complete.
func (e *Engine) asCode(ctx context.Context, p *plan, list []*piece, call fetch.Call) []*piece {
	unclear, failed := p.unclear(list)
	if len(unclear) == 0 {
		return list
	}
	own := p.ofCode()
	if served := !slices.ContainsFunc(unclear, func(pc *piece) bool { return !pc.usable() }); served && failed != nil {
		e.look(ctx, own)
		for _, pc := range own {
			pc.err = failed
		}
		if slices.ContainsFunc(own, func(pc *piece) bool { return !pc.usable() }) {
			for _, pc := range unclear {
				pc.gaps = true
			}
			return list
		}
	} else {
		e.lookup(ctx, own, call)
		e.fill(ctx, own, call)
		own = e.inParts(ctx, p, own, call)
	}
	p.ownCode = true
	return append(slices.DeleteFunc(list, func(pc *piece) bool { return byPoint(pc.key) }), own...)
}

// unclear are the circles by which the query's postal code cannot be served, and why the first that could not be read anew
// could not.
func (p *plan) unclear(list []*piece) (unclear []*piece, failed error) {
	if p.code == nil {
		return nil, nil
	}
	for _, pc := range list {
		if !byPoint(pc.key) {
			continue
		}
		if failed == nil {
			failed = pc.err
		}
		if !pc.usable() || !p.code.knows(pc.fragment.Departments, float64(p.query.Radius)) {
			unclear = append(unclear, pc)
		}
	}
	return unclear, failed
}

// ofCode are the reads of the query's postal code by itself.
func (p *plan) ofCode() []*piece {
	own := *p
	own.ownCode, own.slots, own.skipped = true, nil, nil
	own.area()
	return pieces(own.slots)
}
