package search

import (
	"cmp"
	"context"
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
// else circles that are at hand, else an old copy, while a circle is read in the background; else a circle that has to be
// waited for.
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
	own, ok = p.engine.codes.holding(p.codeWish(visitType), worst)
	own.borrowed = true
	return own, ok
}

// ownArea is the area around the code that serves where circles do not.
func (p *plan) ownArea(visitType string) chosen {
	w := p.codeWish(visitType)
	if p.code != nil { // every clinic is listed that may be inside
		w.need = max(w.need, p.code.wide(float64(p.query.Radius)))
	}
	return p.engine.codes.choose(w)
}

func (p *plan) codeWish(visitType string) *codeWish {
	return &codeWish{
		visitType: visitType, code: p.query.PostalCode, now: p.now,
		need: float64(p.query.Radius) + timeslot.RoundingSlackMiles(p.engine.opt.Limits.PointPrecision),
		days: func(a timeslot.Area) []stretchOfDays { return p.daysOf(visitType, a, p.engine.density.likely) },
	}
}

// milesFromCode is how far clinics are from the query's postal code, where circles serve it; nil where they do not.
func (p *plan) milesFromCode() func(ehr, id string) (miles float64, ok bool) {
	if p.code == nil {
		return nil
	}
	return func(ehr, id string) (miles float64, ok bool) {
		key := clinicKey{ehr, id}
		if p.leftOut[key] {
			return 0, false
		}
		return p.code.milesTo(key)
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
		return e.outages.failure(a.key, p.now) != nil || e.outages.failure(anyArea(a.key), p.now) != nil
	})
	if len(asks) == 0 {
		return
	}
	e.circles.want(asks, p.now)
	list := readsOf(asks)
	for _, rd := range list {
		rd.renewal = due
	}
	e.refreshDue(list, call)
}

// unclear are the circles of a visit type by which a postal code cannot be served whole: they could not be read, leave gaps, or
// list a clinic of which nobody knows how far it is.
type unclear struct {
	visitType string
	circles   []*read
	failed    error // why the first circle that could not be read anew could not
}

// unclear are those of a query, by visit type.
func (p *plan) unclear(list []*read) (all []unclear) {
	if p.code == nil {
		return nil
	}
	for _, rd := range list {
		if !byPoint(rd.key) {
			continue
		}
		i := slices.IndexFunc(all, func(u unclear) bool { return u.visitType == rd.key.VisitType })
		if i < 0 {
			i, all = len(all), append(all, unclear{visitType: rd.key.VisitType})
		}
		u := &all[i]
		u.failed = cmp.Or(u.failed, rd.err)
		if !rd.usable() || rd.gaps || len(p.unknown(rd)) > 0 {
			u.circles = append(u.circles, rd)
		}
	}
	return slices.DeleteFunc(all, func(u unclear) bool { return len(u.circles) == 0 })
}

// unknown are the clinics of a circle that may lie inside and of which nobody knows how far they are.
func (p *plan) unknown(circle *read) []*timeslot.Department {
	return p.code.unknown(circle.departments(), float64(p.query.Radius))
}

// asCode has the query's postal code asked for by itself where circles list a clinic that may lie inside and of which nobody
// knows how far it is. Where a circle could not be read, older copies of the code's own do. Without either what circles give is
// served: such a clinic is left out, and the answer is not complete.
func (e *Engine) asCode(ctx context.Context, p *plan, list []*read, call fetch.Call) []*read {
	for _, u := range p.unclear(list) {
		var own []*read
		if u.failed = cmp.Or(u.failed, e.failedLately(p, u)); u.failed != nil {
			own = e.ownCopies(ctx, p, u)
		} else {
			own = e.askAnew(ctx, p, u, call)
			if i := slices.IndexFunc(own, func(rd *read) bool { return rd.err != nil }); i >= 0 {
				u.failed = own[i].err
			} else if !p.nowKnown(u, own) {
				e.codes.spoil(p.query.PostalCode, p.now)
			}
		}
		list = p.replaced(list, u, own)
	}
	return list
}

