package search

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// fanWidth bounds the goroutines of one request. The calls themselves are bounded by each source's guard.
const fanWidth = 128

// read is one ask and what came of it.
type read struct {
	ask
	fragment  *timeslot.Fragment // nil: nothing servable
	freshness timeslot.Freshness
	err       error // why a needed fetch failed; the fragment may still be an old copy
	outdated  bool  // marked stale since it was fetched
	asIs      bool  // the copy is served as it is: reading it failed
	waited    bool
	joined    bool
	renewal   renewal
	ahead     time.Duration // a copy that stays fresh for so long needs no refresh
	since     time.Time     // only a copy that was fetched no earlier does; zero: bounds decide
}

// gather reads what the query needs, until ctx ends: the directory's list of departments first, which is nearly always in
// memory, then everything that can be planned, side by side, and last what only an area's answers name.
func (e *Engine) gather(ctx context.Context, q Prepared, call fetch.Call) (*collection, error) {
	g, err := e.planned(ctx, q, call)
	if err != nil {
		return nil, err
	}
	e.lookup(ctx, slices.Concat(g.directory[:len(g.directory)-1], g.slots), call)
	named := e.fillDirectory(ctx, g, call)
	g.slots = e.spareFailing(ctx, g.plan, g.slots)
	e.fill(ctx, g.slots, call)
	g.slots = e.inParts(ctx, g.plan, g.slots, call)
	more := named()
	g.slots = e.insteadOfFailed(ctx, g.plan, g.slots)
	g.slots = append(e.asCode(ctx, g.plan, g.slots, call), more...)
	g.slots = append(g.slots, e.readAll(ctx, g.plan.namedDepartments(g.directory, g.slots), call)...)
	g.reads = append(g.directory, g.slots...)
	return g, nil
}

// planned reads the list of departments and plans the rest by it.
func (e *Engine) planned(ctx context.Context, q Prepared, call fetch.Call) (*collection, error) {
	list := &read{ask: e.departmentsAsk(), freshness: timeslot.Expired}
	e.lookup(ctx, []*read{list}, call)
	if q.HasLocation() && !list.servable() {
		e.fillSoon(ctx, list, call)
	}
	e.watchLookahead(list.fragment, call)
	_, span := trace.Start(ctx, trace.Plan)
	p := e.plan(q.Query, list.departments())
	span.Count(trace.Reads, len(p.directory)+len(p.slots))
	span.End()
	if len(p.slots) > maxAsks {
		return nil, tooWide(len(p.slots))
	}
	e.circles.want(p.slots, p.now)
	e.readInBackground(p, call)
	return &collection{plan: p, directory: append(readsOf(p.directory), list), slots: readsOf(p.slots)}, nil
}

// fillDirectory plans what the directory's answers name. Where they are in memory, as usual, that is part of the slots at
// once, and named gives nothing more. Else directory and slots are fetched side by side: named waits for the directory, and
// gives what it named and what came of it.
func (e *Engine) fillDirectory(ctx context.Context, g *collection, call fetch.Call) (named func() []*read) {
	if !slices.ContainsFunc(g.directory, func(rd *read) bool { return !rd.servable() }) {
		more := readsOf(g.plan.expand(fragmentsOf(g.directory)))
		e.lookup(ctx, more, call)
		g.slots = append(g.slots, more...)
		return func() []*read { return nil }
	}
	var more []*read
	var lane sync.WaitGroup
	lane.Go(func() {
		e.fill(ctx, g.directory, call)
		more = e.readAll(ctx, g.plan.expand(fragmentsOf(g.directory)), call)
	})
	return func() []*read { lane.Wait(); return more }
}

// readAll looks asks up and fetches what is missing.
func (e *Engine) readAll(ctx context.Context, asks []ask, call fetch.Call) []*read {
	list := readsOf(asks)
	e.lookup(ctx, list, call)
	e.fill(ctx, list, call)
	return list
}

// maxAsks bounds the reads of one query: a hundred clinicians over ninety days in both versions, with room to spare.
const maxAsks = 3000

func tooWide(reads int) error {
	return &timeslot.InvalidQueryError{Violations: []timeslot.Violation{{
		Parameter: "visitTypeName", Detail: "together with the other parameters it means " + plural(reads, "read"),
		Fix: "ask for fewer visit types, clinicians or departments at a time, or for a shorter window",
	}}}
}

func (rd *read) departments() []timeslot.Department {
	if rd.fragment == nil {
		return nil
	}
	return rd.fragment.Departments
}

