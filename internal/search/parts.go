package search

import (
	"context"
	"errors"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// partsOf are the parts of a block that hold a day from first to last, the soonest first.
func partsOf(key timeslot.FragmentKey, days uint8, first, last timeslot.Date) (keys []timeslot.FragmentKey) {
	first, last = max(first, key.Block.First()), min(last, key.Block.Last())
	for day := first; day <= last; day = key.LastDay() + 1 {
		key.Span = timeslot.SpanOf(day, days)
		keys = append(keys, key)
	}
	return keys
}

// inParts asks anew, in smaller parts, for areas whose answers were too large, until they fit or a day does not. A part may
// belong to two that were too large: four days are none of seven.
func (e *Engine) inParts(ctx context.Context, p *plan, list []*read, call fetch.Call) []*read {
	asked := map[timeslot.FragmentKey]bool{}
	for {
		var kept, more []*read
		for _, rd := range list {
			asks := e.smaller(p, rd)
			if len(asks) == 0 {
				kept = append(kept, rd)
			}
			for _, a := range asks {
				if !asked[a.key] {
					asked[a.key] = true
					more = append(more, readsOf([]ask{a})...)
				}
			}
		}
		if len(more) == 0 {
			return list
		}
		e.lookup(ctx, more, call)
		e.fill(ctx, more, call)
		list = append(kept, more...)
	}
}

// smaller is what is asked for in place of a read whose answer was too large; nil where that is not so, or no part would be
// smaller.
func (e *Engine) smaller(p *plan, rd *read) (asks []ask) {
	if !ofArea(rd.key) || !errors.Is(rd.err, fetch.ErrTooLarge) {
		return nil
	}
	days, ok := e.density.tooLarge(rd.key, e.opt.Now())
	if !ok {
		e.opt.Logger.Warn("an area's answer for a single day is too large: raise sources.careOptions.maxBody",
			"visitType", rd.key.VisitType, "radius", rd.key.Area.Radius, "day", rd.key.FirstDay().String())
		return nil
	}
	e.opt.Logger.Info("an area's answer is too large: it is read in parts", "visitType", rd.key.VisitType,
		"radius", rd.key.Area.Radius, "days", days)
	for _, key := range partsOf(rd.key, days, max(rd.key.FirstDay(), p.from), min(rd.key.LastDay(), p.until)) {
		a := rd.ask
		a.key = key
		asks = append(asks, a)
	}
	return asks
}
