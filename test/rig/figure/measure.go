package figure

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tries is how often a story is told before a figure beyond its limit is believed.
const Tries = 3

// Measure tells a story that gives figures. Where they are judged, a story with one beyond its limit is told again,
// with everything set up anew, and only what is beyond its limit each time fails. What else goes wrong in a story fails
// at once.
func Measure(t *testing.T, story func(*testing.T, *Figures)) {
	t.Helper()
	if !Judged() {
		f := &Figures{machine: Watch(t)}
		story(t, f)
		t.Log(f)
		return
	}
	var missed []string
	for try := range Tries {
		f := &Figures{}
		sound := t.Run(fmt.Sprintf("try %d", try+1), func(t *testing.T) {
			f.machine = Watch(t)
			story(t, f)
			t.Log(f)
		})
		if missed = f.missed; !sound || len(missed) == 0 {
			return // where it is not sound, it has failed for another reason
		}
	}
	t.Errorf("at each of %d tries, at last:\n%s", Tries, strings.Join(missed, "\n"))
}

// Repeat measures until the figures are within their limits, and fails when they are not in [Tries] tries. Where figures
// are not judged it measures once. measure logs what it found beside the limits.
func Repeat(t *testing.T, measure func() (within bool)) {
	t.Helper()
	for try := 1; ; try++ {
		machine := Watch(t)
		within := measure()
		t.Logf("try %d: within the limits: %v; meanwhile this machine's own timers were late: p50 %v, p99 %v", try, within, round(machine.Late(0.5)), round(machine.Late(0.99)))
		switch {
		case within || !Judged():
			return
		case try == Tries:
			t.Errorf("not within the limits in %d tries", Tries)
			return
		}
	}
}

// Figures are what one telling of a story measured, each beside its limit.
type Figures struct {
	machine *Machine

	mu     sync.Mutex
	told   []string
	missed []string
}

// Time notes a latency that is the share's slowest, 0…1. It holds when it is within the limit and what the machine's own
// timers added meanwhile.
func (f *Figures) Time(what string, took, limit time.Duration, share float64) {
	added := f.machine.Added(share)
	f.note(took <= limit+added, fmt.Sprintf("%s: %v, at most %v (the machine adds %v)", what, round(took), limit, round(added)))
}

// AtMost notes a figure that promises not to be larger.
func (f *Figures) AtMost(what string, figure, limit float64, unit string) {
	f.note(figure <= limit, fmt.Sprintf("%s: %.4g %s, at most %.4g (the machine adds %v)", what, figure, unit, limit, round(f.machine.Added(0.99))))
}

func (f *Figures) note(holds bool, line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !holds {
		f.missed = append(f.missed, line)
		line += " – beyond its limit"
	}
	f.told = append(f.told, line)
}

// String is every figure on a line.
func (f *Figures) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.told) == 0 {
		return "no figure"
	}
	text := strings.Join(f.told, "\n")
	if !Judged() {
		return "not judged here:\n" + text
	}
	return text
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
