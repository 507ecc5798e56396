package search

import (
	"encoding/json"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// lookahead knows how many days ahead upstream may be asked for, per EHR instance (docs/dexcare.md §5.6). A clinician's EHR
// is not known before she was asked for, so windows are cut at the largest limit; see [Engine.fetchWithin] for where that
// is too far.
type lookahead struct {
	fallback int // while nothing is known
	known    atomic.Pointer[span]
	seen     atomic.Pointer[timeslot.Fragment] // the list of departments whose EHR instances are being watched

	mu    sync.Mutex
	byEHR map[timeslot.FragmentKey]int
}

// span is the largest and the smallest limit in days.
type span struct{ largest, smallest int }

func newLookahead(fallback int) *lookahead {
	l := &lookahead{fallback: fallback, byEHR: map[timeslot.FragmentKey]int{}}
	l.known.Store(&span{largest: fallback})
	return l
}

// lookaheadKey asks for the limit of one EHR instance, or of all, over all visit types.
func lookaheadKey(ehr string) timeslot.FragmentKey {
	params := url.Values{}
	if ehr != "" {
		params.Set("epicInstanceName", ehr)
	}
	return timeslot.FragmentKey{
		Operation: timeslot.OpMaxLookahead, Version: 2, Exact: true,
		Params: timeslot.EncodeParams(params),
	}
}

// maxInstances bounds how many EHR instances are asked for; health systems have a handful.
const maxInstances = 16

// watch orders the limits of the list's EHR instances, once for each list that the directory gives.
func (e *Engine) watchLookahead(list *timeslot.Fragment, call fetch.Call) {
	if list == nil || e.lookahead.seen.Swap(list) == list {
		return
	}
	for _, ehr := range instancesOf(list) {
		e.refreshInBackground(lookaheadKey(ehr), call, 0)
	}
}

// instancesOf lists the EHR instances of a list of departments.
func instancesOf(list *timeslot.Fragment) (instances []string) {
	for i := range list.Departments {
		ehr := list.Departments[i].EHRInstance
		if ehr != "" && !slices.Contains(instances, ehr) && len(instances) < maxInstances {
			instances = append(instances, ehr)
		}
	}
	return instances
}

// learn takes the limit out of an answer. Zero, which DexCare's own sample shows, says nothing.
func (l *lookahead) learn(f *timeslot.Fragment) {
	var answer struct{ MaxLookaheadDays int }
	if f.NotFound || json.Unmarshal(f.Body, &answer) != nil || answer.MaxLookaheadDays <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.byEHR[f.Key]; !known && len(l.byEHR) >= maxInstances {
		return
	}
	l.byEHR[f.Key] = answer.MaxLookaheadDays
	s := span{smallest: answer.MaxLookaheadDays}
	for _, days := range l.byEHR {
		s.largest, s.smallest = max(s.largest, days), min(s.smallest, days)
	}
	s.largest = min(s.largest, l.fallback)
	s.smallest = min(s.smallest, s.largest)
	l.known.Store(&s)
}
