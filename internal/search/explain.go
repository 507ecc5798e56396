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
	list := &read{ask: e.departmentsAsk(), freshness: timeslot.Expired}
	found := e.peek(ctx, []*read{list}, nil)
	p := e.plan(q, list.departments())
	directory, slots := readsOf(p.directory), readsOf(p.slots)
	found = e.peek(ctx, directory, found)
	found = e.peek(ctx, slots, found)
	directory = append(directory, list)
	more := readsOf(p.expand(fragmentsOf(directory)))
	found = e.peek(ctx, more, found)
	for _, u := range p.unclear(slots) {
		own := readsOf(p.readsOfCode(u.visitType))
		found = e.peek(ctx, own, found)
		slots = p.replaced(slots, u, own)
	}
	slots = append(slots, more...)
	named := readsOf(p.namedDepartments(directory, slots))
	found = e.peek(ctx, named, found)
	g := &collection{plan: p, reads: append(directory, append(slots, named...)...)}

	merged, _, strict := e.merge(ctx, q, g, false)
	x.Result, x.Strict, x.Reports = merged.Result, strict, g.reports(merged.PerFragment)
	listed := map[timeslot.FragmentKey]int{}
	for i, f := range g.fragments() {
		listed[f.Key] = merged.PerFragment[i]
	}
	leases := e.opt.Store.Leases(ctx, keysOf(g.reads))
	for i, rd := range g.reads {
		x.Fragments = append(x.Fragments, e.explain(rd, found[rd.key], listed[rd.key]))
		x.Fragments[i].Leased = leases[i]
	}
	return x
}

// peek fills the reads from the cache and orders nothing. It notes where each was found.
func (e *Engine) peek(ctx context.Context, list []*read, found map[timeslot.FragmentKey]string) map[timeslot.FragmentKey]string {
	if found == nil {
		found = map[timeslot.FragmentKey]string{}
	}
	if len(list) == 0 {
		return found
	}
	now := e.opt.Now()
	for i, hit := range e.opt.Store.Lookup(ctx, keysOf(list)) {
		if rd := list[i]; hit.Fragment != nil {
			rd.fragment, rd.freshness, rd.outdated = hit.Fragment, hit.Fragment.Bounds.At(now), hit.Outdated
			found[rd.key] = string(hit.Tier)
		}
		if list[i].fragment == nil {
			list[i].err = e.errBudget(list[i].key) // a search would have to wait for it
		}
	}
	return found
}

func (e *Engine) explain(rd *read, found string, listed int) ExplainedFragment {
	now := e.opt.Now()
	x := ExplainedFragment{
		Key: rd.key, Source: e.sourceOf(rd.key), Found: found, Freshness: rd.freshness, Outdated: rd.outdated,
		Underway: e.flight.Underway(rd.key), Listed: listed, Why: rd.why,
	}
	if err := e.outages.failure(rd.key, now); err != nil {
		x.Failed = string(timeslot.KindOf(err))
	}
	if f := rd.fragment; f != nil {
		x.NotFound, x.FetchedAt, x.Age, x.Bounds, x.Epoch = f.NotFound, f.FetchedAt, now.Sub(f.FetchedAt), f.Bounds, f.Epoch
	} else {
		x.Found = "none"
	}
	return x
}
