package main

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkWidestQuery asks for a hundred clinicians over ninety days, the most that one request may, and beside it for
// twenty over two weeks, as a page does: cold, merged from cached fragments, and from the response cache. Upstream
// answers in 80 ms. It reports the 99th percentiles in milliseconds, their ratios, and the memory that the fragments
// take.
func BenchmarkWidestQuery(b *testing.B) {
	addr := startTenant(b, "--providers", "120", "--latency", "80ms")
	npis := everybody(b, "http://"+addr)
	for b.Loop() {
		var typical, widest timings
		for range 5 {
			r := startService(b, served(addr)+"log: {level: error}\nsources: {providerDirect: {fresh: 5m}}\nbooking: {tombstone: 1h}\n")
			var before, after runtime.MemStats
			typical.take(b, r.public, npis[:20], 14)
			runtime.GC()
			runtime.ReadMemStats(&before)
			widest.take(b, r.public, npis[:100], 89)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
			r.end(b)
		}
		for i, name := range []string{"cold", "merged", "cached"} {
			t, w := typical.p99(i), widest.p99(i)
			b.ReportMetric(t, name+"-typical-ms")
			b.ReportMetric(w, name+"-widest-ms")
			b.ReportMetric(w/t, name+"-ratio")
		}
	}
}

func everybody(b *testing.B, simulator string) []string {
	list := document[[]struct{ NPI string }](b, get(b, simulator+"/v1/providers"))
	var npis []string
	for _, p := range list {
		npis = append(npis, p.NPI)
	}
	slices.Sort(npis)
	return slices.Compact(npis)
}

// timings are in milliseconds: cold, merged, cached.
type timings [3][]float64

func (s *timings) take(b *testing.B, public string, npis []string, days int) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	target := fmt.Sprintf("%s/v1/timeslots?npi=%s&endDate=%s&limit=", public, strings.Join(npis, ","), time.Now().AddDate(0, 0, days).Format(time.DateOnly))
	ask := func(limit int) float64 {
		begin := time.Now()
		r, err := send(b, client, http.MethodGet, target+fmt.Sprint(limit), "")
		took := time.Since(begin)
		if err != nil || r.status != http.StatusOK || !strings.Contains(string(r.body[:60]), `"complete":true`) {
			b.Fatalf("%d, %v: %.200s", r.status, err, r.body)
		}
		return float64(took) / float64(time.Millisecond)
	}
	s[0] = append(s[0], ask(100))
	for limit := 101; limit <= 140; limit++ { // each a question of its own, from the same fragments
		s[1] = append(s[1], ask(limit))
	}
	for range 100 {
		s[2] = append(s[2], ask(100))
	}
}

func (s *timings) p99(i int) float64 {
	sorted := slices.Sorted(slices.Values(s[i]))
	return sorted[len(sorted)*99/100]
}
