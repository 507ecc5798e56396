package search

import "timeslots/internal/timeslot"

// Circle is an area around a point that callers are served with, or that is being read for one.
type Circle struct {
	VisitType   string
	Area        timeslot.Area
	Parts       int     // reads of it that may still be served; 0: none has been answered yet
	SlotsPerDay float64 // of its latest answer, for each day that it covers; 0: not known
}

// Circles lists the circles that are in use, in no order. No more than most are remembered, over all visit types.
func (e *Engine) Circles() (list []Circle, most int) {
	now := e.opt.Now()
	e.circles.mu.Lock()
	list = make([]Circle, 0, len(e.circles.known))
	for of, r := range e.circles.known {
		if r.gone(now) {
			continue
		}
		c := Circle{VisitType: of.visitType, Area: of.area}
		for _, bounds := range r.read {
			if now.Before(bounds.Stale) {
				c.Parts++
			}
		}
		list = append(list, c)
	}
	e.circles.mu.Unlock()
	e.density.mu.Lock()
	defer e.density.mu.Unlock()
	for i, c := range list {
		if s := e.density.known[crowded{c.VisitType, c.Area}]; s != nil {
			list[i].SlotsPerDay = s.perDay
		}
	}
	return list, maxCircles
}
