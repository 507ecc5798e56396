package search

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// maxStretch is how many blocks one call may cover: the longest window touches five.
const maxStretch = 5

// stretchesOf puts missing reads together that one upstream call can bring: blocks of one clinician's times, and of an
// area's as far as its answers are light. A cold calendar of ninety days then costs one call for each clinician instead of
// four or five. What lies between them and is not missing comes along. A block that is under way for somebody else already
// is waited for by itself.
func (e *Engine) stretchesOf(missing []*read) [][]*read {
	var stretches [][]*read
	calendars := map[timeslot.FragmentKey][]*read{}
	var order []timeslot.FragmentKey
	for _, rd := range missing {
		if e.reachOf(rd.key) == 1 || e.flight.Underway(rd.key) {
			stretches = append(stretches, []*read{rd})
			continue
		}
		calendar := rd.key
		calendar.Block = 0
		if calendars[calendar] == nil {
			order = append(order, calendar)
		}
		calendars[calendar] = append(calendars[calendar], rd)
	}
	for _, calendar := range order {
		stretches = append(stretches, neighbours(calendars[calendar], e.reachOf)...)
	}
	return stretches
}

// reachOf is how many blocks, from a read's own on, one call for it may cover.
func (e *Engine) reachOf(k timeslot.FragmentKey) timeslot.Block {
	switch {
	case !byBlocks(k) || k.Span.Days != 0:
		return 1
	case ofArea(k):
		now := e.opt.Now()
		return e.density.blocks(k, now, e.lastDay(now))
	default:
		return maxStretch
	}
}

// lastDay is the last day that upstream may be asked for.
func (e *Engine) lastDay(now time.Time) timeslot.Date {
	return timeslot.EarliestToday(now) + timeslot.Date(e.lookahead.known.Load().largest)
}

// neighbours cuts a calendar's reads where one call would cover more blocks than it may.
func neighbours(list []*read, reach func(timeslot.FragmentKey) timeslot.Block) (stretches [][]*read) {
	slices.SortFunc(list, func(a, b *read) int { return int(a.key.Block - b.key.Block) })
	from, most := 0, reach(list[0].key)
	for i, rd := range list {
		if rd.key.Block-list[from].key.Block >= most {
			stretches, from, most = append(stretches, list[from:i]), i, reach(rd.key)
		}
	}
	return append(stretches, list[from:])
}

// fetchStretch waits for the flights of a calendar's blocks. Each block has a flight, a lease and a fence of its own, as
// if it were fetched alone; they are entered one inside the other, and the caller that has entered all makes the call for all.
// Where the first is found on the way, or under way for somebody else, the others begin anew.
func (e *Engine) fetchStretch(ctx context.Context, list []*read, call fetch.Call) {
	for len(list) > 0 {
		if ctx.Err() != nil {
			for _, rd := range list {
				rd.err = e.errBudget(rd.key)
			}
			return
		}
		s := &stretch{engine: e, reads: list, call: call, results: make([]result, len(list)), last: map[timeslot.FragmentKey]*timeslot.Fragment{}}
		s.enter(ctx, s.advance())
		list = s.collect()
	}
}

// stretch is blocks of one calendar, or of several visit types of an area, while one call is made for them. Its flights may
// outlive the request that began them.
type stretch struct {
	engine *Engine
	reads  []*read // only their keys are read by flights
	call   fetch.Call

	once sync.Once
	err  error

	mu      sync.Mutex
	parts   map[timeslot.FragmentKey]*timeslot.Fragment // what the call brought, as far as it was not handed out
	next    int                                         // the first read that was neither entered nor passed over
	last    map[timeslot.FragmentKey]*timeslot.Fragment // what was read before, as far as it was entered
	results []result
}

// result is what came of one block.
type result struct {
	fragment *timeslot.Fragment
	joined   bool
	err      error
	entered  bool
	done     bool
}

// enter waits for the flight of one block, whose work enters those after it first: what the call brings must not be
// older than the fence of any.
func (s *stretch) enter(ctx context.Context, i int) {
	key := s.reads[i].key
	fragment, joined, err := s.engine.flight.Do(ctx, key, s.engine.renew(key, s.reads[i].need(), func(ctx context.Context, last *timeslot.Fragment) (*timeslot.Fragment, error) {
		s.knows(key, last)
		for next := s.advance(); next >= 0; next = s.advance() {
			s.enter(ctx, next)
		}
		return s.part(ctx, key)
	}))
	err = s.engine.explainEnd(ctx, key, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[i] = result{fragment: fragment, joined: joined, err: err, entered: true, done: true}
}

// knows takes over what was read of a block before.
func (s *stretch) knows(key timeslot.FragmentKey, last *timeslot.Fragment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[key] = last
}

// known is what was read of all that the call brings before.
func (s *stretch) known(keys []timeslot.FragmentKey) []*timeslot.Fragment {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := make([]*timeslot.Fragment, len(keys))
	for i, key := range keys {
		last[i] = s.last[key]
	}
	return last
}

// advance chooses the block that is to be entered next, −1 for none. One that is under way for somebody else by now is
// passed over: waiting for it would hold up the call.
func (s *stretch) advance() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.next < len(s.reads); s.next++ {
		if s.next == 0 || !s.engine.flight.Underway(s.reads[s.next].key) {
			s.results[s.next].entered = true
			s.next++
			return s.next - 1
		}
	}
	return -1
}

