package search

import (
	"context"
	"errors"
	"slices"
	"sync"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// maxStretch is how many blocks one call may cover: the longest window touches five.
const maxStretch = 5

// stretchesOf puts missing pieces together that one upstream call can bring: blocks of one clinician's times, and of an
// area's as far as its answers are light. A cold calendar of ninety days then costs one call for each clinician instead of
// four or five. What lies between them and is not missing comes along. A block that is under way for somebody else already
// is waited for by itself.
func (e *Engine) stretchesOf(missing []*piece) [][]*piece {
	var stretches [][]*piece
	calendars := map[timeslot.FragmentKey][]*piece{}
	var order []timeslot.FragmentKey
	for _, pc := range missing {
		if e.reachOf(pc.key) == 1 || e.flight.Underway(pc.key) {
			stretches = append(stretches, []*piece{pc})
			continue
		}
		calendar := pc.key
		calendar.Block = 0
		if calendars[calendar] == nil {
			order = append(order, calendar)
		}
		calendars[calendar] = append(calendars[calendar], pc)
	}
	for _, calendar := range order {
		stretches = append(stretches, neighbours(calendars[calendar], e.reachOf)...)
	}
	return stretches
}

// reachOf is how many blocks, from a read's own on, one call for it may cover.
func (e *Engine) reachOf(k timeslot.FragmentKey) timeslot.Block {
	switch {
	case k.Exact || k.Span.Days != 0:
		return 1
	case k.Operation == timeslot.OpProviderTimeslots:
		return maxStretch
	case k.Operation == timeslot.OpAvailabilitySlots:
		now := e.opt.Now()
		return e.density.blocks(k, now, timeslot.EarliestToday(now)+timeslot.Date(e.lookahead.known.Load().largest))
	}
	return 1
}

// neighbours cuts a calendar's pieces where one call would cover more blocks than it may.
func neighbours(list []*piece, reach func(timeslot.FragmentKey) timeslot.Block) (stretches [][]*piece) {
	slices.SortFunc(list, func(a, b *piece) int { return int(a.key.Block - b.key.Block) })
	from, most := 0, reach(list[0].key)
	for i, pc := range list {
		if pc.key.Block-list[from].key.Block >= most {
			stretches, from, most = append(stretches, list[from:i]), i, reach(pc.key)
		}
	}
	return append(stretches, list[from:])
}

// fetchStretch waits for the flights of a calendar's blocks. Each block has a flight, a lease and a fence of its own, as
// if it were fetched alone; they are entered one inside the other, and whoever has entered all makes the call for all.
// Where the first is found on the way, or under way for somebody else, the others begin anew.
func (e *Engine) fetchStretch(ctx context.Context, list []*piece, call fetch.Call) {
	for len(list) > 0 {
		if ctx.Err() != nil {
			for _, pc := range list {
				pc.err = errBudget(pc.key)
			}
			return
		}
		s := &stretch{engine: e, pieces: list, call: call, results: make([]flown, len(list)), last: make([]*timeslot.Fragment, list[len(list)-1].key.Block-list[0].key.Block+1)}
		s.enter(ctx, s.advance())
		list = s.collect()
	}
}

// stretch is blocks of one calendar, ascending, while one call is made for them. Its flights may outlive the request that began them.
type stretch struct {
	engine *Engine
	pieces []*piece // only their keys are read by flights
	call   fetch.Call

	once  sync.Once
	parts []*timeslot.Fragment // nil once it was handed out
	err   error

	mu      sync.Mutex
	next    int                  // the first block that was neither entered nor passed over
	last    []*timeslot.Fragment // what was read of each block from the first to the last before, as far as it was entered
	results []flown
}

// flown is what came of one block.
type flown struct {
	fragment *timeslot.Fragment
	joined   bool
	err      error
	entered  bool
	done     bool
}

// enter waits for the flight of one block, whose work enters those behind it first: what the call brings must not be
// older than the fence of any.
func (s *stretch) enter(ctx context.Context, i int) {
	key := s.pieces[i].key
	fragment, joined, err := s.engine.flight.Do(ctx, key, s.engine.renew(key, s.pieces[i].ahead, func(ctx context.Context, last *timeslot.Fragment) (*timeslot.Fragment, error) {
		s.knows(i, last)
		for next := s.advance(); next >= 0; next = s.advance() {
			s.enter(ctx, next)
		}
		return s.part(ctx, key.Block)
	}))
	err = s.engine.explainEnd(ctx, key, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[i] = flown{fragment: fragment, joined: joined, err: err, entered: true, done: true}
}

// knows takes over what was read of a block before.
func (s *stretch) knows(i int, last *timeslot.Fragment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[s.pieces[i].key.Block-s.pieces[0].key.Block] = last
}

// known is what was read of all blocks before.
func (s *stretch) known() []*timeslot.Fragment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.last)
}

// advance chooses the block that is to be entered next, −1 for none. One that is under way for somebody else by now is
// passed over: waiting for it would hold up the call.
func (s *stretch) advance() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.next < len(s.pieces); s.next++ {
		if s.next == 0 || !s.engine.flight.Underway(s.pieces[s.next].key) {
			s.results[s.next].entered = true
			s.next++
			return s.next - 1
		}
	}
	return -1
}

// part is what the call brought for one block. The first who wants one makes the call. A block that is wanted once more
// was overtaken by an event: what the call brought is too old for it. Where one answer for all of an area was too large, or was
// refused, each block is asked for by itself.
func (s *stretch) part(ctx context.Context, block timeslot.Block) (*timeslot.Fragment, error) {
	first, last := s.pieces[0].key, s.pieces[len(s.pieces)-1].key
	s.once.Do(func() {
		call := s.call
		call.Last = s.known()
		s.parts, s.err = s.engine.fetchBlocks(ctx, first, last.Block, call)
		if s.apart(s.err) {
			s.engine.density.refusedTogether(first, s.engine.opt.Now())
		}
	})
	switch {
	case s.apart(s.err): // each by itself, then
	case s.err != nil:
		return nil, s.err
	case s.parts[block-first.Block] != nil:
		part := s.parts[block-first.Block]
		s.parts[block-first.Block] = nil
		return part, nil
	}
	first.Block = block
	again, err := s.engine.fetchBlocks(ctx, first, block, s.call)
	if err != nil {
		return nil, err
	}
	return again[0], nil
}

// apart reports whether an area's blocks cannot be had together, though perhaps alone.
func (s *stretch) apart(err error) bool {
	first, last := s.pieces[0].key, s.pieces[len(s.pieces)-1].key
	return areaTogether(first, last.Block) && (errors.Is(err, fetch.ErrTooLarge) || refusedDates(first, err))
}

// collect hands the results to the pieces whose flights were entered, and gives the others. A flight that goes on
// without its caller has no result yet.
func (s *stretch) collect() (rest []*piece) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.results {
		switch {
		case !r.entered:
			rest = append(rest, s.pieces[i])
			continue
		case !r.done:
			r.err = errBudget(s.pieces[i].key)
		}
		s.engine.land(s.pieces[i], r)
	}
	return rest
}
