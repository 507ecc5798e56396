package events

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Watched is an answer that a stream looks at. Only the stream calls it.
type Watched interface {
	// Due tells, at next to no cost, whether the answer may have changed since it was looked at.
	Due() bool
	// Look gives the public ids of the slots that are offered now.
	Look(ctx context.Context) ([]string, error)
}

// Errors of [Hub.Join] and [Listener.Next].
var (
	ErrClosed = errors.New("events: the hub is closed")
	ErrFull   = errors.New("events: too many answers are looked at")
)

const (
	every      = 250 * time.Millisecond // a stream asks whether to look
	linger     = 30 * time.Second       // that a stream stays although nobody listens to it
	maxStreams = 2000                   // different answers at a time
)

// Hub has the streams. It is safe for concurrent use.
type Hub struct {
	most int // streams at a time
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu      sync.Mutex
	streams map[string]*stream
}

// New makes a hub without streams.
func New() *Hub {
	h := &Hub{most: maxStreams, streams: map[string]*stream{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// Join listens to the answer that key names, and begins a stream for it, with what watch makes, when there is none. Last is
// the id of the last event that the listener got, empty when it got none. Its errors are [ErrClosed] and [ErrFull].
func (h *Hub) Join(key string, watch func() Watched, last string) (*Listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return nil, ErrClosed
	}
	s := h.streams[key]
	if s == nil {
		if len(h.streams) >= h.most {
			return nil, ErrFull
		}
		s = newStream(watch())
		h.streams[key] = s
		h.wg.Go(func() { h.run(key, s) })
	}
	return s.join(last), nil
}

// run looks until nobody has listened for a while, or the hub is closed.
func (h *Hub) run(key string, s *stream) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if s.watched.Due() {
			if offered, err := s.watched.Look(h.ctx); err == nil {
				s.note(offered)
			}
		}
		select {
		case <-h.ctx.Done():
			return
		case now := <-tick.C:
			if h.leave(key, s, now) {
				return
			}
		}
	}
}

// leave takes a stream away that nobody has listened to for a while. Joining happens under the same lock.
func (h *Hub) leave(key string, s *stream, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !s.abandoned(now.Add(-linger)) {
		return false
	}
	delete(h.streams, key)
	return true
}

// Len is how many streams there are.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

// Close ends all streams, and ends their listeners.
func (h *Hub) Close() {
	h.mu.Lock() // who joins meanwhile is either waited for or refused
	h.stop()
	h.mu.Unlock()
	h.wg.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streams {
		s.close()
	}
	clear(h.streams)
}
