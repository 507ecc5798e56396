package cache

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// fakeClock starts at the real time, so that it agrees with the server's about expiry, and moves when told.
type fakeClock struct {
	mu    sync.Mutex
	at    time.Time
	moved []func(time.Duration)
}

func newFakeClock() *fakeClock { return &fakeClock{at: time.Now()} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *fakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	for _, tell := range c.moved {
		tell(d)
	}
}

// counter is a Recorder that counts "tier/result", "operation/outcome", "up" and "down".
type counter struct {
	mu   sync.Mutex
	seen map[string]int
}

func newCounter() *counter { return &counter{seen: map[string]int{}} }

func (c *counter) add(what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[what] += n
}

func (c *counter) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[what]
}

func (c *counter) CacheLookup(tier, result string, n int) { c.add(tier+"/"+result, n) }
func (c *counter) RedisOperation(operation, outcome string, _ time.Duration) {
	c.add(operation+"/"+outcome, 1)
}
func (c *counter) StoreFenced(source timeslot.Source) { c.add("fenced/"+string(source), 1) }
func (c *counter) TombstonePropagation(time.Duration) { c.add("propagated", 1) }
func (c *counter) RedisClockSkew(time.Duration)       {}

func (c *counter) RedisServers(count map[string]int) {
	for t, n := range count {
		if n > 0 && t != "" {
			c.add("down", 1)
			return
		}
	}
	c.add("up", 1)
}

// policy is the one all test fragments live by: fresh for 10 s, stale for 20 s more, last hope for 70 s more.
var policy = timeslot.Policy{
	Fresh: 10 * time.Second, Stale: 20 * time.Second, StaleOnError: 70 * time.Second, Negative: 5 * time.Second,
}

func keyOfNPI(npi int) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: strconv.Itoa(9000000000 + npi), Block: 735,
	}
}

func fragment(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{
		Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, false),
		Schedules: []timeslot.Schedule{{EHRInstance: "ehr", DepartmentID: "12", NPI: key.NPI, VisitTypeID: "7"}},
		Slots:     []timeslot.Slot{{Start: 1_900_000_000, Duration: 20}}, SlotIDs: []string{"c2xvdA=="},
		Body: []byte(`{"timeslots":[]}`),
	}
}

func withID(id string, s timeslot.Slot) timeslot.SlotWithID {
	return timeslot.SlotWithID{Slot: s, ID: id}
}

func notFound(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, true), NotFound: true}
}

// withSlots is a Provider Direct answer of n slots in twenty schedules, with ids of a usual length and a body.
func withSlots(n int, fetched time.Time) *timeslot.Fragment {
	f := fragment(keyOfNPI(n), fetched)
	f.Schedules, f.Slots, f.SlotIDs = make([]timeslot.Schedule, 20), make([]timeslot.Slot, n), make([]string, n)
	for i := range f.Schedules {
		f.Schedules[i] = timeslot.Schedule{
			EHRInstance: "ehr-east", DepartmentID: strconv.Itoa(1000 + i/4), NPI: f.Key.NPI,
			VisitTypeID: strconv.Itoa(100 + i%4), VisitTypeName: "FollowUp", VisitTypeTitle: "Follow Up Visit",
			Timezone: "America/Los_Angeles",
		}
	}
	for i := range f.Slots {
		f.Slots[i] = timeslot.Slot{Start: 1_900_000_000 + int64(i/20)*1200, Schedule: uint32(i % 20), Duration: 20, Offset: -420}
		f.SlotIDs[i] = fmt.Sprintf("ZWhyLWVhc3R8%08x|%016x|MTIzNDU2Nzg5MA==", i*7919, uint64(i)*0x9E3779B97F4A7C15)
		f.Body = fmt.Appendf(f.Body, `{"slotDateTime":"2030-03-17T%02d:%02d:00","durationInMin":20,"slotId":%q},`,
			i/60%24, i%60, f.SlotIDs[i])
	}
	return f
}

// eventually polls until ok holds, for at most a minute.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("still not after a minute: %s", what)
		case <-ticker.C:
		}
	}
}

// bypassed reports whether no server is asked for anything.
func (r *Redis) bypassed() bool {
	for _, g := range r.servers.all() {
		if !g.bypass() {
			return false
		}
	}
	return true
}

// settle waits until what was put has reached the server.
func (r *Redis) settle(t testing.TB) {
	t.Helper()
	eventually(t, "queued writes are done", func() bool { return r.writer.bytes.Load() == 0 })
}

func memoryTier(t testing.TB, o MemoryOptions) *Memory {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	m, err := NewMemory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}
