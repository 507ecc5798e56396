package cache

import (
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// misses remembers for a moment which keys Redis did not have. A crowd that comes for a fragment nobody has would ask
// Redis once for each visitor; so it asks once in a while, and [Tiered.Fill], which all of them share, asks again
// before anything is fetched.
type misses struct {
	mu    sync.Mutex
	until map[timeslot.FragmentKey]time.Time
}

// Bounds of the memory.
const (
	missKept  = 50 * time.Millisecond
	maxMisses = 4096
)

// recent reports whether key was missed a moment ago.
func (m *misses) recent(key timeslot.FragmentKey, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return now.Before(m.until[key])
}

func (m *misses) note(key timeslot.FragmentKey, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.until == nil || len(m.until) >= maxMisses {
		m.until = map[timeslot.FragmentKey]time.Time{}
	}
	m.until[key] = now.Add(missKept)
}
