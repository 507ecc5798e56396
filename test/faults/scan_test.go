package faults

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// docs/faults.md row 20: somebody who asks for endless keys costs memory that is configured and calls that are budgeted, and
// honest visitors notice nothing.
func TestAScanOfKeysCostsHonestVisitorsNothing(t *testing.T) {
	figure.Beside(t)
	const source = "{ratePerSecond: 50, stale: 1h}" // nobody honest ever has to wait, however slow the machine
	s := newScene(t,
		"cache: {memory: {fragments: 8MiB, responses: 4MiB}}", "booking: {tombstone: 48h}", "search: {budget: 800ms}",
		"sources:\n  careOptions: "+source+"\n  providerDirect: "+source+"\n  careDirect: "+source)
	s.settle(t, clinician)
	s.settle(t, area)
	upstream := func() int {
		return s.upstream.Calls(evil.CareOptions) + s.upstream.Calls(evil.ProviderDirect) + s.upstream.Calls(evil.CareDirect)
	}
	before, begin := upstream(), time.Now()
	d := figure.Form(20*time.Second, 3*time.Second)
	var asked, honest, hits, failed atomic.Int64
	var wg sync.WaitGroup
	for who := range 4 {
		wg.Go(func() {
			draw := rand.New(rand.NewPCG(1, uint64(who)))
			for i := 0; i < 20 || time.Since(begin) < d; i++ {
				query := fmt.Sprintf("/v1/timeslots?npi=%010d", draw.Int64N(1e10))
				if draw.IntN(2) == 0 {
					query = fmt.Sprintf("/v1/timeslots?latitude=%.2f&longitude=%.2f&radius=%d&visitTypeName=Illness", 25+24*draw.Float64(), -124+50*draw.Float64(), 1+draw.IntN(100))
				}
				rig.Get(t, s.Public+query)
				asked.Add(1)
			}
		})
	}
	wg.Go(func() {
		pace := time.NewTicker(10 * time.Millisecond)
		defer pace.Stop()
		for i := 0; i < 100 || time.Since(begin) < d; i++ {
			<-pace.C
			r := rig.Get(t, s.Public+[]string{clinician, area}[i%2])
			honest.Add(1)
			if r.Status != 200 {
				failed.Add(1)
			}
			if strings.HasPrefix(r.Header.Get("Cache-Status"), "timeslots; hit") {
				hits.Add(1)
			}
		}
	})
	wg.Wait()
	took := time.Since(begin)
	share := float64(hits.Load()) / float64(honest.Load())
	calls := upstream() - before
	budget := 3 * 50 * (int(took/time.Second) + 2) // a second's calls may be saved up in each
	bytes := s.Metric(t, "aggregator_cache_bytes")
	if share < 0.9 || failed.Load() > 0 {
		t.Errorf("%.0f %% of %d honest requests were hits, %d failed; want 90 %% and none", 100*share, honest.Load(), failed.Load())
	}
	if calls > budget {
		t.Errorf("%d upstream calls, want %d at most", calls, budget)
	}
	if bytes > 12<<20 {
		t.Errorf("caches hold %.0f bytes, want 12 MiB at most", bytes)
	}
	s.fresh(t, clinician)
	t.Logf("%d keys scanned, %d upstream calls (budget %d), caches %.1f MiB of 12; %.1f %% of %d honest requests were hits", asked.Load(), calls, budget, bytes/(1<<20), 100*share, honest.Load())
}
