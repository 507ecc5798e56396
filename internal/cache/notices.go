package cache

import (
	"sync"
)

// notices wakes those who wait for a name.
type notices struct {
	mu      sync.Mutex
	waiting map[string]*waiters
}

type waiters struct {
	n    int
	woke chan struct{} // closed by the notice
}

func newNotices() *notices { return &notices{waiting: map[string]*waiters{}} }

// await gives a channel that the next notice about name closes. Call leave when no longer interested.
func (x *notices) await(name string) (notice <-chan struct{}, leave func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waiting[name]
	if w == nil {
		w = &waiters{woke: make(chan struct{})}
		x.waiting[name] = w
	}
	w.n++
	return w.woke, func() { x.leave(name, w) }
}

func (x *notices) leave(name string, w *waiters) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if w.n--; w.n == 0 && x.waiting[name] == w {
		delete(x.waiting, name)
	}
}

// wake closes the channels of all who wait for name.
func (x *notices) wake(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if w := x.waiting[name]; w != nil {
		close(w.woke)
		delete(x.waiting, name)
	}
}

// wakeAll is for when no notice will come any more.
func (x *notices) wakeAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for name, w := range x.waiting {
		close(w.woke)
		delete(x.waiting, name)
	}
}
