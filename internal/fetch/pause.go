package fetch

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// pause keeps calls away from a source that asked for it with 429, or 503 and Retry-After (RFC 9110 §10.2.3). It goes
// for all operations of the source: the limit is the tenant's, not the path's.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

// unspokenPause follows a 429 that does not say how long.
const unspokenPause = time.Second

var errPaused = errors.New("upstream asked us to wait")

// heed begins a pause when err asks for one, at most a minute (see retryAfter). A shorter one never ends a longer one.
func (p *pause) heed(err error) {
	e, ok := errors.AsType[*timeslot.Error](err)
	if !ok || e.Kind != timeslot.KindLimited || e.Status == 0 {
		return
	}
	wait := e.RetryAfter
	if wait == 0 && e.Status == http.StatusTooManyRequests {
		wait = unspokenPause
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(wait); until.After(p.until) {
		p.until = until
	}
}

// check is nil when no pause is on, else a refusal that says how much of it is left.
func (p *pause) check() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := time.Until(p.until); left > 0 {
		return &timeslot.Error{Kind: timeslot.KindLimited, RetryAfter: left, Err: errPaused}
	}
	return nil
}
