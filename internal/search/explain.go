package search

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Explanation is how a query would be answered from what is known now: its plan, what of it is there, and what merging
// makes of that. It says nothing of anybody.
type Explanation struct {
	Query     string // canonical
	Fragments []ExplainedFragment
	Result    *timeslot.Result // merged, ranked, with the parts of the scores
	Reports   []timeslot.SourceReport
	Strict    bool
}

// ExplainedFragment is one upstream read of the plan.
type ExplainedFragment struct {
	Key       timeslot.FragmentKey
	Source    timeslot.Source
	Found     string // memory, redis or none
	Freshness timeslot.Freshness
	Outdated  bool // an event overtook it
	NotFound  bool // upstream does not know the thing
	FetchedAt time.Time
	Age       time.Duration
	Bounds    timeslot.Bounds
	Epoch     uint64
	Underway  bool          // being fetched by this replica
	Leased    time.Duration // some replica may fetch it for so long yet, and no other; 0: none has the lease
	Failed    string        // the kind of its last failure, when that was a moment ago
	Listed    int           // slots inside the window, before filters
	Why       string        // of an area around a point: why this one
}

// Explain plans and looks up as a search does, but fetches and refreshes nothing.
func (e *Engine) Explain(ctx context.Context, prepared Prepared) *Explanation {
	q := new(*prepared.Query)
	q.Explain = true
	x := &Explanation{Query: q.Canonical()}
	list := &piece{ask: e.departmentsAsk(), freshness: timeslot.Expired}
	found := e.peek(ctx, []*piece{list}, nil)
	p := e.plan(q, list.departments())
	directory, slots := pieces(p.directory), pieces(p.slots)
	found = e.peek(ctx, directory, found)
	found = e.peek(ctx, slots, found)
	directory = append(directory, list)
	more := pieces(p.expand(fragmentsOf(directory)))
	found = e.peek(ctx, more, found)
	for _, u := range p.unclear(slots) {
		own := pieces(p.readsOfCode(u.visitType))
		found = e.peek(ctx, own, found)
		slots = p.replaced(slots, u, own)
	}
	slots = append(slots, more...)
	named := pieces(p.namedDepartments(directory, slots))
	found = e.peek(ctx, named, found)
	g := &collection{plan: p, pieces: append(directory, append(slots, named...)...)}

	merged, _, strict := e.merge(ctx, q, g, false)
	x.Result, x.Strict, x.Reports = merged.Result, strict, g.reports(merged.PerFragment)
	listed := map[timeslot.FragmentKey]int{}
	for i, f := range g.fragments() {
		listed[f.Key] = merged.PerFragment[i]
	}
	leases := e.opt.Store.Leases(ctx, g.keys())
	for i, pc := range g.pieces {
		x.Fragments = append(x.Fragments, e.explain(pc, found[pc.key], listed[pc.key]))
		x.Fragments[i].Leased = leases[i]
	}
	return x
}

func (g *collection) keys() []timeslot.FragmentKey {
	keys := make([]timeslot.FragmentKey, len(g.pieces))
	for i, pc := range g.pieces {
		keys[i] = pc.key
	}
	return keys
}

// peek fills the pieces from the cache and orders nothing. It notes where each was found.
func (e *Engine) peek(ctx context.Context, list []*piece, found map[timeslot.FragmentKey]string) map[timeslot.FragmentKey]string {
	if found == nil {
		found = map[timeslot.FragmentKey]string{}
	}
	if len(list) == 0 {
		return found
	}
	keys := make([]timeslot.FragmentKey, len(list))
	for i, pc := range list {
		keys[i] = pc.key
	}
	now := e.opt.Now()
	for i, hit := range e.opt.Store.Lookup(ctx, keys) {
		if pc := list[i]; hit.Fragment != nil {
			pc.fragment, pc.freshness, pc.outdated = hit.Fragment, hit.Fragment.Bounds.At(now), hit.Outdated
			found[pc.key] = string(hit.Tier)
		}
		if list[i].fragment == nil {
			list[i].err = e.errBudget(list[i].key) // a search would have to wait for it
		}
	}
	return found
}

func (e *Engine) explain(pc *piece, found string, listed int) ExplainedFragment {
	now := e.opt.Now()
	x := ExplainedFragment{
		Key: pc.key, Source: e.sourceOf(pc.key), Found: found, Freshness: pc.freshness, Outdated: pc.outdated,
		Underway: e.flight.Underway(pc.key), Listed: listed, Why: pc.why,
	}
	if err := e.outages.of(pc.key, now); err != nil {
		x.Failed = string(timeslot.KindOf(err))
	}
	if f := pc.fragment; f != nil {
		x.NotFound, x.FetchedAt, x.Age, x.Bounds, x.Epoch = f.NotFound, f.FetchedAt, now.Sub(f.FetchedAt), f.Bounds, f.Epoch
	} else {
		x.Found = "none"
	}
	return x
}
