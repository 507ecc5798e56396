package taken

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"
	"timeslots/internal/redisclient"
)

// Switches are the products that are switched off, on every replica (docs/interface.md §4). Each replica has them in memory;
// Redis has them in a hash, product → "off" or "on", that every replica reads once a second. What the hash lacks, because
// it was lost or could not be written, a replica that knows it writes again; so a replica that starts later learns it too.
type Switches struct {
	redis *redisclient.Client // nil: this replica alone
	off   atomic.Pointer[map[string]bool]

	mu     sync.Mutex      // for writers
	untold map[string]bool // by product: Redis does not know yet

	stop context.CancelFunc
	done chan struct{}
}

const (
	switchEvery  = time.Second
	switchedOff  = "off"
	switchedOn   = "on"
	maxSwitches  = 1000 // entries of the hash that are believed
	switchesName = "switches"
)

// NewSwitches has all products on, until Redis says otherwise. Close ends its reading.
func NewSwitches(redis *redisclient.Client) *Switches {
	ctx, stop := context.WithCancel(context.Background())
	s := &Switches{redis: redis, untold: map[string]bool{}, stop: stop, done: make(chan struct{})}
	s.off.Store(&map[string]bool{})
	go s.follow(ctx)
	return s
}

// Off reports whether a product is switched off. It takes no lock.
func (s *Switches) Off(product string) bool { return (*s.off.Load())[product] }

// Set switches a product off or on: here at once, elsewhere within a second. [ErrNotTold] means that the others learn it
// when Redis is back.
func (s *Switches) Set(ctx context.Context, product string, off bool) error {
	s.mu.Lock()
	s.put(product, off)
	if s.redis != nil {
		s.untold[product] = true
	}
	s.mu.Unlock()
	return s.tell(ctx)
}

// put changes a copy; the caller holds the lock.
func (s *Switches) put(product string, off bool) {
	next := maps.Clone(*s.off.Load())
	next[product] = off
	s.off.Store(&next)
}

// tell writes what Redis does not know yet.
func (s *Switches) tell(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.untold) == 0 {
		return nil
	}
	var fields []any
	for product := range s.untold {
		word := switchedOn
		if s.Off(product) {
			word = switchedOff
		}
		fields = append(fields, product, word)
	}
	told := s.redis.RoundTrip(ctx, operationSwitches, s.key(), func(ctx context.Context) error {
		return s.redis.Commands().HSet(ctx, s.key(), fields...).Err()
	})
	if !told {
		return ErrNotTold
	}
	clear(s.untold)
	return nil
}

func (s *Switches) key() string { return s.redis.Namespace() + switchesName }

func (s *Switches) follow(ctx context.Context) {
	defer close(s.done)
	if s.redis == nil {
		return
	}
	tick := time.NewTicker(switchEvery)
	defer tick.Stop()
	for {
		s.learn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// learn takes over what Redis says, and tells it what it lacks.
func (s *Switches) learn(ctx context.Context) {
	if s.redis.Bypassed(s.key()) || s.tell(ctx) != nil {
		return
	}
	var said map[string]string
	ok := s.redis.RoundTrip(ctx, operationSwitches, s.key(), func(ctx context.Context) (err error) {
		said, err = s.redis.Commands().HGetAll(ctx, s.key()).Result()
		return err
	})
	if !ok || len(said) > maxSwitches {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for product, word := range said {
		if known, is := (*s.off.Load())[product]; !s.untold[product] && (!is || known != (word == switchedOff)) {
			s.put(product, word == switchedOff)
		}
	}
	for product := range *s.off.Load() {
		if _, there := said[product]; !there {
			s.untold[product] = true
		}
	}
}

// Close ends the reading. What is switched stays switched in Redis.
func (s *Switches) Close() {
	s.stop()
	<-s.done
}
