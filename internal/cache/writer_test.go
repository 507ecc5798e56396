package cache

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"timeslots/test/rig/redistest"
)

// slowly stores one fragment per interval and worker, of the bubble's time.
func slowly(interval time.Duration, stored *atomic.Int64) func(job) {
	return func(job) {
		<-time.After(interval)
		stored.Add(1)
	}
}

func TestAFullQueueDropsInsteadOfWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored, dropped atomic.Int64
		w := startWriter(slowly(time.Millisecond, &stored), func() { dropped.Add(1) })
		for range writeWorkers {
			w.add(job{fragment: redistest.Fragment(redistest.KeyOfNPI(0), time.Now())})
		}
		synctest.Wait() // the workers are busy
		for i := range queueLength + 10 {
			w.add(job{fragment: redistest.Fragment(redistest.KeyOfNPI(i), time.Now())})
		}
		if n := dropped.Load(); n != 10 {
			t.Errorf("dropped %d, want the 10 beyond the queue", n)
		}
		w.close()
		if n := stored.Load(); n != writeWorkers+queueLength {
			t.Errorf("closing stored %d, want all %d", n, writeWorkers+queueLength)
		}
		if n := w.bytes.Load(); n != 0 {
			t.Errorf("%d bytes are still counted as waiting", n)
		}
	})
}

func TestTheQueueIsBoundedInBytesToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored, dropped atomic.Int64
		w := startWriter(slowly(time.Millisecond, &stored), func() { dropped.Add(1) })
		for range 4 {
			f := redistest.Fragment(redistest.KeyOfNPI(1), time.Now())
			f.Body = make([]byte, queueBytes/3)
			w.add(job{fragment: f})
		}
		w.close()
		if stored.Load() != 2 || dropped.Load() != 2 {
			t.Errorf("stored %d and dropped %d of four thirds and their overhead, want 2 and 2", stored.Load(), dropped.Load())
		}
	})
}

func TestClosingGivesUpAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored, dropped atomic.Int64
		w := startWriter(slowly(100*time.Millisecond, &stored), func() { dropped.Add(1) })
		for i := range 100 {
			w.add(job{fragment: redistest.Fragment(redistest.KeyOfNPI(i), time.Now())})
		}
		start := time.Now()
		w.close()
		if took := time.Since(start); took > drainTime+200*time.Millisecond {
			t.Errorf("closing took %s", took)
		}
		if stored.Load() < 20 || stored.Load()+dropped.Load() != 100 {
			t.Errorf("stored %d and dropped %d of 100, want at least 20 stored and none forgotten", stored.Load(), dropped.Load())
		}
	})
}