// span is what the call is for: from a block of one visit type to another block, and all visit types where there are several.
func (s *stretch) span() (first timeslot.FragmentKey, through timeslot.Block, types []string) {
	first = s.reads[0].key
	through = first.Block
	for _, rd := range s.reads {
		first.Block, through = min(first.Block, rd.key.Block), max(through, rd.key.Block)
		if !slices.Contains(types, rd.key.VisitType) {
			types = append(types, rd.key.VisitType)
		}
	}
	return first, through, types
}

// part is what the call brought for one block. The first who wants one makes the call. A block that is wanted once more
// was overtaken by an event: what the call brought is too old for it. Where one answer for all of an area was too large, or was
// refused, each block is asked for by itself.
func (s *stretch) part(ctx context.Context, key timeslot.FragmentKey) (*timeslot.Fragment, error) {
	s.once.Do(func() { s.fetch(ctx) })
	if s.err != nil && !s.apart(s.err) {
		return nil, s.err
	}
	if part := s.handOut(key); part != nil {
		return part, nil
	}
	again, err := s.engine.fetchBlocks(ctx, key, key.Block, s.call)
	if err != nil {
		return nil, err
	}
	return again[0], nil
}

// handOut gives what the call brought for a block, once. Where the call is given up, several flights ask at the same time.
func (s *stretch) handOut(key timeslot.FragmentKey) *timeslot.Fragment {
	s.mu.Lock()
	defer s.mu.Unlock()
	part := s.parts[key]
	delete(s.parts, key)
	return part
}

func (s *stretch) fetch(ctx context.Context) {
	first, through, types := s.span()
	call := s.call
	if len(types) > 1 {
		call.Types = types
	}
	call.Last = s.known(fetch.KeysOf(first, through, types))
	parts, err := s.engine.fetchBlocks(ctx, first, through, call)
	s.err = err
	s.learn(first, types)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = make(map[timeslot.FragmentKey]*timeslot.Fragment, len(parts))
	for _, part := range parts {
		s.parts[part.Key] = part
	}
}

// learn takes over that a call for all failed. What cannot be had together is not asked for together for an hour; visit types of
// which nobody knows whether that was why, for a minute.
func (s *stretch) learn(first timeslot.FragmentKey, types []string) {
	now := s.engine.opt.Now()
	switch {
	case len(types) == 1 && s.apart(s.err):
		s.engine.density.refusedTogether(first, now)
	case len(types) > 1 && failedUpstream(s.err):
		until := now.Add(failedKept)
		if s.apart(s.err) {
			until = now.Add(refusedKept)
		}
		for _, name := range types {
			first.VisitType = name
			s.engine.density.readAlone(first, until, now)
		}
	}
}

// failedUpstream reports whether a call was made and went wrong. Where it was for several visit types, that may be why.
func failedUpstream(err error) bool {
	if err == nil {
		return false
	}
	switch timeslot.KindOf(err) {
	case timeslot.KindCanceled, timeslot.KindOpen, timeslot.KindLimited, timeslot.KindBudget:
		return false
	}
	return true
}

// apart reports whether an area's blocks and visit types cannot be had together, though perhaps alone: then they are asked for
// at once. After another failure of a call for several visit types they are, the next time.
func (s *stretch) apart(err error) bool {
	first, through, types := s.span()
	switch {
	case err == nil:
		return false
	case len(types) > 1:
		kind := timeslot.KindOf(err)
		return errors.Is(err, fetch.ErrTooLarge) || refusedDates(first, err) || kind == timeslot.KindMalformed
	}
	return areaTogether(first, through) && (errors.Is(err, fetch.ErrTooLarge) || refusedDates(first, err))
}

// collect hands the results to the reads whose flights were entered, and gives the others. A flight that goes on
// without its caller has no result yet.
func (s *stretch) collect() (rest []*read) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.results {
		switch {
		case !r.entered:
			rest = append(rest, s.reads[i])
			continue
		case !r.done:
			r.err = s.engine.errBudget(s.reads[i].key)
		}
		s.engine.land(s.reads[i], r)
	}
	return rest
}
