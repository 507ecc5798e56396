package search

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/merge"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// Store keeps fragments. The real one is cache.Tiered.
type Store interface {
	// Lookup gives one hit per key, in order; a zero hit is a miss. It never fails and never waits longer than the
	// cache's own timeout.
	Lookup(ctx context.Context, keys []timeslot.FragmentKey) []cache.Hit
	// Fill gives a fresh copy: one that somebody stored meanwhile, or what work brings, which then is stored. At most
	// one work for a key is under way in the fleet; shared tells that it was another replica's.
	Fill(ctx context.Context, key timeslot.FragmentKey, work cache.Work) (f *timeslot.Fragment, shared bool, err error)
	// Leases tells how long each key's lease in the fleet still lasts; 0: none.
	Leases(ctx context.Context, keys []timeslot.FragmentKey) []time.Duration
	// Renew is Fill where only a copy that stays fresh for ahead spares the work.
	Renew(ctx context.Context, key timeslot.FragmentKey, ahead time.Duration, work cache.Work) (f *timeslot.Fragment, shared bool, err error)
	// Drop lets go of copies in this process's memory that serve nobody any more, and gives their keys.
	Drop(keys []timeslot.FragmentKey, needless func(*timeslot.Fragment) bool) (dropped []timeslot.FragmentKey)
}

// Fetcher reads from upstream; every error is a [timeslot.Error]. The real one is fetch.Fetcher.
type Fetcher interface {
	// FetchBlocks reads the blocks from key's own to through in one call, and gives a fragment for each, in order. For
	// what does not go by blocks, through is the key's own, and there is one.
	FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error)
}

// Taken gives a view of taken slots that is valid now. Strict means that it has every booking that was answered
// anywhere before now (docs/architecture.md §6). It waits only when the replica's view has lapsed, and then no longer than a
// round trip to Redis may take. The real one is taken.Ledger.
type Taken interface {
	Current(ctx context.Context) (view *taken.View, strict bool)
}

// Recorder counts what the path does. The real one is metrics.Metrics.
type Recorder interface {
	Coalesced(scope string)                         // "process": a caller joined another's flight; "fleet": another replica fetched
	Refresh(source timeslot.Source, outcome string) // a background refresh ended: ok, error, dropped

	FragmentFresh(source timeslot.Source, fresh time.Duration) // a copy was given a fresh time
}

// Options configure an Engine. Store, Fetcher and Taken are needed.
type Options struct {
	Store   Store
	Fetcher Fetcher
	Taken   Taken

	Surfaces *timeslot.Surfaces                // nil: DexCare's
	Sources  map[timeslot.Source]SourceOptions // which surfaces are asked, in which version, and how long answers live
	Limits   Limits

	Profiles []merge.Profile // orders that queries may ask for; nil: those of [merge.Profiles]

	Meter Meter // compares copies with those that take their places; nil: nobody does

	Offered func(*timeslot.Fragment) // told what was read of an answer that passed through; nil: nobody

	FlightLimit time.Duration // the longest a shared call may take; 0: 10 s
	UnionBytes  int           // that may be taken by what questions have in common, see [merge.Unions]; 0: 64 MiB

	Recorder Recorder         // nil: silent
	Logger   *slog.Logger     // nil: discards
	Now      func() time.Time // nil: time.Now
}

// SourceOptions say how one source takes part.
type SourceOptions struct {
	Enabled bool
	Version string // "v2", "v5", "both", … (docs/interface.md §2)
	Policy  timeslot.Policy
}

// Engine answers queries. It is safe for concurrent use; Close stops its background work.
type Engine struct {
	opt     Options
	flight  *fetch.Flight
	refresh *refresher
	leads   leads
	zones   merge.Zones
	unions  merge.Unions

	wanted map[timeslot.Source][]wantedListing
	areas  wantedListing // of the surface that is asked for areas

	lookahead *lookahead
	reaches   *reaches
	density   *density
	circles   *circles
	codes     *codes
	outages   *outages
}

