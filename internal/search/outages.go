package search

import (
	"maps"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// outages remembers which keys could not be fetched a moment ago. As long as it does, an old copy that may be served on
// error is served at once and tried again behind: only the first who meets a failing source waits for it. (A breaker
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

// of is how fetching key failed a moment ago; nil: it did not.
func (o *outages) of(key timeslot.FragmentKey, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if past, known := o.keys[key]; known && now.Before(past.until) {
		return past.err
	}
	return nil
}

// standIn takes the old copy of a piece whose key failed a moment ago, and orders another try behind.
func (e *Engine) standIn(pc *piece, call fetch.Call) bool {
	if pc.fragment == nil || pc.freshness != timeslot.LastHope {
		return false
	}
	if pc.err = e.outages.of(pc.key, e.opt.Now()); pc.err == nil {
		return false
	}
	e.refreshBehind(pc.key, call, 0)
	return true
}
