package search

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// collection is everything that was gathered for one query.
type collection struct {
	plan   *plan
	pieces []*piece // directory and slots, once all is gathered
	ahead  []*piece // after the window: see lookAhead

	directory []*piece // the list of departments is the last
	slots     []*piece
}

// all is everything that the answer is made of.
func (g *collection) all() []*piece {
	if len(g.ahead) == 0 {
		return g.pieces
	}
	return slices.Concat(g.pieces, g.ahead)
}

// fragments lists what can be merged.
func (g *collection) fragments() []*timeslot.Fragment {
	var list []*timeslot.Fragment
	for _, pc := range g.all() {
		if pc.fragment != nil && pc.freshness != timeslot.Expired {
			list = append(list, pc.fragment)
		}
	}
	return list
}

func (g *collection) waited() bool {
	for _, pc := range g.all() {
		if pc.waited {
			return true
		}
	}
	return false
}

// collapsed tells whether all that was waited for was fetched on behalf of others.
func (g *collection) collapsed() bool {
	some := false
	for _, pc := range g.all() {
		if pc.waited && !pc.joined {
			return false
		}
		some = some || pc.waited
	}
	return some
}

// reviewAt is the earliest time at which a slot fragment is due for an early refresh.
func (g *collection) reviewAt() (at time.Time) {
	for _, pc := range g.all() {
		if pc.fragment == nil || pc.key.Operation.OfDirectory() {
			continue
		}
		if due := g.plan.engine.earlyRefresh(pc.fragment); at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}

// outdated tells whether the answer holds a fragment that an event overtook: its bounds then promise too much.
func (g *collection) outdated() bool {
	return slices.ContainsFunc(g.all(), func(pc *piece) bool { return pc.outdated })
}

func (g *collection) stale() bool {
	for _, pc := range g.all() {
		if pc.fragment != nil && pc.freshness != timeslot.Fresh && !pc.key.Operation.OfDirectory() {
			return true
		}
	}
	return false
}
