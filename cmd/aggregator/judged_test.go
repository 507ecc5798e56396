package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// judged tells whether figures count: in make faults, where nothing else runs. Everywhere else a story is told with its
// counts, orders and statuses alone, and its figures are only logged.
func judged() bool { return os.Getenv("FAULTS_FULL") != "" }

// measured skips a test that is nothing but figures.
func measured(t *testing.T) {
	t.Helper()
	if !judged() {
		t.Skip("measured: part of make faults")
	}
}

// long skips what has nothing to do with calendars and takes its time; a sweep over many days runs without.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: not part of -short")
	}
}

// alongside lets a test run beside others, where nothing is measured.
func alongside(t *testing.T) {
	t.Helper()
	if !judged() {
		t.Parallel()
	}
}

// tries is how often a figure is measured before it is believed to be too high: a machine has other things to do.
const tries = 3

// judge measures until the figures are within their limits, and fails when they never are. Where figures are not judged
// it measures once. measure logs what it found beside the limits.
func judge(t *testing.T, measure func() (within bool)) {
	t.Helper()
	for try := 1; ; try++ {
		late := watchTimers(t)
		within := measure()
		t.Logf("try %d: within the limits: %v; meanwhile this machine's own timers were late by %s", try, within, late())
		switch {
		case within || !judged():
			return
		case try == tries:
			t.Errorf("not within the limits in %d tries", tries)
			return
		}
	}
}

// watchTimers measures how late timers are until late is called, which says so: what a machine with other things to do
// adds to every latency.
func watchTimers(t *testing.T) (late func() string) {
	t.Helper()
	const tick = time.Millisecond
	var lates []time.Duration
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			began := time.Now()
			select {
			case <-time.After(tick):
				lates = append(lates, time.Since(began)-tick)
			case <-ended:
				return
			}
		}
	})
	end := sync.OnceFunc(func() { close(ended); watching.Wait() })
	t.Cleanup(end)
	return func() string {
		end()
		if len(lates) == 0 {
			return "nobody knows how much"
		}
		slices.Sort(lates)
		return fmt.Sprintf("p50 %v, p99 %v, at worst %v", lates[len(lates)/2], lates[len(lates)*99/100], lates[len(lates)-1])
	}
}
