package cache

import (
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/process"
)

// redisServer is a real server process on a port of its own.
type redisServer struct {
	t         testing.TB
	addr      string
	extra     []string
	directory string
	sentinel  string // its configuration, for one that is a sentinel
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
	free, err := process.FreeAddresses(1)
	if err != nil {
		t.Fatal(err)
	}
	return free[0]
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
	args := []string{"--port", port, "--bind", "127.0.0.1", "--dir", s.directory, "--loglevel", "warning"}
	if s.sentinel != "" {
		args = append(append([]string{s.sentinel}, args...), "--sentinel")
	} else {
		args = append(args, "--save", "", "--appendonly", "no")
	}
	s.process = exec.Command(binary, append(args, s.extra...)...)
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

// follow makes what the server keeps age with the clock, of which it knows nothing. Its own clock goes on as well, so a
// little is left for the last moments.
func (s *redisServer) follow(clock *fakeClock) {
	client := s.client()
	clock.moved = append(clock.moved, func(d time.Duration) {
		ctx := s.t.Context()
		for _, key := range client.Keys(ctx, "*:f1:*").Val() {
			if left := client.PTTL(ctx, key).Val(); left > 0 {
				client.PExpire(ctx, key, max(left-d, agreement/2))
			}
		}
	})
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