// New checks opt and starts the refresh pool.
func New(opt Options) (*Engine, error) {
	if opt.Store == nil || opt.Fetcher == nil || opt.Taken == nil {
		return nil, errors.New("search: Store, Fetcher and Taken are needed")
	}
	if opt.Limits.Window <= 0 || opt.Limits.MaxWindow < opt.Limits.Window {
		return nil, errors.New("search: Limits.Window must be at least one day and at most Limits.MaxWindow")
	}
	if len(opt.Surfaces.Asking(timeslot.AsksArea)) > 1 {
		return nil, errors.New("search: one surface at most can be asked for areas")
	}
	opt.Limits.Lookahead = cmp.Or(opt.Limits.Lookahead, opt.Limits.MaxWindow)
	opt.FlightLimit = cmp.Or(opt.FlightLimit, 10*time.Second)
	if opt.Recorder == nil {
		opt.Recorder = silent{}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	e := &Engine{
		opt: opt, unions: merge.Unions{MaxBytes: opt.UnionBytes}, flight: fetch.NewFlight(opt.FlightLimit),
		lookahead: newLookahead(opt.Limits.Lookahead), reaches: newReaches(), density: newDensity(), circles: newCircles(),
		codes: newCodes(), outages: newOutages(), leads: newLeads(opt.Surfaces),
	}
	e.flight.Surfaces, e.wanted = opt.Surfaces, wantedListings(&e.opt)
	for _, f := range opt.Surfaces.Asking(timeslot.AsksArea) {
		e.areas = e.wanted[f.Source][0]
	}
	e.refresh = newRefresher(refreshWorkers, e.refreshOne)
	return e, nil
}

// Close stops the refresh pool and waits for the calls under way, which end by their own limits.
func (e *Engine) Close() {
	e.refresh.close()
	e.flight.Wait()
}

// Caller is on whose behalf a search is made.
type Caller struct {
	Product       string // as it goes upstream; empty: none
	CorrelationID string
	Budget        time.Duration // for the whole search; 0: none beyond ctx
	Brackets      []string      // lists of an exact read that it spells "name[]"
}

func (c Caller) call() fetch.Call {
	return fetch.Call{Product: c.Product, CorrelationID: c.CorrelationID, Brackets: c.Brackets}
}

// Answer is a merged result and how it came about.
type Answer struct {
	*timeslot.Result
	TakenVersion uint64 // of the view of taken slots that filtered it; see [Engine.Taken]
	Strict       bool   // that view has every booking that was answered before, and says which slots they took
	Waited       bool   // an upstream call was waited for
	Collapsed    bool   // every call waited for was another caller's
	Stale        bool   // a stale fragment was used

	Shown timeslot.Shown // the copies that list its first offers

	// Settled says that every source answered, so that asking again brings nothing else: an answer that is not complete for
	// what could not be read is as good the next time.
	Settled bool

	// ReviewAt is when a fragment is due for an early refresh: from then on a request should come here again, so that
	// the refresh is ordered before anything is stale. Zero when no slot fragment was used.
	ReviewAt time.Time
	MergedAt time.Time
}

// View is what is known of taken slots at one moment. The real one is taken.View.
type View interface {
	// Version changes whenever the view does.
	Version() uint64
	// Touches reports whether an answer that was merged under another version, and speaks of the clinicians, may be another
	// now: because a slot was taken or came back, or a fragment was overtaken.
	Touches(since uint64, clinicians timeslot.Clinicians) bool
}

// Taken gives the view of taken slots that is valid now, and whether it has every booking that was answered before.
func (e *Engine) Taken(ctx context.Context) (view View, strict bool) { return e.opt.Taken.Current(ctx) }

// sourceOf is the source that a key is read from.
func (e *Engine) sourceOf(key timeslot.FragmentKey) timeslot.Source {
	return e.opt.Surfaces.SourceOf(key.Operation)
}

// mergeReserve is the part of a budget that is kept for merging and encoding.
func mergeReserve(budget time.Duration) time.Duration { return min(budget/10, 25*time.Millisecond) }

// Prepared is a query in its canonical form that asks for no more than it may. [Engine.Prepare] makes it; it is read only.
type Prepared struct{ *timeslot.Query }

// Prepare brings a validated, normalised query into its canonical form, as far as that takes more than the query itself: where
// its postal code is, and which day it is, so that a query of yesterday is prepared anew. It tells what is too much of it; then
// there is nothing prepared. A query whose parameters could not all be read is looked at without its cursor.
func (e *Engine) Prepare(q *timeslot.Query, whole bool) (Prepared, []timeslot.Violation) {
	now := e.opt.Now()
	q.Locate(e.opt.Limits.PostalCodes)
	q.ForgetPast(now)
	bad := e.opt.Limits.check(q, now)
	if whole {
		_, err := merge.ParseCursor(q.Cursor, q, e.opt.Profiles)
		if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
			bad = append(bad, invalid.Violations...)
		}
	}
	if len(bad) > 0 || !whole {
		return Prepared{}, bad
	}
	return Prepared{q}, nil
}

