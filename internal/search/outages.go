package search

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// outages remembers which keys could not be fetched a moment ago. As long as it does, an old copy that may be served on
// error is served at once and tried again in the background: only the first who meets a failing source waits for it. (A breaker
// does the same for a whole operation, but opens only after many calls.)
type outages struct {
	mu   sync.Mutex
	keys map[timeslot.FragmentKey]outage
}

type outage struct {
	err   error
	until time.Time
}

const (
	outageMemory = 5 * time.Second // after the last failure
	maxOutages   = 4096            // keys; what finds no room is waited for
)

func newOutages() *outages { return &outages{keys: map[timeslot.FragmentKey]outage{}} }

// note remembers a failure. What is an answer, or says nothing about the source, is none.
func (o *outages) note(key timeslot.FragmentKey, err error, now time.Time) {
	if kind := timeslot.KindOf(err); kind == timeslot.KindNotFound || kind == timeslot.KindCanceled {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.keys) >= maxOutages {
		maps.DeleteFunc(o.keys, func(_ timeslot.FragmentKey, past outage) bool { return !now.Before(past.until) })
	}
	if _, known := o.keys[key]; known || len(o.keys) < maxOutages {
		o.keys[key] = outage{err: err, until: now.Add(outageMemory)}
	}
}

// forget is for a key that was fetched.
func (o *outages) forget(key timeslot.FragmentKey) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.keys, key)
}

// failure is how fetching key failed a moment ago, or any area where it is of one; nil: it did not.
func (o *outages) failure(key timeslot.FragmentKey, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	past := o.keys[key]
	if !now.Before(past.until) && byPoint(key) {
		past = o.keys[anyArea(key)]
	}
	if !now.Before(past.until) {
		return nil
	}
	return past.err
}

// noteArea is told how a read of an area ended: where one cannot be read, the next visitor's cannot either. An answer that was
// too large says nothing about others, nor does one for a postal code, which upstream may not know.
func (o *outages) noteArea(key timeslot.FragmentKey, err error, now time.Time) {
	switch {
	case !byPoint(key) || errors.Is(err, fetch.ErrTooLarge):
	case err == nil:
		o.forget(anyArea(key))
	default:
		o.note(anyArea(key), err, now)
	}
}

// anyArea stands for all areas of a visit type.
func anyArea(key timeslot.FragmentKey) timeslot.FragmentKey {
	return timeslot.FragmentKey{Operation: key.Operation, Version: key.Version, VisitType: key.VisitType}
}

// useStaleOnError takes the old copy of a read whose key failed a moment ago, and orders another try in the background.
func (e *Engine) useStaleOnError(rd *read, call fetch.Call) bool {
	if rd.fragment == nil || rd.freshness != timeslot.StaleOnError {
		return false
	}
	if rd.err = e.outages.failure(rd.key, e.opt.Now()); rd.err == nil {
		return false
	}
	if !byPoint(rd.key) || e.outages.failure(anyArea(rd.key), e.opt.Now()) == nil { // else the next visitor tries once that is over
		e.refreshInBackground(rd.key, call, 0)
	}
	return true
}

// insteadOfFailed puts older copies of other circles in the place of an area that could not be read and of which there is no
// copy: people who stand elsewhere have read it. The answer is as old as these say, and why.
func (e *Engine) insteadOfFailed(ctx context.Context, p *plan, list []*read) []*read {
	failed := func(rd *read) bool { return byPoint(rd.key) && !rd.usable() && rd.err != nil }
	for _, rd := range slices.Clone(list) {
		if failed(rd) && slices.Contains(list, rd) {
			list = e.insteadOf(ctx, p, list, rd)
		}
	}
	return list
}

// insteadOf puts copies in the place of all areas of a failed one's visit type.
func (e *Engine) insteadOf(ctx context.Context, p *plan, list []*read, failed *read) []*read {
	visitType := failed.key.VisitType
	without := *p
	without.outage = true
	copies := readsOf(without.areaOf(visitType))
	e.look(ctx, copies)
	if len(copies) == 0 || !allUsable(copies) {
		return list
	}
	for _, rd := range copies {
		rd.err = failed.err
	}
	return append(slices.DeleteFunc(list, func(rd *read) bool {
		return byPoint(rd.key) && rd.key.VisitType == visitType
	}), copies...)
}

// spareFailing puts copies in the place of areas that could not be read a moment ago: nobody waits for another failure.
func (e *Engine) spareFailing(ctx context.Context, p *plan, list []*read) []*read {
	for _, rd := range list {
		if byPoint(rd.key) && !rd.usable() {
			rd.err = e.outages.failure(rd.key, e.opt.Now())
		}
	}
	list = e.insteadOfCircles(ctx, p, e.insteadOfFailed(ctx, p, list))
	for _, rd := range list {
		if !rd.usable() {
			rd.err = nil // it is tried after all
		}
	}
	return list
}
