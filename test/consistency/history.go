package main

import (
	"sync"
	"time"
)

// Values of the header Timeslots-Consistency.
const (
	strict     = "strict"
	bestEffort = "best-effort"
)

// observation is one answer to a read, and what the answer says of itself.
type observation struct {
	replica     int
	target      string
	begun       time.Duration // just before the request was sent, on the history's clock
	consistency string        // Timeslots-Consistency
	cacheStatus string        // Cache-Status
	offers      []offer
}

// reoffer is a taken slot in an answer to a request that began after the slot was taken.
type reoffer struct {
	Replica     int           `json:"replica"`
	Target      string        `json:"target"`
	Slot        handle        `json:"slot"`
	After       time.Duration `json:"afterNanoseconds"` // from the booking's answer to the read's beginning
	CacheStatus string        `json:"cacheStatus"`
}

// history is what was taken, and when. It grows with the bookings, whose rate and time are bounded.
type history struct {
	now       func() time.Duration // monotonic
	tombstone time.Duration        // how long the promise holds

	mu    sync.RWMutex
	taken map[handle]time.Duration
}

// newHistory starts the clock.
func newHistory(tombstone time.Duration) *history {
	start := time.Now()
	return &history{
		now: func() time.Duration { return time.Since(start) }, tombstone: tombstone, taken: map[handle]time.Duration{},
	}
}

// took notes that an answer just said that the slot is taken. A second answer about the same slot changes nothing: the
// promise holds from the first.
func (h *history) took(o offer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now() // under the lock: a reader that begins later and judges finds the slot here
	for _, name := range o.handles {
		if _, before := h.taken[name]; !before {
			h.taken[name] = now
		}
	}
}

// judge finds the slots that the answer should no longer offer; each counts once, whichever of its names gives it away.
func (h *history) judge(seen observation) []reoffer {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var out []reoffer
	for _, o := range seen.offers {
		for _, name := range o.handles {
			at, taken := h.taken[name]
			after := seen.begun - at
			if !taken || after <= 0 || after >= h.tombstone {
				continue
			}
			out = append(out, reoffer{
				Replica: seen.replica, Target: seen.target, Slot: name, After: after, CacheStatus: seen.cacheStatus,
			})
			break
		}
	}
	return out
}
