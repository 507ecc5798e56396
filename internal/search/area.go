package search

import (
	"context"
	"slices"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// area asks the one surface that there may be for areas, once per visit type: all visit types of a city in one answer would
// be megabytes that nobody asked for. Which circles, and in which parts, is code of its own (choose.go, density.go), which
// learns from what is read: descriptions of surfaces would not say it.
func (p *plan) area() {
	for _, f := range p.engine.opt.Surfaces.Asking(timeslot.AsksArea) {
		if !p.enabled(f, subject{f.Source, areaName}) {
			return
		}
		visitTypes := p.visitTypes
		if len(visitTypes) == 0 {
			visitTypes = []visitName{{}}
		}
		for _, visitType := range visitTypes {
			p.slots = append(p.slots, p.areaOf(visitType.asked)...)
		}
	}
}

// ofArea reports whether a read is of an area: then its key has one.
func ofArea(k timeslot.FragmentKey) bool { return k.Area.Radius != 0 }

// areaOf are the reads of the circle for a visit type.
func (p *plan) areaOf(visitType string) []ask {
	if p.query.Point == nil {
		return p.readsOf(visitType, p.areasOfCode(visitType))
	}
	return p.readsOf(visitType, p.circles(visitType, *p.query.Point, p.query.Radius))
}

// readsOf are the reads of areas.
func (p *plan) readsOf(visitType string, areas []chosen) (asks []ask) {
	for _, area := range areas {
		for _, key := range p.areaParts(visitType, area.Area) {
			asks = append(asks, ask{
				subject: subject{p.engine.sourceOf(key), areaName}, counts: true, key: key, why: area.why, borrowed: area.borrowed, gaps: area.gaps,
			})
		}
	}
	return asks
}

// areaParts are the reads of an area for the plan's days, the soonest first.
func (p *plan) areaParts(visitType string, area timeslot.Area) (parts []timeslot.FragmentKey) {
	l := p.engine.areas
	for _, d := range p.daysOf(visitType, area, p.engine.density.days) {
		parts = append(parts, timeslot.FragmentKey{
			Operation: l.Operation, Version: l.version, VisitType: visitType, Block: d.block, Span: d.span, Area: area,
		})
	}
	return parts
}

// daysOf are the parts in which an area is read for the plan's days, the soonest first, as [density.days] has it, or, for an
// area that may never be read, [density.likely].
func (p *plan) daysOf(visitType string, area timeslot.Area, lengthOf func(crowded, time.Time, func() int) uint8) []stretchOfDays {
	days := lengthOf(crowded{visitType, area}, p.now, func() int { return p.clinicsIn(area) })
	if known, ok := p.stretches[days]; ok {
		return known
	}
	var parts []stretchOfDays
	for _, block := range p.blocks {
		for _, key := range partsOf(timeslot.FragmentKey{Block: block}, days, p.from, p.until) {
			parts = append(parts, stretchOfDays{block, key.Span})
		}
	}
	if p.stretches == nil {
		p.stretches = map[uint8][]stretchOfDays{}
	}
	p.stretches[days] = parts
	return parts
}

// clinicsIn counts the departments inside an area, as far as the directory is at hand; 0 where nobody can tell.
func (p *plan) clinicsIn(area timeslot.Area) (n int) {
	if area.PostalCode != "" {
		return 0
	}
	return len(clinicsAround(p.listed, area.Point(), float64(area.Radius)))
}

// circles are the areas that upstream is asked for around a place: what was read lately and holds the caller's own circle, else
// a new one.
func (p *plan) circles(visitType string, at timeslot.Point, radius int) []chosen {
	limits := &p.engine.opt.Limits
	share := func(at timeslot.Point) timeslot.Area {
		return shared(at, radius, limits.PointPrecision, limits.AreaSlack)
	}
	w := wish{
		visitType: visitType, at: at, radius: radius, own: share(at), share: share, outage: p.outage,
		days: func(a timeslot.Area) []stretchOfDays { return p.daysOf(visitType, a, p.engine.density.days) },
	}
	w.calls = sync.OnceValue(func() int { return len(p.daysOf(visitType, w.own, p.engine.density.likely)) })
	if w.widest() || w.outage {
		w.clinics = clinicsAround(p.listed, at, float64(radius))
	}
	list := p.engine.circles.choose(&w, p.now)
	if w.outage {
		return list
	}
	for _, clinic := range w.clinics { // the largest circle that there is leaves out a thin ring
		if !slices.ContainsFunc(list, func(a chosen) bool { return holds(a.Area, clinic) }) {
			list = append(list, chosen{Area: shared(clinic, sliver, limits.PointPrecision, limits.AreaSlack), why: whyRing, waits: true})
		}
	}
	return list
}

// holds reports whether a place lies inside the area, whatever Earth upstream measures on.
func holds(a timeslot.Area, p timeslot.Point) bool {
	return a.Point().MilesTo(p) <= a.SureMiles()
}

// sliver is the radius in miles in which a clinic is asked for that the largest circle may leave out. What that leaves out
// is a thin ring, so that such circles are two dozen at most.
const sliver = 25

// clinicsAround are the places of departments within so many miles.
func clinicsAround(listed []timeslot.Department, at timeslot.Point, miles float64) (inside []timeslot.Point) {
	for i := range listed {
		if point := listed[i].Point; point != nil && within(at, *point, miles) {
			inside = append(inside, *point)
		}
	}
	return inside
}

// directorySoon is how long a question about an area waits for the directory before it is planned: it tells how dense the
// area is.
const directorySoon = 200 * time.Millisecond

func (e *Engine) fillSoon(ctx context.Context, list *read, call fetch.Call) {
	soon, cancel := context.WithTimeout(ctx, directorySoon)
	defer cancel()
	e.fill(soon, []*read{list}, call)
	list.err, list.waited = nil, list.fragment != nil // what is missing is asked for once more
}