// failedLately is why areas, or the code's own, could not be read a moment ago; nil where none failed.
func (e *Engine) failedLately(p *plan, u unclear) error {
	return cmp.Or(e.outages.failure(anyArea(u.circles[0].key), p.now), e.outages.failure(p.readsOfCode(u.visitType)[0].key, p.now))
}

// askAnew reads the code's own areas, unless copies are at hand that are newer than the circles that want them.
func (e *Engine) askAnew(ctx context.Context, p *plan, u unclear, call fetch.Call) []*read {
	own := readsOf(p.readsOfCode(u.visitType))
	e.look(ctx, own)
	for _, rd := range own {
		rd.renewal = notYet
		if rd.servable() && slices.ContainsFunc(u.circles, func(circle *read) bool {
			return circle.fragment != nil && circle.fragment.FetchedAt.After(rd.fragment.FetchedAt)
		}) {
			rd.freshness = timeslot.StaleOnError
		}
	}
	e.fill(ctx, own, call)
	own = e.inParts(ctx, p, own, call)
	for _, rd := range own {
		if rd.err != nil {
			e.outages.note(rd.key, rd.err, e.opt.Now())
		}
	}
	return own
}

// nowKnown reports whether the code's own answers name all clinics of circles of which no distance was known.
func (p *plan) nowKnown(u unclear, own []*read) bool {
	for _, circle := range u.circles {
		for _, d := range p.unknown(circle) {
			if !slices.ContainsFunc(own, func(rd *read) bool { _, ok := rd.fragment.Distances[d.Key()]; return ok }) {
				return false
			}
		}
	}
	return true
}

// insteadOfCircles puts older copies of a code's own in the place of circles that could not be read a moment ago, and of older
// ones that leave gaps.
func (e *Engine) insteadOfCircles(ctx context.Context, p *plan, list []*read) []*read {
	if !slices.ContainsFunc(list, func(rd *read) bool { return byPoint(rd.key) && rd.err != nil }) {
		return list
	}
	for _, u := range p.unclear(list) {
		if u.failed == nil || !slices.ContainsFunc(u.circles, func(rd *read) bool { return !rd.usable() || rd.gaps }) {
			continue
		}
		if own := e.ownCopies(ctx, p, u); allUsable(own) {
			list = p.replaced(list, u, own)
		}
	}
	return list
}

// ownCopies are copies of a code's own answers, served as they are because reading failed: of the smallest area of which there
// are all.
func (e *Engine) ownCopies(ctx context.Context, p *plan, u unclear) (own []*read) {
	for _, area := range p.codeWish(u.visitType).areas() {
		own = readsOf(p.readsOf(u.visitType, []chosen{{Area: area, why: whyOutage}}))
		if e.look(ctx, own); allUsable(own) {
			break
		}
	}
	for _, rd := range own {
		rd.err, rd.asIs = u.failed, true
	}
	return own
}

// replaced has own in the place of the circles of a visit type, if all of it is there; else what nobody knows is left out.
func (p *plan) replaced(list []*read, u unclear, own []*read) []*read {
	if !allUsable(own) {
		p.leaveOut(u)
		return list
	}
	if p.byItself == nil {
		p.byItself = map[string]bool{}
	}
	p.byItself[u.visitType] = true
	return append(slices.DeleteFunc(list, func(rd *read) bool {
		return byPoint(rd.key) && rd.key.VisitType == u.visitType
	}), own...)
}

// leaveOut leaves clinics out of which nobody knows how far they are.
func (p *plan) leaveOut(u unclear) {
	for _, rd := range u.circles {
		for _, d := range p.unknown(rd) {
			rd.gaps, rd.err = true, cmp.Or(rd.err, u.failed)
			if p.leftOut == nil {
				p.leftOut = map[clinicKey]bool{}
			}
			p.leftOut[clinicOf(d)] = true
		}
	}
}

// readsOfCode are the reads of the query's postal code by itself.
func (p *plan) readsOfCode(visitType string) []ask {
	return p.readsOf(visitType, []chosen{p.ownArea(visitType)})
}

func allUsable(list []*read) bool {
	return !slices.ContainsFunc(list, func(rd *read) bool { return !rd.usable() })
}
