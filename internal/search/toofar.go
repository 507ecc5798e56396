package search

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// Asking for a day beyond the lookahead is an error upstream (docs/dexcare.md §5.6), and the limits that it gives are those
// of an EHR instance: one clinician, or one visit type, may have a nearer one. So a read by dates that upstream refuses is
// asked again for fewer days: first as the lookup says, then by halves, until the last day that is allowed is found. That
// is remembered, and so is that no number of days helps.

const (
	reachKept   = time.Hour   // for which a limit that was found is believed; calendars open once a day
	refusalKept = time.Minute // in which a read that was refused for any days is not searched for a limit again
	maxReaches  = 10_000
)

// reaches remembers limits by whose calendar was asked for.
type reaches struct {
	asking sync.Mutex // held by who asks for the limits of the EHR instances
	asked  time.Time  // when that was done last

	mu    sync.Mutex
	known map[calendar]reach
}

// calendar is what a limit was found for.
type calendar struct {
	operation      timeslot.Operation
	version        uint8
	npi, visitType string
}

// reach is how many days ahead may be asked for; 0 where none may.
type reach struct {
	days  int
	until time.Time
}

func newReaches() *reaches { return &reaches{known: map[calendar]reach{}} }

func calendarOf(key timeslot.FragmentKey) calendar {
	return calendar{key.Operation, key.Version, key.NPI, key.VisitType}
}

// limit is how many days ahead may be asked for, as far as that was found lately.
func (r *reaches) limit(key timeslot.FragmentKey, now time.Time) (days int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.known[calendarOf(key)]
	return found.days, ok && now.Before(found.until)
}

func (r *reaches) learn(key timeslot.FragmentKey, days int, now time.Time) {
	kept := reachKept
	if days == 0 {
		kept = refusalKept
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxReaches {
		for other := range r.known { // any: it is found again
			delete(r.known, other)
			break
		}
	}
	r.known[calendarOf(key)] = reach{days, now.Add(kept)}
}

// fetchWithin reads blocks from upstream, for as many days as it may be asked.
func (e *Engine) fetchWithin(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	call.Lookahead = e.lookahead.known.Load().largest
	days, found := e.reaches.limit(key, e.opt.Now())
	if found && days > 0 {
		call.Lookahead = min(call.Lookahead, days)
	}
	parts, err := e.fetchConfirmed(ctx, key, through, call)
	if !refusedDates(key, err) || found && days == 0 || joined(key, through, call) {
		return parts, err
	}
	nearer, days := e.fetchNearer(ctx, key, through, call)
	if ctx.Err() == nil {
		e.reaches.learn(key, days, e.opt.Now())
	}
	if nearer == nil {
		return nil, err
	}
	return nearer, nil
}

// byBlocks reports whether a read is asked for by days: then its key has a block.
func byBlocks(k timeslot.FragmentKey) bool { return k.Block != 0 && !k.Exact }

// refusedDates reports whether upstream refused a read by dates: a 400 may mean that it was asked too far.
func refusedDates(key timeslot.FragmentKey, err error) bool {
	e, ok := errors.AsType[*timeslot.Error](err)
	return ok && byBlocks(key) && e.Status == http.StatusBadRequest
}

// joined reports whether a call is for several blocks or visit types of an area.
func joined(key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) bool {
	return areaTogether(key, through) || len(call.Types) > 1
}

// areaTogether reports whether a read is of several blocks of an area: where that is refused, each is asked for by itself.
// Upstream need not take as many days of slots at a time.
func areaTogether(key timeslot.FragmentKey, through timeslot.Block) bool {
	return ofArea(key) && through > key.Block
}

// fetchNearer finds the most days that upstream may be asked for, and what it says about them; nil and 0 where it refuses
// any. One day is the fewest: what is tomorrow here is today somewhere. It begins with the smallest limit that the lookup
// gives, and goes no farther than the largest. When ctx ends meanwhile, the best answer so far is given.
func (e *Engine) fetchNearer(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) (best []*timeslot.Fragment, allowed int) {
	limit := e.askLookahead(ctx, call)
	last := through.Last()
	if key.Span.Days != 0 {
		last = key.LastDay()
	}
	refused := min(call.Lookahead, int(last-timeslot.EarliestToday(e.opt.Now())), limit.largest+1)
	next := refused / 2
	if limit.smallest > 0 && limit.smallest < refused {
		next = limit.smallest
	}
	for refused-allowed > 1 && ctx.Err() == nil {
		call.Lookahead = next
		parts, err := e.fetchConfirmed(ctx, key, through, call)
		switch {
		case err == nil:
			best, allowed = parts, next
		case refusedDates(key, err):
			refused = next
		default:
			return best, allowed
		}
		next = (allowed + refused) / 2
	}
	return best, allowed
}

// askLookahead asks for the limits that upstream gives while none is known, and waits for them. Of many who want to know,
// one asks; an answer that did not come is asked for again after a while.
func (e *Engine) askLookahead(ctx context.Context, call fetch.Call) span {
	e.reaches.asking.Lock()
	defer e.reaches.asking.Unlock()
	now := e.opt.Now()
	if known := e.lookahead.known.Load(); known.smallest > 0 || now.Sub(e.reaches.asked) < refusalKept {
		return *known
	}
	e.reaches.asked = now
	instances := []string{""}
	if list := e.lookahead.seen.Load(); list != nil {
		instances = instancesOf(list)
	}
	for _, ehr := range instances {
		key := lookaheadKey(ehr)
		parts, err := e.opt.Fetcher.FetchBlocks(ctx, key, key.Block, call)
		if err == nil && len(parts) == 1 {
			e.lookahead.learn(parts[0])
		}
	}
	return *e.lookahead.known.Load()
}
