package search

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// placeOfCode is where a query's postal code is, if circles may serve it: nothing else of it says where its slots are.
func (e *Engine) placeOfCode(q *timeslot.Query, now time.Time) *revealed {
	if q.Point != nil || q.PostalCode == "" || !q.OnlyLocation() {
		return nil
	}
	r := e.codes.place(q.PostalCode, now)
	if radius := float64(q.Radius); r == nil || r.err > max(smallError, radius/2) || r.reach(radius) > widestShared {
		return nil
	}
	return r
}

// areasOfCode are the areas that serve a query by postal code. Where circles may: a copy of the code's own that is still fresh,
// else circles that are at hand, else an old copy, while a circle is read in the background; else a circle that has to be waited for.
func (p *plan) areasOfCode(visitType string) []chosen {
	if p.code == nil || p.byItself[visitType] {
		return []chosen{p.ownArea(visitType)}
	}
	if own, ok := p.ownCopy(visitType, timeslot.Fresh); ok && !p.outage {
		return []chosen{own}
	}
	circles := p.circles(visitType, p.code.at, int(math.Ceil(p.code.reach(float64(p.query.Radius)))))
	if p.outage {
		return circles
	}
	if p.code.old(p.now) {
		p.check = append(p.check, p.readsOfCode(visitType)...)
	}
	if slices.ContainsFunc(circles, func(a chosen) bool { return a.waits }) {
		if own, ok := p.ownCopy(visitType, timeslot.Stale); ok {
			p.background = append(p.background, p.readsOf(visitType, circles)...)
			return []chosen{own}
		}
	}
	return circles
}

// ownCopy is an area around the code of which nothing is worse than that. It is not refreshed for this query's sake.
func (p *plan) ownCopy(visitType string, worst timeslot.Freshness) (own chosen, ok bool) {
	own, ok = p.engine.codes.holding(visitType, p.query.PostalCode, p.needed(), p.partsOf(visitType), worst, p.now)
	own.borrowed = true
	return own, ok
}

// ownArea is the area around the code that serves where circles do not.
func (p *plan) ownArea(visitType string) chosen {
	need := p.needed()
	if p.code != nil { // every clinic is listed that may be inside
		need = max(need, p.code.wide(float64(p.query.Radius)))
	}
	return p.engine.codes.choose(visitType, p.query.PostalCode, need, p.partsOf(visitType), p.now)
}

// needed is how many miles around the code a query by itself needs.
func (p *plan) needed() float64 {
	return float64(p.query.Radius) + timeslot.RoundingSlackMiles(p.engine.opt.Limits.PointPrecision)
}

func (p *plan) partsOf(visitType string) func(timeslot.Area) []stretchOfDays {
	return func(a timeslot.Area) []stretchOfDays { return p.likelyDays(visitType, a) }
}

// miles are the distances from the query's postal code that upstream has named, where circles serve it.
func (p *plan) miles() map[string]float64 {
	switch {
	case p.code == nil:
		return nil
	case p.named != nil:
		return p.named
	default:
		return p.code.miles
	}
}

// readInBackground orders what the plan wants to have at hand for the next query, and asks for an old code again. What failed a
// moment ago has to wait.
func (e *Engine) readInBackground(p *plan, call fetch.Call) {
	asks := p.background
	if len(p.check) > 0 && p.code.mayCheck(p.now) {
		asks = append(asks, p.check...)
	}
	asks = slices.DeleteFunc(slices.Clone(asks), func(a ask) bool {
		return e.outages.of(a.key, p.now) != nil || e.outages.of(anyArea(a.key), p.now) != nil
	})
	if len(asks) == 0 {
		return
	}
	e.circles.want(asks, p.now)
	list := pieces(asks)
	for _, pc := range list {
		pc.renewal = due
	}
	e.refreshDue(list, call)
}

// asCode has the query's postal code asked for by itself where circles list a clinic that may lie inside and of which nobody
// knows how far it is. Where a circle could not be read, older copies of the code's own do. Without either what circles give is
// served: such a clinic is left out, and the answer is not complete.
func (e *Engine) asCode(ctx context.Context, p *plan, list []*piece, call fetch.Call) []*piece {
	for _, visitType := range p.unclearTypes(list) {
		unclear, failed := p.unclear(list, visitType)
		own := pieces(p.readsOfCode(visitType))
		if failed == nil {
			failed = cmp.Or(e.outages.of(anyArea(unclear[0].key), p.now), e.outages.of(own[0].key, p.now))
		}
		if failed != nil {
			own = e.ownCopies(ctx, p, visitType, failed)
		} else {
			own = e.askAnew(ctx, p, own, unclear, call)
			failed = failureOf(own)
			if allUsable(own) && failed == nil && !p.code.names(unclear, own, float64(p.query.Radius)) {
				e.codes.spoil(p.query.PostalCode, p.now)
			}
		}
		list = p.replaced(list, visitType, unclear, own, failed)
	}
	return list
}

