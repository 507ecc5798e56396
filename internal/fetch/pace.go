package fetch

import (
	"slices"
	"sync"
	"time"
)

// pace knows how long an operation's good answers took lately, and from that when a call is late.
type pace struct {
	unknown time.Duration // late from here on, when nothing is known

	mu      sync.Mutex
	took    [paceWindow]time.Duration // a ring
	seen    int                       // ever
	slowest time.Duration             // of the first ones
	after   time.Duration             // late from here on; 0: too few were seen
}

const (
	paceWindow = 256 // answers that are remembered
	paceLeast  = 64  // answers before their distribution says what is late
	paceEvery  = 32  // answers between two looks
	// A call is late past the 95th percentile, but only when that stands out: where all calls take about the same time,
	// the slowest of them are not worth a second call.
	paceOutlier = 1.25
	paceFloor   = 5 * time.Millisecond

	// Before that: a share of the timeout when nothing is known, which leaves a second call the larger part of it; then so
	// many times the slowest answer, within bounds.
	paceUnknown = 4
	paceFirst   = 2
	paceSoonest = 8 // at least this part of what holds when nothing is known
	paceLatest  = 2 // at most so many times that
)

// newPace is of an operation whose calls may take timeout.
func newPace(timeout time.Duration) *pace { return &pace{unknown: timeout / paceUnknown} }

// add remembers how long a good answer took.
func (p *pace) add(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[p.seen%paceWindow] = d
	p.slowest = max(p.slowest, d)
	if p.seen++; p.seen >= paceLeast && p.seen%paceEvery == 0 {
		p.after = lateAfter(p.took[:min(p.seen, paceWindow)])
	}
}

func lateAfter(took []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	median, p95 := sorted[len(sorted)/2], sorted[len(sorted)*95/100]
	return max(p95, time.Duration(paceOutlier*float64(median)), paceFloor)
}

// late is after how long a call is late.
func (p *pace) late() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.after != 0:
		return p.after
	case p.seen == 0:
		return p.unknown
	}
	soonest, latest := p.unknown/paceSoonest, p.unknown*paceLatest
	return min(max(paceFirst*p.slowest, soonest), latest)
}
