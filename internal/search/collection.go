package search

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// collection is everything that was gathered for one query.
type collection struct {
	plan  *plan
	reads []*read // directory and slots, once all is gathered
	ahead []*read // after the window: see lookAhead

	directory []*read // the list of departments is the last
	slots     []*read
}

// all is everything that the answer is made of.
func (g *collection) all() []*read {
	if len(g.ahead) == 0 {
		return g.reads
	}
	return slices.Concat(g.reads, g.ahead)
}

// fragments lists what can be merged.
func (g *collection) fragments() []*timeslot.Fragment {
	var list []*timeslot.Fragment
	for _, rd := range g.all() {
		if rd.usable() {
			list = append(list, rd.fragment)
		}
	}
	return list
}

func (g *collection) waited() bool {
	return slices.ContainsFunc(g.all(), func(rd *read) bool { return rd.waited })
}

// collapsed reports whether all that was waited for was fetched on behalf of others.
func (g *collection) collapsed() bool {
	return g.waited() && !slices.ContainsFunc(g.all(), func(rd *read) bool { return rd.waited && !rd.joined })
}

// reviewAt is the earliest time at which a slot fragment is due for an early refresh.
func (g *collection) reviewAt() (at time.Time) {
	for _, rd := range g.all() {
		if rd.fragment == nil || rd.key.Operation.OfDirectory() {
			continue
		}
		if due := g.plan.engine.earlyRefresh(rd.fragment); at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}

// outdated reports whether the answer holds a fragment that an event overtook: its bounds then promise too much.
func (g *collection) outdated() bool {
	return slices.ContainsFunc(g.all(), func(rd *read) bool { return rd.outdated })
}

func (g *collection) stale() bool {
	return slices.ContainsFunc(g.all(), func(rd *read) bool {
		return rd.fragment != nil && rd.freshness != timeslot.Fresh && !rd.key.Operation.OfDirectory()
	})
}
