package cache

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
)

// fakeClock starts at the real time, so that it agrees with the server's about expiry, and moves when told.
type fakeClock struct {
	mu sync.Mutex
	at time.Time
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
func (c *counter) RedisUp(up bool) { c.add(map[bool]string{true: "up", false: "down"}[up], 1) }

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
		Slots:     []timeslot.Slot{{Start: 1_900_000_000, Duration: 20, ID: "c2xvdA=="}},
		Body:      []byte(`{"timeslots":[]}`),
	}
}

func notFound(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, true), NotFound: true}
}

// withSlots is a Provider Direct answer of n slots in twenty schedules, with ids of a usual length and a body.
func withSlots(n int, fetched time.Time) *timeslot.Fragment {
	f := fragment(keyOfNPI(n), fetched)
	f.Schedules, f.Slots = make([]timeslot.Schedule, 20), make([]timeslot.Slot, n)
	for i := range f.Schedules {
		f.Schedules[i] = timeslot.Schedule{
			EHRInstance: "ehr-east", DepartmentID: strconv.Itoa(1000 + i/4), NPI: f.Key.NPI,
			VisitTypeID: strconv.Itoa(100 + i%4), VisitTypeName: "FollowUp", VisitTypeTitle: "Follow Up Visit",
			Timezone: "America/Los_Angeles",
		}
	}
	for i := range f.Slots {
		f.Slots[i] = timeslot.Slot{
			Start: 1_900_000_000 + int64(i/20)*1200, Schedule: uint32(i % 20), Duration: 20, Offset: -420,
			ID: fmt.Sprintf("ZWhyLWVhc3R8%08x|%016x|MTIzNDU2Nzg5MA==", i*7919, uint64(i)*0x9E3779B97F4A7C15),
		}
		f.Body = fmt.Appendf(f.Body, `{"slotDateTime":"2030-03-17T%02d:%02d:00","durationInMin":20,"slotId":%q},`,
			i/60%24, i%60, f.Slots[i].ID)
	}
	return f
}

// eventually polls until ok holds, for at most five seconds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("still not after 5s: %s", what)
		case <-ticker.C:
		}
	}
}

// redisServer is a real server process on a port of its own.
type redisServer struct {
	t         testing.TB
	addr      string
	extra     []string
	directory string
	process   *exec.Cmd
}

// startRedis skips the test where there is no redis-server, unless TIMESLOTS_REQUIRE_REDIS=1 makes that a failure.
func startRedis(t testing.TB, extra ...string) *redisServer {
	t.Helper()
	s := &redisServer{t: t, addr: freeAddress(t), extra: extra, directory: t.TempDir()}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func freeAddress(t testing.TB) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		if l.Addr().(*net.TCPAddr).Port < 55000 { // a cluster node takes port+10000 too
			return l.Addr().String()
		}
	}
}

func (s *redisServer) start() {
	s.t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("TIMESLOTS_REQUIRE_REDIS") == "1" {
			s.t.Fatal("redis-server is not in PATH, and TIMESLOTS_REQUIRE_REDIS=1 wants it")
		}
		s.t.Skip("skipped: redis-server is not in PATH")
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.process = exec.Command(binary, append([]string{"--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", s.directory, "--loglevel", "warning"}, s.extra...)...)
	s.process.Stdout, s.process.Stderr = io.Discard, io.Discard
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	redis.SetLogger(quiet{}) // refused dials are expected while it starts
	client := s.client()
	eventually(s.t, "redis-server answers", func() bool { return client.Ping(s.t.Context()).Err() == nil })
}

// client is one of the test's own, patient where the tier is not.
func (s *redisServer) client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: s.addr, DialerRetries: 1, MaxRetries: -1})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (s *redisServer) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

func (s *redisServer) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// tier is a Redis tier in front of s. Without changes it is patient, so that a busy test machine does not trip it.
func (s *redisServer) tier(t testing.TB, change func(*RedisOptions)) *Redis {
	t.Helper()
	return redisTier(t, s.addr, change)
}

func redisTier(t testing.TB, addr string, change func(*RedisOptions)) *Redis {
	t.Helper()
	o := RedisOptions{
		Addresses: []string{addr}, Timeout: 2 * time.Second, Prefix: "timeslots", Tenant: "acme", Tier: "prd",
	}
	if change != nil {
		change(&o)
	}
	r, err := NewRedis(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
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
