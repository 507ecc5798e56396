package search

import (
	"context"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// refill is the work of a flight for one key.
func (e *Engine) refill(key timeslot.FragmentKey, call fetch.Call, ahead time.Duration) fetch.Work {
	return e.renew(key, ahead, func(ctx context.Context, last *timeslot.Fragment) (*timeslot.Fragment, error) {
		call.Last = []*timeslot.Fragment{last}
		parts, err := e.fetchBlocks(ctx, key, key.Block, call)
		if err != nil {
			return nil, err
		}
		return parts[0], nil
	})
}

// renew is the work of a flight around work: look again, take the fleet's lease, do the work, store; the cache does all
// but the work.
//
// Looking again matters: goroutine A looks the key up and misses, B's flight for it stores and ends, and only then A
// comes to its own flight. Without the second look A would fetch what B just stored. Only a copy that stays fresh for
// ahead counts as found.
func (e *Engine) renew(key timeslot.FragmentKey, ahead time.Duration, work cache.Work) fetch.Work {
	return func(ctx context.Context) (*timeslot.Fragment, error) {
		fragment, shared, err := e.opt.Store.Renew(ctx, key, ahead, work)
		if shared {
			e.opt.Recorder.Coalesced("fleet")
		}
		switch {
		case err != nil:
		case key.Operation == timeslot.OpMaxLookahead:
			e.lookahead.learn(fragment)
		case key.Area.PostalCode != "":
			e.codes.note(fragment, fragment.FetchedAt)
		case byPoint(key):
			e.circles.note(fragment, fragment.FetchedAt)
			e.letGo(fragment)
		}
		return fragment, err
	}
}

// fetchBlocks reads the blocks from key's own to through from upstream, in one call, and says how long the answers may
// be served.
func (e *Engine) fetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	begun := e.opt.Now()
	call.Zones = e.zonesFor(call)
	parts, err := e.fetchWithin(ctx, key, through, call)
	switch {
	case joined(key, through, call) && refusedDates(key, err): // that says how much may be asked for at a time
	case len(call.Types) > 1 && err != nil: // so may this
	default:
		e.outages.noteArea(key, err, e.opt.Now())
	}
	if err != nil {
		return nil, err
	}
	e.leads.learn(key.Operation, e.opt.Now().Sub(begun))
	e.compare(ctx, key, parts, &call)
	policy := e.policyOf(key)
	for _, f := range parts {
		f.Bounds = policy.Bounds(f.FetchedAt, f.NotFound)
		if key.ListsSlots() && !f.NotFound {
			e.opt.Recorder.FragmentFresh(e.sourceOf(key), policy.Fresh)
		}
	}
	if ofArea(key) {
		e.weigh(parts)
	}
	return parts, nil
}

// weigh learns from the heaviest block of each visit type.
func (e *Engine) weigh(parts []*timeslot.Fragment) {
	heaviest := parts[0]
	for i, f := range parts {
		if len(f.Slots) > len(heaviest.Slots) || f.Key.VisitType != heaviest.Key.VisitType {
			heaviest = f
		}
		if i == len(parts)-1 || parts[i+1].Key.VisitType != f.Key.VisitType {
			e.density.weigh(heaviest.Key, len(heaviest.Slots), e.opt.Now())
		}
	}
}

// policyOf is how long the answers to a read may be served. An old status page says that all is well, and is worse than none.
func (e *Engine) policyOf(key timeslot.FragmentKey) timeslot.Policy {
	policy := e.opt.Sources[e.sourceOf(key)].Policy
	if key.Operation == timeslot.OpStatusPage {
		policy.Stale, policy.StaleOnError = 0, 0
	}
	return policy
}