// askAnew reads the code's own areas, unless copies are at hand that are newer than the circles that want them.
func (e *Engine) askAnew(ctx context.Context, p *plan, own, unclear []*piece, call fetch.Call) []*piece {
	e.look(ctx, own)
	for _, pc := range own {
		pc.renewal = notYet
		if pc.servable() && slices.ContainsFunc(unclear, func(circle *piece) bool {
			return circle.fragment != nil && circle.fragment.FetchedAt.After(pc.fragment.FetchedAt)
		}) {
			pc.freshness = timeslot.LastHope
		}
	}
	e.fill(ctx, own, call)
	own = e.inParts(ctx, p, own, call)
	for _, pc := range own {
		if pc.err != nil {
			e.outages.note(pc.key, pc.err, e.opt.Now())
		}
	}
	return own
}

// failureOf is why the first of some reads that failed did; nil where none did.
func failureOf(list []*piece) error {
	for _, pc := range list {
		if pc.err != nil {
			return pc.err
		}
	}
	return nil
}

// insteadOfCircles puts older copies of a code's own in the place of circles that could not be read a moment ago, and of older
// ones that leave gaps.
func (e *Engine) insteadOfCircles(ctx context.Context, p *plan, list []*piece) []*piece {
	for _, visitType := range p.unclearTypes(list) {
		unclear, failed := p.unclear(list, visitType)
		if failed == nil || !slices.ContainsFunc(unclear, func(pc *piece) bool { return !pc.usable() || pc.gaps }) {
			continue
		}
		if own := e.ownCopies(ctx, p, visitType, failed); allUsable(own) {
			list = p.replaced(list, visitType, unclear, own, failed)
		}
	}
	return list
}

// ownCopies are copies of a code's own answers, served as they are because reading failed: of the smallest area of which there
// are all.
func (e *Engine) ownCopies(ctx context.Context, p *plan, visitType string, failed error) (own []*piece) {
	least := ownArea(p.query.PostalCode, p.needed())
	for _, radius := range radiusLadder {
		if area := least; radius >= int(least.Radius) {
			area.Radius = uint8(radius)
			own = pieces(p.readsOf(visitType, []chosen{{Area: area, why: whyOutage}}))
			if e.look(ctx, own); allUsable(own) {
				break
			}
		}
	}
	for _, pc := range own {
		pc.err, pc.asIs = failed, true
	}
	return own
}

// replaced has own in the place of the circles of a visit type, if all of it is there. Otherwise failed is why it is not.
func (p *plan) replaced(list []*piece, visitType string, unclear, own []*piece, failed error) []*piece {
	if !allUsable(own) {
		p.leaveOut(unclear, failed)
		return list
	}
	if p.byItself == nil {
		p.byItself = map[string]bool{}
	}
	p.byItself[visitType] = true
	return append(slices.DeleteFunc(list, func(pc *piece) bool {
		return byPoint(pc.key) && pc.key.VisitType == visitType
	}), own...)
}

// leaveOut leaves clinics out of which nobody knows how far they are.
func (p *plan) leaveOut(unclear []*piece, failed error) {
	radius := float64(p.query.Radius)
	for _, pc := range unclear {
		for _, key := range p.code.unknown(pc.departments(), radius) {
			pc.gaps, pc.err = true, cmp.Or(pc.err, failed)
			if _, ok := p.miles()[key]; ok {
				if p.named == nil {
					p.named = maps.Clone(p.code.miles)
				}
				delete(p.named, key)
			}
		}
	}
}

// unclearTypes are the visit types of circles by which the query's postal code cannot be served.
func (p *plan) unclearTypes(list []*piece) (types []string) {
	if p.code == nil {
		return nil
	}
	for _, pc := range list {
		if byPoint(pc.key) && !slices.Contains(types, pc.key.VisitType) {
			if unclear, _ := p.unclear(list, pc.key.VisitType); len(unclear) > 0 {
				types = append(types, pc.key.VisitType)
			}
		}
	}
	return types
}

// unclear are the circles of a visit type by which the query's postal code cannot be served whole, and why the first that could not be
// read anew could not.
func (p *plan) unclear(list []*piece, visitType string) (unclear []*piece, failed error) {
	for _, pc := range list {
		if !byPoint(pc.key) || pc.key.VisitType != visitType {
			continue
		}
		if failed == nil {
			failed = pc.err
		}
		if !pc.usable() || pc.gaps || len(p.code.unknown(pc.fragment.Departments, float64(p.query.Radius))) > 0 {
			unclear = append(unclear, pc)
		}
	}
	return unclear, failed
}

// readsOfCode are the reads of the query's postal code by itself.
func (p *plan) readsOfCode(visitType string) []ask {
	return p.readsOf(visitType, []chosen{p.ownArea(visitType)})
}

func allUsable(list []*piece) bool {
	return !slices.ContainsFunc(list, func(pc *piece) bool { return !pc.usable() })
}
