package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
)

// Bounds of the write queue. Writes are worth little: what is dropped is fetched again by whoever needs it.
const (
	queueLength  = 512      // jobs
	queueBytes   = 64 << 20 // kept alive by waiting fragments
	leaseWeight  = 256      // of a job without a fragment
	writeWorkers = 2
	drainTime    = time.Second
)

// job is a write to Redis that nobody waits for.
type job struct {
	fragment *timeslot.Fragment // to be stored; may be nil
	lease    *lease             // to be given back afterwards, even where storing failed; may be nil
}

func (j job) weight() int64 {
	if j.fragment == nil {
		return leaseWeight
	}
	return int64(Weight(j.fragment))
}

// writer does jobs behind the request path, so that nobody waits for a write.
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

// putScript stores a value unless the one that is there must stay: one in a newer format, which belongs to a newer
// replica, or one of the same name that was fetched later. Which was fetched later is told by Redis' clock: a value is as
// old as its whole life is longer than what is left of it (see age.go). Where the writers' clocks agree with that, their
// finer instants decide. One that has longer to live than a whole life is none of ours, and does not stay. Offsets are
// the envelope's (see codec.go), counted from 1; times are in milliseconds.
var putScript = redis.NewScript(`
local key, new, ttl, agreement = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local nameEnd = 86 + struct.unpack('>I2', new, 85)
local old = redis.pcall('GETRANGE', key, 0, nameEnd - 1)
if type(old) == 'string' and #old >= 4 and old:sub(1, 3) == new:sub(1, 3) then
  if old:byte(4) > new:byte(4) then return 0 end
  if old:byte(4) == new:byte(4) and #old == nameEnd and old:sub(85) == new:sub(85, nameEnd) then
    local function between(a, at, b, bt)
      local ah, al = struct.unpack('>I4I4', a, at)
      local bh, bl = struct.unpack('>I4I4', b, bt)
      return ((bh - ah) * 4294967296 + (bl - al)) / 1000000
    end
    local left = redis.call('PTTL', key)
    local age = between(old, 13, old, 37) - left
    local later = between(new, 13, new, 37) - ttl - age
    local written = between(new, 13, old, 13)
    if math.abs(written - later) < agreement then later = written end
    if left > 0 and age > -agreement and later > 0 then return 0 end
  end
end
redis.call('SET', key, new, 'PX', ttl)
return 1
`)

// Put is as in [Store]. The value is encoded and written later, by the writer's goroutines.
func (r *Redis) Put(_ context.Context, f *timeslot.Fragment) { r.put(f, nil) }

// put stores f, and gives the lease back after that.
func (r *Redis) put(f *timeslot.Fragment, held *lease) {
	if f.Bounds.At(r.options.Now()) == timeslot.Expired {
		r.release(held)
		return
	}
	if r.bypass(r.prefix + f.Key.String()) {
		r.dropped()
		return
	}
	r.writer.add(job{fragment: f, lease: held})
}

func (r *Redis) finish(j job) {
	if j.fragment != nil {
		r.set(j.fragment)
	}
	if j.lease != nil && !r.bypass(j.lease.name) {
		r.giveBack(j.lease)
	}
}

func (r *Redis) dropped() { r.options.Recorder.RedisOperation(operationSet, outcomeBypassed, 0) }

// set writes f. No caller waits, so the deadline is its own.
func (r *Redis) set(f *timeslot.Fragment) {
	now := r.options.Now()
	ttl := f.Bounds.StaleOnError.Sub(now).Milliseconds()
	if ttl <= 0 {
		return
	}
	name := r.prefix + f.Key.String()
	if r.bypass(name) {
		r.dropped()
		return
	}
	value, err := r.codec.encode(name, f)
	if err != nil { // too large for the format, which is no fault of the server's: memory has it
		r.options.Recorder.RedisOperation(operationSet, outcomeError, 0)
		return
	}
	r.roundTrip(context.Background(), operationSet, name, func(ctx context.Context) error {
		return putScript.Run(ctx, r.client, []string{name}, value, ttl, agreement.Milliseconds()).Err()
	})
}
