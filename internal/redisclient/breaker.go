package redisclient

import (
	"sync"
	"sync/atomic"
	"time"
)

// breaker is what is known of one Redis server, and decides whether it is asked at all. It opens at the first failure that
// tells of the server rather than of one key, and then requests pass the server by at once; they are never used as
// probes. A background probe closes it again (see [Client.watch]), so a dead server costs the requests in flight one
// timeout, and later ones nothing.
//
// A time-out alone may be our own doing: under a crowd that takes every core, answers lie unread for longer than we
// wait. So time-outs open it only when nothing was answered for a while; a connection that is refused opens it at once.
type breaker struct {
	server   string                        // address
	lastWord atomic.Int64                  // when the server last answered anything, in nanoseconds since birth
	skew     atomic.Pointer[time.Duration] // our clock minus the server's; nil: its clock was never read
	birth    time.Time
	state    atomic.Pointer[condition] // nil: not known yet

	mu      sync.Mutex               // orders the changes
	changed func(was, is *condition) // called for each, in order; was is nil for the first
	doubts  int                      // probes that ran out of time since the last that said more
}

// condition is how a server is.
type condition struct {
	server  string
	trouble Trouble
	missing string // rights, for permission
	since   time.Time
}

// silence is how long nothing must have been answered for time-outs to count.
const silence = 50 * time.Millisecond

// manyDoubts is how many probes in a row have to run out of time before that counts as the trouble of a server that had
// another one: now and then one does, for want of a core, and says nothing new.
const manyDoubts = 10

func newBreaker(server string, changed func(was, is *condition)) *breaker {
	g := &breaker{server: server, birth: time.Now(), changed: changed}
	g.lastWord.Store(-int64(time.Hour)) // never
	return g
}

// ahead is by how much our clock is ahead of the server's; 0 where that is not known.
func (g *breaker) ahead() (d time.Duration, known bool) {
	if skew := g.skew.Load(); skew != nil {
		return *skew, true
	}
	return 0, false
}

func (g *breaker) answered() { g.lastWord.Store(int64(time.Since(g.birth))) }

// silent reports whether nothing was answered for a while.
func (g *breaker) silent() bool {
	return time.Since(g.birth)-time.Duration(g.lastWord.Load()) > silence
}

// troubleOf is what an error says about this server. One that has answered before and now is silent when dialled hangs:
// its TLS was not at fault.
func (g *breaker) troubleOf(err error) Trouble {
	t := troubleOf(err)
	if t == TroubleTLS && outcomeOf(err) == outcomeTimeout && g.lastWord.Load() >= 0 {
		return TroubleTimeout
	}
	return t
}

// bypass reports whether the server is passed by.
func (g *breaker) bypass() bool {
	c := g.state.Load()
	return c != nil && c.trouble.Bypasses()
}

// well reports whether the server can be used for everything, as far as is known.
func (g *breaker) well() bool {
	c := g.state.Load()
	return c != nil && c.trouble == TroubleNone
}

// fail notes what an operation met. What is known to be out of use stays as it is until the next probe: operations that
// were under way may have met something else.
func (g *breaker) fail(t Trouble, missing string) {
	if !g.bypass() {
		g.become(t, missing)
	}
}

// become notes how the server is.
func (g *breaker) become(t Trouble, missing string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.state.Load()
	if was != nil && was.trouble == t && was.missing == missing {
		g.doubts = 0
		return
	}
	if t == TroubleTimeout && was != nil && was.trouble.Bypasses() {
		if g.doubts++; g.doubts < manyDoubts {
			return
		}
	}
	g.doubts = 0
	is := &condition{server: g.server, trouble: t, missing: missing, since: time.Now()}
	g.state.Store(is)
	g.changed(was, is)
}
