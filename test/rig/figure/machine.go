package figure

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// Machine measures what the machine itself adds to every latency while a test runs: how late timers are, because other
// programs have the cores. A promise of 60 ms is judged as 60 ms and what the machine added.
type Machine struct {
	mu    sync.Mutex
	lates []time.Duration
}

// Watch begins to measure, until the test ends.
func Watch(t testing.TB) *Machine {
	t.Helper()
	m, stop := Start()
	t.Cleanup(stop)
	return m
}

// Start begins to measure, until stop is called.
func Start() (m *Machine, stop func()) {
	m = &Machine{}
	ended := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { m.run(ended) })
	return m, func() { close(ended); wg.Wait() }
}

const tick = time.Millisecond

func (m *Machine) run(ended <-chan struct{}) {
	for {
		began := time.Now()
		select {
		case <-time.After(tick):
		case <-ended:
			return
		}
		m.mu.Lock()
		m.lates = append(m.lates, time.Since(began)-tick)
		m.mu.Unlock()
	}
}

// Added is what the machine adds to the share's slowest, 0…1: twice what timers were late, for a request runs in two
// programs at least.
func (m *Machine) Added(share float64) time.Duration { return 2 * m.Late(share) }

// Late is how late the share's latest timer was, 0…1.
func (m *Machine) Late(share float64) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.lates) == 0 {
		return 0
	}
	slices.Sort(m.lates)
	return m.lates[min(int(share*float64(len(m.lates))), len(m.lates)-1)]
}
