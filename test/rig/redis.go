package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrNoRedis names the fix.
var ErrNoRedis = errors.New("redis-server is not installed; on Debian: apt-get install redis-server")

// RedisServer is a real Redis that keeps nothing on disk: after a restart it is empty.
type RedisServer struct {
	*Process
	Addr     string
	Password string // that clients send; empty: none
}

// NewRedisServer describes a server without starting it. Its log is in dir; args are added to its command line.
func NewRedisServer(dir, addr string, args ...string) (*RedisServer, error) {
	return newRedisServer(dir, addr, append([]string{"--save", "", "--appendonly", "no"}, args...))
}

func newRedisServer(dir, addr string, args []string) (*RedisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNoRedis
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	args = append(args, "--bind", host, "--port", port, "--dir", dir, "--loglevel", "warning")
	return &RedisServer{Process: NewProcess(dir, "redis", path, args...), Addr: addr}, nil
}

// Begin starts the server, for the first time or again, and waits until it listens.
func (s *RedisServer) Begin(ctx context.Context) error {
	if err := s.Start(); err != nil {
		return err
	}
	return s.Await(ctx, listensAt(s.Addr))
}

// Command sends a command over a connection of its own.
func (s *RedisServer) Command(ctx context.Context, command ...any) (any, error) {
	client := s.client()
	defer client.Close()
	reply, err := client.Do(ctx, command...).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %v: %w", command[0], err)
	}
	return reply, nil
}

// client tries once.
func (s *RedisServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, Password: s.Password, DialerRetries: 1, MaxRetries: -1, ReadTimeout: 3 * time.Second})
}

// Redis is the server of a test, which fails with it.
type Redis struct {
	*RedisServer
	t testing.TB
}

// StartRedis runs a server until the test ends, or skips the test where there is none, see [NeedRedis].
func StartRedis(t testing.TB, args ...string) *Redis {
	t.Helper()
	return StartRedisAt(t, FreeAddress(t), args...)
}

// StartRedisAt is StartRedis at an address of the caller's choice.
func StartRedisAt(t testing.TB, addr string, args ...string) *Redis {
	t.Helper()
	NeedRedis(t)
	server, err := NewRedisServer(t.TempDir(), addr, args...)
	return startRedis(t, server, err)
}

// StartSentinel is StartRedis for a sentinel with a configuration file.
func StartSentinel(t testing.TB, config string) *Redis {
	t.Helper()
	NeedRedis(t)
	server, err := newRedisServer(filepath.Dir(config), FreeAddress(t), []string{config, "--sentinel"})
	return startRedis(t, server, err)
}

func startRedis(t testing.TB, server *RedisServer, err error) *Redis {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r := &Redis{server, t}
	t.Cleanup(r.Kill)
	r.Begin()
	return r
}

// NeedRedis skips a test where there is no redis-server, unless TIMESLOTS_REQUIRE_REDIS=1 makes that a failure.
func NeedRedis(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err == nil {
		return
	}
	if os.Getenv("TIMESLOTS_REQUIRE_REDIS") == "1" {
		t.Fatal(ErrNoRedis)
	}
	t.Skip(ErrNoRedis)
}

// Begin starts the server, for the first time or again, and waits until it listens.
func (r *Redis) Begin() {
	r.t.Helper()
	r.must(r.RedisServer.Begin(r.t.Context()))
}

// Kill ends the server at once, stopped or not.
func (r *Redis) Kill() {
	r.t.Helper()
	r.must(r.RedisServer.Kill())
}

// Signal sends the server a signal.
func (r *Redis) Signal(s syscall.Signal) {
	r.t.Helper()
	r.must(r.RedisServer.Signal(s))
}

// Do sends a command over a connection of its own, and gives the reply.
func (r *Redis) Do(command ...any) any {
	r.t.Helper()
	reply, err := r.Command(r.t.Context(), command...)
	r.must(err)
	return reply
}

// Client is one of the test's own, which tries once.
func (r *Redis) Client() *redis.Client {
	c := r.client()
	r.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (r *Redis) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}
