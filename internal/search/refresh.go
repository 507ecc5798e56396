package search

import (
	"context"
	"errors"
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// Hot fragments are refreshed a little before they would grow stale: so early that the refresh is done in time at the
// speed that its source has, and each at a moment of its own before that, so that what was fetched together is not
// refreshed together.
const (
	earlyShare  = 0.02 // of the fresh time, at most, besides what the read takes: whatever comes early is a call more
	earlyLeast  = 0.01 // of the fresh time, at least
	earlyMost   = 0.75 // of the fresh time, with what the read takes: a source that is slower than that is not asked all the time
	jitterSteps = 1 << 10
)

// seed makes the moments differ from replica to replica.
var seed = maphash.MakeSeed()

// earlyRefresh is when a fragment is due: before its fresh time ends, by a share of it that depends on the key and on
// when it was fetched, so that every request comes to the same moment, and by what reads like it take lately.
func (e *Engine) earlyRefresh(f *timeslot.Fragment) time.Time {
	draw := uint64(f.FetchedAt.UnixNano()) ^ uint64(f.Key.Block)<<32 ^ uint64(uint32(f.Key.Area.Latitude))<<32 ^ uint64(uint32(f.Key.Area.Longitude))
	for _, text := range [...]string{f.Key.NPI, f.Key.Department, f.Key.VisitType} {
		if text != "" {
			draw = bits.RotateLeft64(draw, 17) ^ maphash.String(seed, text)
		}
	}
	draw *= 0x9e3779b97f4a7c15 // the high bits depend on all
	draw >>= 32
	share := earlyLeast + (earlyShare-earlyLeast)*float64(draw%jitterSteps)/jitterSteps
	fresh := float64(f.Bounds.Fresh.Sub(f.FetchedAt))
	early := min(share*fresh+float64(e.leads.lead(f.Key.Operation)), earlyMost*fresh)
	return f.Bounds.Fresh.Add(-time.Duration(early))
}

// refresher refreshes fragments in the background of the answers that used them: a fixed number of workers, a bounded queue
// in which what is asked for most often goes first, and each key queued once.
type refresher struct {
	work func(ctx context.Context, job refreshJob)
	stop context.CancelFunc
	wg   sync.WaitGroup

	ready chan struct{} // one token for each key that waits

	mu      sync.Mutex
	waiting hottest
	running map[timeslot.FragmentKey]bool
	covered map[timeslot.FragmentKey]int // by how many jobs that wait or run
}

type refreshJob struct {
	key   timeslot.FragmentKey
	call  fetch.Call
	ahead time.Duration // a copy that stays fresh for so long needs no refresh
	more  []*read       // all blocks of a calendar that one call refreshes, key's among them; nil: only key
}

// refreshWorkers is how many refreshes are under way at a time.
const refreshWorkers = 16

// refreshQueue is how many keys may wait. A key that finds no room is asked for again by the next request that uses it.
const refreshQueue = 4096

func newRefresher(workers int, work func(context.Context, refreshJob)) *refresher {
	ctx, stop := context.WithCancel(context.Background())
	r := &refresher{
		work: work, stop: stop, ready: make(chan struct{}, refreshQueue),
		waiting: newHottest(), running: map[timeslot.FragmentKey]bool{}, covered: map[timeslot.FragmentKey]int{},
	}
	for range workers {
		r.wg.Go(func() { r.run(ctx) })
	}
	return r
}

func (r *refresher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.ready:
			job := r.take()
			r.work(ctx, job)
			r.done(job)
		}
	}
}

// take gives the hottest key that waits; there is one for each token.
func (r *refresher) take() refreshJob {
	r.mu.Lock()
	defer r.mu.Unlock()
	job := r.waiting.pop()
	r.running[job.key] = true
	return job
}

func (r *refresher) done(job refreshJob) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, job.key)
	for _, key := range job.keys() {
		if r.covered[key]--; r.covered[key] == 0 {
			delete(r.covered, key)
		}
	}
}

// keys are all that the job refreshes.
func (j *refreshJob) keys() []timeslot.FragmentKey {
	if j.more == nil {
		return []timeslot.FragmentKey{j.key}
	}
	return keysOf(j.more)
}

// add queues a job. One for a key that is being refreshed is dropped, one for a key that waits makes it hotter; full
// tells that there was no room.
func (r *refresher) add(job refreshJob) (full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[job.key] || r.waiting.heat(job.key) {
		return false
	}
	select {
	case r.ready <- struct{}{}:
		r.waiting.push(job)
		for _, key := range job.keys() {
			r.covered[key]++
		}
		return false
	default:
		return true
	}
}

