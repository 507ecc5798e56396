package ops

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// window is how far rates and quantiles look back: long enough to be steady, short enough to see that something healed.
const window = 10 // readings, one a second

// Options say what is watched.
type Options struct {
	Read          Reader
	Replica       string                    // how this replica is called
	Configuration func() Configuration      // in force now
	Warm          func() []Warm             // what is kept warm; nil: nothing
	Odd           func() []Oddity           // what was odd about upstream's answers; nil: not known
	Unknown       func() []UnknownProduct   // products that nobody configured; nil: none
	Circles       func() ([]Circle, int)    // those in use, and how many are remembered at most; nil: not known
	Redis         func() []RedisServer      // how each server is; nil: none is configured
	Off           func(product string) bool // whether it is switched off
	Logger        *slog.Logger
}

// Watch reads the metrics once a second and makes a State of them. Close ends it.
type Watch struct {
	opt   Options
	begun time.Time

	ring    [window]*tally // the last readings; run's own
	reading int

	current atomic.Pointer[published]
	stop    context.CancelFunc
	done    chan struct{}

	mu        sync.Mutex
	listeners map[chan struct{}]bool
	closed    bool
}

// published is a state and its JSON, made once for all who want it.
type published struct {
	state *State
	text  []byte // nil: nothing could be read yet
	id    int
}

// New reads once and begins to watch.
func New(opt Options) *Watch {
	ctx, stop := context.WithCancel(context.Background())
	w := &Watch{opt: opt, begun: time.Now(), stop: stop, done: make(chan struct{}), listeners: map[chan struct{}]bool{}}
	w.current.Store(&published{state: &State{At: w.begun}}) // until the metrics could be read once
	w.look(time.Now())
	go w.run(ctx)
	return w
}

func (w *Watch) run(ctx context.Context) {
	defer close(w.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			w.look(now)
		}
	}
}

// look reads the metrics and publishes what they say.
func (w *Watch) look(now time.Time) {
	list, err := w.opt.Read()
	if err != nil {
		w.opt.Logger.Warn("metrics could not be read for /ops", "error", err)
		return
	}
	t := newTally(now, list)
	before := w.ring[w.reading%window]
	w.ring[w.reading%window] = t
	w.reading++
	since := w.begun
	if before == nil && w.reading > 1 {
		before = w.ring[0]
	}
	if before != nil {
		since = before.at
	}
	state := judge(before, t, now.Sub(since))
	state.Replica, state.UptimeSeconds, state.Configuration = w.opt.Replica, now.Sub(w.begun).Seconds(), w.opt.Configuration()
	for i := range state.Products {
		w.addSwitches(&state.Products[i])
	}
	if w.opt.Circles != nil {
		state.Circles = circlesOf(w.opt.Circles())
	}
	if w.opt.Warm != nil {
		state.Warm = w.opt.Warm()
	}
	if w.opt.Redis != nil {
		state.Redis.addServers(w.opt.Redis())
	}
	if w.opt.Odd != nil {
		state.Oddities = w.opt.Odd()
	}
	if w.opt.Unknown != nil {
		state.UnknownProducts = w.opt.Unknown()
	}
	text, err := json.Marshal(state)
	if err != nil {
		w.opt.Logger.Warn("state could not be written for /ops", "error", err)
		return
	}
	w.current.Store(&published{state, text, w.reading})
	w.announce()
}

// addSwitches says what of a product is switched off.
func (w *Watch) addSwitches(p *Product) {
	off := func(name string) bool { return w.opt.Off != nil && w.opt.Off(name) }
	p.Enabled, p.Booking = !off(p.Name), !off(BookingsOf(p.Name))
	switch {
	case !p.Enabled && !p.Booking:
		p.Health, p.Why = Warning, "switched off, bookings too"
	case !p.Enabled:
		p.Health, p.Why = Warning, "switched off"
	case !p.Booking:
		p.Health, p.Why = Warning, "bookings are switched off"
	}
}

// announce wakes all listeners; one that has not taken the last notice yet needs no second.
func (w *Watch) announce() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for l := range w.listeners {
		select {
		case l <- struct{}{}:
		default:
		}
	}
}

// State is the last one.
func (w *Watch) State() *State { return w.current.Load().state }

// maxListeners bounds those who follow /ops/events at a time.
const maxListeners = 32

// listen gives a channel that has a notice of each new state; nil when there are too many listeners, or the watch is over.
func (w *Watch) listen() (news chan struct{}, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(w.listeners) >= maxListeners {
		return nil, nil
	}
	news = make(chan struct{}, 1)
	news <- struct{}{} // the present state at once
	w.listeners[news] = true
	return news, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.listeners[news] {
			delete(w.listeners, news)
		}
	}
}

// Close ends the watch, and the channels of those who listen.
func (w *Watch) Close() {
	w.stop()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for l := range w.listeners {
		delete(w.listeners, l)
		close(l)
	}
}
