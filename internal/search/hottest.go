package search

import (
	"container/heap"

	"timeslots/internal/timeslot"
)

// hottest is a queue of refresh jobs, the most often wanted first. It is not safe for concurrent use.
type hottest struct {
	order heatHeap
	byKey map[timeslot.FragmentKey]*waitingJob
}

type waitingJob struct {
	refreshJob
	wanted int // how often it was asked for since it waits
	at     int // index in the heap
}

func newHottest() hottest { return hottest{byKey: map[timeslot.FragmentKey]*waitingJob{}} }

func (h *hottest) push(job refreshJob) {
	w := &waitingJob{refreshJob: job, wanted: 1}
	h.byKey[job.key] = w
	heap.Push(&h.order, w)
}

// heat counts another request for a key that waits, and reports whether it does.
func (h *hottest) heat(key timeslot.FragmentKey) bool {
	w, ok := h.byKey[key]
	if ok {
		w.wanted++
		heap.Fix(&h.order, w.at)
	}
	return ok
}

func (h *hottest) pop() refreshJob {
	w := heap.Pop(&h.order).(*waitingJob)
	delete(h.byKey, w.key)
	return w.refreshJob
}

// heatHeap implements heap.Interface.
type heatHeap []*waitingJob

func (h heatHeap) Len() int           { return len(h) }
func (h heatHeap) Less(i, j int) bool { return h[i].wanted > h[j].wanted }
func (h heatHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *heatHeap) Push(x any) {
	w := x.(*waitingJob)
	w.at = len(*h)
	*h = append(*h, w)
}

func (h *heatHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