// has reports whether a job that refreshes a key waits or is being done, and makes one that waits for it hotter.
func (r *refresher) has(key timeslot.FragmentKey) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting.heat(key)
	return r.covered[key] > 0
}

// close stops the workers and waits for them.
func (r *refresher) close() {
	r.stop()
	r.wg.Wait()
}

// renewal is whether a read is to be refreshed.
type renewal int

const (
	notYet renewal = iota
	along          // if its calendar is
	due
)

// consider finds out whether a read that is at hand is to be refreshed.
func (e *Engine) consider(rd *read, now time.Time) {
	left := rd.fragment.Bounds.Fresh.Sub(now)
	switch {
	case rd.borrowed:
	case rd.freshness == timeslot.Stale:
		rd.renewal = due
	case rd.freshness != timeslot.Fresh:
	case !now.Before(e.earlyRefresh(rd.fragment)):
		rd.renewal, rd.ahead = due, left
	case halfOver(rd.fragment.FetchedAt, rd.fragment.Bounds, now):
		rd.renewal, rd.ahead = along, left
	}
	if rd.renewal == due && byPoint(rd.key) && e.outages.failure(rd.key, now) != nil {
		rd.renewal = notYet // areas could not be read a moment ago: people who ask unlike each other are not to try each
	}
}

// refreshDue orders a refresh of what is due, and of blocks of the same calendars along with it: one call brings all. So
// blocks that were fetched at different times are due together from then on.
func (e *Engine) refreshDue(list []*read, call fetch.Call) {
	isDue := func(rd *read) bool { return rd.renewal == due }
	if !slices.ContainsFunc(list, isDue) {
		return
	}
	var old []*read
	for _, rd := range list {
		if rd.renewal != notYet && !e.refresh.has(rd.key) {
			old = append(old, rd)
		}
	}
	for _, stretch := range e.typesTogether(e.stretchesOf(e.withBeside(old))) {
		if !slices.ContainsFunc(stretch, isDue) {
			continue
		}
		job := refreshJob{key: stretch[0].key, call: call, ahead: stretch[0].ahead}
		for _, rd := range stretch {
			if len(stretch) > 1 { // reads of its own: the request goes on with these
				job.more = append(job.more, &read{ask: ask{key: rd.key}, freshness: timeslot.Expired, ahead: rd.ahead})
			}
		}
		e.order(job)
	}
}

// withBeside adds what is in use beside an area's block that is due.
func (e *Engine) withBeside(list []*read) []*read {
	all, now := slices.Clone(list), e.opt.Now()
	for _, rd := range list {
		if rd.renewal != due || !byPoint(rd.key) {
			continue
		}
		blocks, ahead := e.circles.beside(rd.key, now)
		for i, key := range blocks {
			if !e.refresh.has(key) && !slices.ContainsFunc(all, func(other *read) bool { return other.key == key }) {
				all = append(all, &read{ask: ask{key: key}, renewal: along, ahead: ahead[i]})
			}
		}
	}
	return all
}

func (e *Engine) refreshInBackground(key timeslot.FragmentKey, call fetch.Call, ahead time.Duration) {
	e.order(refreshJob{key: key, call: call, ahead: ahead})
}

func (e *Engine) order(job refreshJob) {
	if e.refresh.add(job) {
		e.opt.Recorder.Refresh(e.sourceOf(job.key), "dropped")
	}
}

// refreshOne shares the flights with requests that wait for the same keys.
func (e *Engine) refreshOne(ctx context.Context, job refreshJob) {
	if job.more == nil {
		_, _, err := e.flight.Do(ctx, job.key, e.refill(job.key, job.call, job.ahead))
		e.refreshed(job.key, err)
		return
	}
	e.fetchStretch(ctx, job.more, job.call)
	for _, rd := range job.more {
		e.refreshed(rd.key, rd.err)
	}
}

// refreshed takes over how a refresh ended. A failure is not an error for anybody: the old copy stays, and the next request
// orders the next try.
func (e *Engine) refreshed(key timeslot.FragmentKey, err error) {
	outcome := "ok"
	if err == nil {
		e.outages.forget(key)
	} else {
		outcome = "error"
		if errors.Is(err, fetch.ErrTooLarge) {
			e.density.tooLarge(key, e.opt.Now()) // the next caller asks for parts
		}
		e.outages.note(key, err, e.opt.Now())
		e.opt.Logger.Debug("refresh failed", "source", e.sourceOf(key), "operation", key.Operation, "kind", timeslot.KindOf(err))
	}
	e.opt.Recorder.Refresh(e.sourceOf(key), outcome)
}
