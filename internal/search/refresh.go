package search

import (
	"context"
	"sync"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// refresher refreshes stale fragments behind the answers that used them: a fixed number of workers, a bounded queue,
// and each key queued once.
type refresher struct {
	work  func(ctx context.Context, job refreshJob)
	queue chan refreshJob
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu     sync.Mutex
	queued map[timeslot.FragmentKey]bool
}

type refreshJob struct {
	key  timeslot.FragmentKey
	call fetch.Call
}

// refreshQueue is how many keys may wait. A key that finds no room is asked for again by the next request that uses it.
const refreshQueue = 4096

func newRefresher(workers int, work func(context.Context, refreshJob)) *refresher {
	ctx, stop := context.WithCancel(context.Background())
	r := &refresher{work: work, stop: stop, queue: make(chan refreshJob, refreshQueue), queued: map[timeslot.FragmentKey]bool{}}
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
		case job := <-r.queue:
			r.work(ctx, job)
			r.done(job.key)
		}
	}
}

func (r *refresher) done(key timeslot.FragmentKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.queued, key)
}

// add queues a job unless its key is queued or being refreshed already; full tells that there was no room.
func (r *refresher) add(job refreshJob) (full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queued[job.key] {
		return false
	}
	select {
	case r.queue <- job:
		r.queued[job.key] = true
		return false
	default:
		return true
	}
}

// close stops the workers and waits for them.
func (r *refresher) close() {
	r.stop()
	r.wg.Wait()
}

func (e *Engine) refreshBehind(key timeslot.FragmentKey, call fetch.Call) {
	if e.refresh.add(refreshJob{key, call}) {
		e.opt.Recorder.Refresh(key.Source(), "dropped")
	}
}

// refreshOne shares the flight with requests that wait for the same key. A failure is not an error for anybody: the
// stale copy stays, and the next request orders the next try.
func (e *Engine) refreshOne(ctx context.Context, job refreshJob) {
	_, _, err := e.flight.Do(ctx, job.key, e.refill(job.key, job.call))
	outcome := "ok"
	if err != nil {
		outcome = "error"
		e.opt.Logger.Debug("refresh failed", "source", job.key.Source(), "operation", job.key.Operation, "kind", timeslot.KindOf(err))
	}
	e.opt.Recorder.Refresh(job.key.Source(), outcome)
}
