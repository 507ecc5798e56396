package search

import (
	"slices"

	"timeslots/internal/timeslot"
)

// hottest is a queue of refresh jobs, the most often wanted first, and of equal ones that which waits longest. It is not safe
// for concurrent use.
type hottest struct {
	waiting []*waitingJob // in the order of their coming
	byKey   map[timeslot.FragmentKey]*waitingJob
}

type waitingJob struct {
	refreshJob
	wanted int // how often it was asked for since it waits
}

func newHottest() hottest { return hottest{byKey: map[timeslot.FragmentKey]*waitingJob{}} }

func (h *hottest) push(job refreshJob) {
	w := &waitingJob{refreshJob: job, wanted: 1}
	h.byKey[job.key] = w
	h.waiting = append(h.waiting, w)
}

// heat counts another request for a key that waits, and reports whether it does.
func (h *hottest) heat(key timeslot.FragmentKey) bool {
	w, ok := h.byKey[key]
	if ok {
		w.wanted++
	}
	return ok
}

func (h *hottest) pop() refreshJob {
	most := 0
	for i, w := range h.waiting {
		if w.wanted > h.waiting[most].wanted {
			most = i
		}
	}
	w := h.waiting[most]
	h.waiting = slices.Delete(h.waiting, most, most+1)
	delete(h.byKey, w.key)
	return w.refreshJob
}