// Search answers a query. Errors are [timeslot.InvalidQueryError] when it means too many reads, [FailedError] when nothing
// servable is left, [UnknownError] when all it names is unknown to upstream, and [context.Canceled] when ctx was.
func (e *Engine) Search(ctx context.Context, q Prepared, caller Caller) (*Answer, error) {
	if caller.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, caller.Budget-mergeReserve(caller.Budget))
		defer cancel()
	}
	_, before := e.opt.Taken.Current(ctx) // what is looked up under a lapsed view may be void by now
	gathered, err := e.gather(ctx, q, caller.call())
	if err != nil {
		return nil, err
	}
	if errors.Is(ctx.Err(), context.Canceled) { // the caller has left
		return nil, ctx.Err()
	}
	answer := e.answer(ctx, q.Query, gathered)
	answer.Strict = answer.Strict && before
	if err := gathered.verdict(answer.Reports); err != nil {
		return answer, err
	}
	if q.By == "" && answer.Total == 0 {
		e.lookAhead(ctx, gathered, caller.call(), answer)
	}
	gathered.date(answer)
	return answer, nil
}

// answer merges what was gathered, as the view of taken slots that is valid now has it.
func (e *Engine) answer(ctx context.Context, q *timeslot.Query, g *collection) *Answer {
	merged, view, strict := e.merge(ctx, q, g, false)
	answer := &Answer{Result: merged.Result, TakenVersion: view.Version(), Strict: strict, MergedAt: e.opt.Now()}
	answer.Shown = g.shown(merged.Result)
	answer.Reports = g.reports(merged.PerFragment)
	answer.Settled = answered(answer.Reports) && !hasGaps(g.reads)
	answer.Complete = answer.Settled && g.whole()
	return answer
}

// merge unites all that was gathered into an answer to q, of which the first slot alone may be wanted.
func (e *Engine) merge(ctx context.Context, q *timeslot.Query, g *collection, first bool) (merged *merge.Output, view *taken.View, strict bool) {
	ctx, span := trace.Start(context.WithoutCancel(ctx), trace.Merge) // the budget may be up, the view is wanted all the same
	defer span.End()
	view, strict = e.opt.Taken.Current(ctx)
	merged = merge.Merge(merge.Input{
		Query: q, Now: e.opt.Now(), DefaultWindow: e.opt.Limits.Window,
		Fragments: g.fragments(), Taken: view, Zones: &e.zones, Unions: &e.unions, Profiles: e.opt.Profiles,
		Surfaces: e.opt.Surfaces, Asked: g.asked(q), First: first, Miles: g.plan.milesFromCode(),
	})
	span.Count(trace.Slots, merged.Result.Total)
	return merged, view, strict && !merged.Result.Doubtful
}

// date says how the answer came about, and until when it is good.
func (g *collection) date(a *Answer) {
	a.Waited, a.Collapsed, a.Stale = g.waited(), g.collapsed(), g.stale()
	if at := g.reviewAt(); a.ReviewAt.IsZero() || !at.IsZero() && at.Before(a.ReviewAt) {
		a.ReviewAt = at
	}
	if g.outdated() && a.FreshUntil.After(a.MergedAt) {
		a.FreshUntil = a.MergedAt
	}
}

type silent struct{}

func (silent) Coalesced(string)                {}
func (silent) Refresh(timeslot.Source, string) {}

func (silent) FragmentFresh(timeslot.Source, time.Duration) {}
