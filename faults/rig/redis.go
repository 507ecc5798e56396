package rig

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"

	"timeslots/internal/process"
)

// Redis is a real server that keeps nothing on disk: after a restart it is empty.
type Redis struct {
	*process.Process
	Addr string
}

// NewRedis starts one until the test ends, or skips the test where there is none.
func NewRedis(t testing.TB, args ...string) *Redis {
	t.Helper()
	_, port, _ := net.SplitHostPort(FreeAddr(t))
	return NewRedisOn(t, port, args...)
}

// NewRedisOn is NewRedis on a port of the caller's choice.
func NewRedisOn(t testing.TB, port string, args ...string) *Redis {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	dir, addr := t.TempDir(), net.JoinHostPort("127.0.0.1", port)
	args = append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", dir}, args...)
	r := &Redis{Process: process.New(dir, "redis", path, args...), Addr: addr}
	r.Begin(t)
	t.Cleanup(func() { _ = r.Kill() })
	return r
}

// Begin starts the server, for the first time or again, and waits until it answers.
func (r *Redis) Begin(t testing.TB) {
	t.Helper()
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	err := r.Await(t.Context(), func(context.Context) error {
		conn, err := net.Dial("tcp", r.Addr)
		if err == nil {
			conn.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Do sends a command by redis-cli and gives what it printed.
func (r *Redis) Do(t testing.TB, command ...string) string {
	t.Helper()
	_, port, _ := net.SplitHostPort(r.Addr)
	out, err := exec.CommandContext(t.Context(), "redis-cli", append([]string{"-p", port}, command...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("redis-cli %s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return string(out)
}

// FreeAddr is a loopback address that nobody listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
