package cache

import (
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// Bounds of the write queue. Writes are worth little: what is dropped is fetched again when it is needed.
const (
	queueLength  = 512      // jobs
	queueBytes   = 64 << 20 // kept alive by waiting fragments
	leaseWeight  = 256      // of a job without content of its own
	writeWorkers = 2
	drainTime    = time.Second
)

// job is a write to Redis that nobody waits for.
type job struct {
	fragment *timeslot.Fragment // to be stored; may be nil
	known    bool               // its content has been in Redis: the head alone may do
	lease    *lease             // to be given back afterwards, even where storing failed; may be nil
}

// weight is what waiting for the job keeps in memory that would not be there otherwise.
func (j job) weight() int64 {
	if j.fragment == nil || j.known {
		return leaseWeight
	}
	return int64(Weight(j.fragment))
}

// writer does jobs in the background, so that nobody waits for a write.
type writer struct {
	queue   chan job
	bytes   atomic.Int64 // weight of what waits
	do      func(job)
	dropped func()
	closed  chan struct{}
	once    sync.Once // closes it
	workers sync.WaitGroup
}

// startWriter hands what is queued to do, and calls dropped for each job that is not done.
func startWriter(do func(job), dropped func()) *writer {
	w := &writer{
		queue: make(chan job, queueLength), do: do, dropped: dropped,
		closed: make(chan struct{}),
	}
	for range writeWorkers {
		w.workers.Go(w.work)
	}
	return w
}

// add queues j, or drops it where too much waits already. A lease that is dropped ends by itself.
func (w *writer) add(j job) {
	weight := j.weight()
	if w.bytes.Add(weight) <= queueBytes {
		select {
		case w.queue <- j:
			return
		default:
		}
	}
	w.bytes.Add(-weight)
	w.dropped()
}

func (w *writer) work() {
	for {
		select {
		case <-w.closed: // first, because the queue may never run dry
			w.drain(time.Now().Add(drainTime))
			return
		default:
		}
		select {
		case j := <-w.queue:
			w.finish(j)
		case <-w.closed:
		}
	}
}

// drain empties the queue: by doing until the deadline, by dropping after it.
func (w *writer) drain(deadline time.Time) {
	for {
		select {
		case j := <-w.queue:
			if time.Now().Before(deadline) {
				w.finish(j)
			} else {
				w.bytes.Add(-j.weight())
				w.dropped()
			}
		default:
			return
		}
	}
}

func (w *writer) finish(j job) {
	w.do(j)
	w.bytes.Add(-j.weight())
}

func (w *writer) close() {
	w.once.Do(func() { close(w.closed) })
	w.workers.Wait()
}
