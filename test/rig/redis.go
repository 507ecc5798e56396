package rig

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// Redis is a real server that keeps nothing on disk: after a restart it is empty.
type Redis struct {
	*Process
	Addr     string
	Password string // empty: none
}

// NewRedis starts one until the test ends, or skips the test where there is none.
func NewRedis(t testing.TB, args ...string) *Redis {
	t.Helper()
	_, port, _ := net.SplitHostPort(FreeAddress(t))
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
	r := &Redis{Process: NewProcess(dir, "redis", path, args...), Addr: addr}
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
	out, err := exec.CommandContext(t.Context(), "redis-cli", append(r.login(), command...)...).Output()
	if err != nil {
		t.Fatalf("redis-cli %s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return string(out)
}

func (r *Redis) login() []string {
	_, port, _ := net.SplitHostPort(r.Addr)
	if r.Password == "" {
		return []string{"-p", port}
	}
	return []string{"-p", port, "--no-auth-warning", "-a", r.Password}
}

// Listen hears every command that is sent from now on; heard ends it and tells.
func (r *Redis) Listen(t testing.TB) (heard func() string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "redis-cli", append(r.login(), "MONITOR")...)
	cmd.Stdout = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() string {
		stop()
		_ = cmd.Wait()
		return said.String()
	}
}

// Everything is all keys and values, those that are compressed as they are and unpacked.
func (r *Redis) Everything(t testing.TB) string {
	t.Helper()
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unpack.Close()
	var all strings.Builder
	for key := range strings.Lines(r.Do(t, "KEYS", "*")) {
		key = strings.TrimSuffix(key, "\n")
		value := ""
		switch strings.TrimSpace(r.Do(t, "TYPE", key)) {
		case "zset":
			value = r.Do(t, "ZRANGE", key, "0", "-1", "WITHSCORES")
		case "string":
			value = r.Do(t, "GET", key)
		}
		fmt.Fprintln(&all, key, value)
		if at := strings.Index(value, "\x28\xb5\x2f\xfd"); at >= 0 { // zstd's magic number
			plain, err := unpack.DecodeAll([]byte(strings.TrimSuffix(value[at:], "\n")), nil)
			if err != nil {
				t.Fatalf("unpack %s: %v", key, err)
			}
			all.Write(plain)
		}
	}
	return all.String()
}
