package fetch

import (
	"slices"
	"sync"
	"time"
)

// pace knows how long an operation's good answers took lately, and from that when a call is late.
type pace struct {
	mu    sync.Mutex
	took  [paceWindow]time.Duration // a ring
	seen  int                       // ever
	after time.Duration             // late from here on; 0: not known yet
}

const (
	paceWindow = 256 // answers that are remembered
	paceLeast  = 64  // answers before anything is called late
	paceEvery  = 32  // answers between two looks
	// A call is late past the 95th percentile, but only when that stands out: where all calls take about the same time,
	// the slowest of them are not worth a second call.
	paceOutlier = 1.25
	paceFloor   = 5 * time.Millisecond
)

// add remembers how long a good answer took.
func (p *pace) add(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[p.seen%paceWindow] = d
	if p.seen++; p.seen >= paceLeast && p.seen%paceEvery == 0 {
		p.after = lateAfter(p.took[:min(p.seen, paceWindow)])
	}
}

func lateAfter(took []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	median, p95 := sorted[len(sorted)/2], sorted[len(sorted)*95/100]
	return max(p95, time.Duration(paceOutlier*float64(median)), paceFloor)
}

// late is after how long a call is late; 0 when too little is known.
func (p *pace) late() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.after
}
