package events

import (
	"context"
	cryptorand "crypto/rand"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What a stream remembers: changes for those who come back, and slots that may come back.
const (
	maxChanges = 128
	maxGone    = 10_000
)

// Event is something to tell: the whole list of what is offered, or what changed.
type Event struct {
	ID string

	Whole             bool // Offered counts, and not the others
	Offered           []string
	Removed, Restored []string
}

// stream is one answer, and what became of it.
type stream struct {
	watched Watched
	epoch   string // tells this stream's ids from another's

	mu    sync.Mutex
	known bool // it was looked at

	order     []string // the same, as the answer has it
	gone      map[string]bool
	changes   []Event // ascending, the last of all
	seq       int     // of the last change
	news      chan struct{}
	listeners int
	left      time.Time // when the last listener did
	closed    bool
}

func newStream(w Watched) *stream {
	return &stream{watched: w, epoch: cryptorand.Text()[:8], gone: map[string]bool{}, news: make(chan struct{}), left: time.Now()}
}

// note compares what is offered now with what was.
func (s *stream) note(offered []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := make(map[string]bool, len(offered))
	var change Event
	for _, id := range offered {
		now[id] = true
		if s.gone[id] {
			delete(s.gone, id)
			change.Restored = append(change.Restored, id)
		}
	}
	for _, id := range s.order {
		if !now[id] {
			change.Removed = append(change.Removed, id)
			s.gone[id] = true
		}
	}
	if len(s.gone) > maxGone {
		clear(s.gone)
	}
	first := !s.known
	s.known, s.order = true, offered
	if len(change.Removed)+len(change.Restored) > 0 {
		s.seq++
		change.ID = s.id(s.seq)
		s.changes = append(s.changes, change)
		if len(s.changes) > maxChanges {
			s.changes = append([]Event(nil), s.changes[len(s.changes)-maxChanges:]...)
		}
	} else if !first {
		return
	}
	s.wake()
}

// wake wakes all listeners.
func (s *stream) wake() {
	close(s.news)
	s.news = make(chan struct{})
}

func (s *stream) id(seq int) string { return s.epoch + "-" + strconv.Itoa(seq) }

func (s *stream) join(last string) *Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners++
	l := &Listener{stream: s, whole: true}
	if epoch, seq, ok := strings.Cut(last, "-"); ok && epoch == s.epoch {
		if n, err := strconv.Atoi(seq); err == nil && n >= s.seq-len(s.changes) && n <= s.seq {
			l.whole, l.seen = false, n
		}
	}
	return l
}

// abandoned reports whether nobody has listened since.
func (s *stream) abandoned(since time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listeners == 0 && s.left.Before(since)
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.wake()
}

// Listener hears of one answer. One goroutine uses it.
type Listener struct {
	stream *stream
	whole  bool // the whole list comes next
	seen   int  // the last change that it heard of
	once   sync.Once
}

// Next waits for something to tell, for patience at most: no events and no error mean that nothing happened. Its errors
// are [ErrClosed] and ctx'.
func (l *Listener) Next(ctx context.Context, patience time.Duration) ([]Event, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		events, news, closed := l.pending()
		if closed {
			return nil, ErrClosed
		}
		if len(events) > 0 {
			return events, nil
		}
		select {
		case <-news:
		case <-timer.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// pending is what there is to tell; news is closed when there is more.
func (l *Listener) pending() (events []Event, news chan struct{}, closed bool) {
	s := l.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.known {
		return nil, s.news, s.closed
	}
	if l.whole || l.seen < s.seq-len(s.changes) { // what it missed is forgotten
		l.whole, l.seen = false, s.seq
		return []Event{{ID: s.id(s.seq), Whole: true, Offered: s.order}}, s.news, false
	}
	events = append(events, s.changes[len(s.changes)-(s.seq-l.seen):]...)
	l.seen = s.seq
	return events, s.news, false
}

// Leave ends the listening.
func (l *Listener) Leave() {
	l.once.Do(func() {
		l.stream.mu.Lock()
		defer l.stream.mu.Unlock()
		l.stream.listeners--
		l.stream.left = time.Now()
	})
}
