package cache

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
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

// listen hands every message on the channel to hear until ctx ends. It survives the server's absence; what is said
// meanwhile is lost, so nothing may rest on it.
func listen(ctx context.Context, client redis.UniversalClient, channel string, hear func(message string)) {
	subscription := client.Subscribe(ctx, channel)
	defer func() { _ = subscription.Close() }()
	messages := subscription.Channel(redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return
		case m, open := <-messages:
			if !open {
				return
			}
			hear(m.Payload)
		}
	}
}

// bell tells any number of goroutines that something happened.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// listen gives a channel that the next ring closes.
func (b *bell) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