func readsOf(asks []ask) []*read {
	list, all := make([]*read, len(asks)), make([]read, len(asks))
	for i, a := range asks {
		all[i] = read{ask: a, freshness: timeslot.Expired}
		list[i] = &all[i]
	}
	return list
}

func keysOf(list []*read) []timeslot.FragmentKey {
	keys := make([]timeslot.FragmentKey, len(list))
	for i, rd := range list {
		keys[i] = rd.key
	}
	return keys
}

func fragmentsOf(list []*read) []*timeslot.Fragment {
	fragments := make([]*timeslot.Fragment, len(list))
	for i, rd := range list {
		fragments[i] = rd.fragment
	}
	return fragments
}

// servable reports whether the read can be used without asking upstream first.
func (rd *read) servable() bool {
	return rd.fragment != nil && (rd.freshness == timeslot.Fresh || rd.freshness == timeslot.Stale)
}

// lookup fills the reads from the cache, and orders a refresh for each stale one.
func (e *Engine) lookup(ctx context.Context, list []*read, call fetch.Call) {
	e.look(ctx, list)
	e.refreshDue(list, call)
}

// look fills the reads from the cache.
func (e *Engine) look(ctx context.Context, list []*read) {
	if len(list) == 0 {
		return
	}
	now := e.opt.Now()
	for i, hit := range e.find(ctx, keysOf(list)) {
		if hit.Fragment == nil {
			continue
		}
		rd := list[i]
		rd.fragment, rd.freshness = hit.Fragment, hit.Fragment.Bounds.At(now)
		e.circles.note(hit.Fragment, now)
		e.codes.note(hit.Fragment, now)
		e.circles.use(hit.Fragment.Key, now)
		if rd.outdated = hit.Outdated; rd.outdated {
			rd.freshness = max(rd.freshness, timeslot.Stale)
		}
		e.consider(rd, now)
	}
}

// find asks the store.
func (e *Engine) find(ctx context.Context, keys []timeslot.FragmentKey) []cache.Hit {
	ctx, span := trace.Start(ctx, trace.LookUp)
	defer span.End()
	hits := e.opt.Store.Lookup(ctx, keys)
	found := 0
	for _, h := range hits {
		if h.Fragment != nil {
			found++
		}
	}
	span.Count(trace.Reads, len(keys))
	span.Count(trace.Found, found)
	return hits
}

// fill fetches what is missing, side by side, until ctx ends.
func (e *Engine) fill(ctx context.Context, list []*read, call fetch.Call) {
	var missing []*read
	for _, rd := range list {
		if !rd.servable() && !(rd.asIs && rd.usable()) && !e.useStaleOnError(rd, call) {
			missing = append(missing, rd)
		}
	}
	if len(missing) == 0 {
		return
	}
	ctx, span := trace.Start(ctx, trace.Fetch)
	defer span.End()
	span.Count(trace.Reads, len(missing))
	stretches := e.stretchesOf(missing)
	slices.SortStableFunc(stretches, longestFirst)
	started := fetch.FanOut(ctx, len(stretches), fanWidth, func(ctx context.Context, i int) {
		e.fetchStretch(ctx, stretches[i], call)
	})
	for _, rd := range slices.Concat(stretches[started:]...) {
		rd.err = e.errBudget(rd.key)
	}
}

// longestFirst puts what takes longest to read first: the answer for an area is many times as long as others.
func longestFirst(a, b []*read) int {
	area := func(list []*read) int {
		if ofArea(list[0].key) {
			return 0
		}
		return 1
	}
	return area(a) - area(b)
}

func (e *Engine) errBudget(key timeslot.FragmentKey) error {
	return &timeslot.Error{Kind: timeslot.KindBudget, Source: e.sourceOf(key), Operation: key.Operation}
}

// land puts what a flight brought into the read. When that is an error, an older copy that may be served on error
// stays.
func (e *Engine) land(rd *read, r result) {
	rd.waited, rd.joined = true, r.joined
	if r.joined {
		e.opt.Recorder.Coalesced("process")
	}
	if rd.err = r.err; r.err == nil {
		rd.fragment, rd.freshness, rd.outdated = r.fragment, timeslot.Fresh, false
	} else if rd.freshness == timeslot.StaleOnError {
		e.outages.note(rd.key, r.err, e.opt.Now())
	}
}

// explainEnd tells a flight that ended badly from a caller whose time was up.
func (e *Engine) explainEnd(ctx context.Context, key timeslot.FragmentKey, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return e.errBudget(key)
	}
	return err
}
