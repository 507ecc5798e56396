package main

import (
	"math"
	"sync"
	"sync/atomic"
)

// lifetime counts the users of something that is replaced while it is in use, so that its end can wait for the last of them.
// Users share no lock.
type lifetime struct {
	users atomic.Int64 // once ended, so many more than endedLifetime
	once  sync.Once
	left  chan struct{} // closed when it has ended and nobody uses it
}

// endedLifetime is far below any number of users.
const endedLifetime = math.MinInt64 / 2

func newLifetime() *lifetime { return &lifetime{left: make(chan struct{})} }

// enter counts a user in; it reports false where the lifetime has ended.
func (l *lifetime) enter() bool {
	if l.users.Add(1) > 0 {
		return true
	}
	l.leave()
	return false
}

// leave counts a user out that has entered.
func (l *lifetime) leave() { l.add(-1) }

// end lets nobody enter any more. The channel is closed when the last user has left. It is called once.
func (l *lifetime) end() <-chan struct{} {
	l.add(endedLifetime)
	return l.left
}

func (l *lifetime) add(n int64) {
	if l.users.Add(n) == endedLifetime {
		l.once.Do(func() { close(l.left) }) // who enters too late comes by here as well
	}
}
