package rig

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// Latencies are in order, the shortest first.
type Latencies []time.Duration

// At is the latency that the share's slowest took, 0…1.
func (l Latencies) At(share float64) time.Duration {
	return l[min(int(share*float64(len(l))), len(l)-1)]
}

// Crowd asks n times, so many at a time, and gives the latencies and the replies that were not 200.
func Crowd(t testing.TB, url string, n, atATime int) (took Latencies, failed []Reply) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	for range atATime {
		wg.Go(func() {
			for range work {
				r := Get(t, url)
				mu.Lock()
				took = append(took, r.Took)
				if r.Status != 200 {
					failed = append(failed, r)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took, failed
}
