package redistest

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/redisclient"
	"timeslots/test/rig"
)

// Server is a real server process on a port of its own. It keeps nothing on disk.
type Server struct {
	t         testing.TB
	Addr      string
	extra     []string
	directory string
	sentinel  string // its configuration, for one that is a sentinel
	cmd       *exec.Cmd
}

// Start runs a server until the test ends. It skips the test where there is no redis-server, unless TIMESLOTS_REQUIRE_REDIS=1 makes that a failure.
func Start(t testing.TB, extra ...string) *Server {
	t.Helper()
	s := &Server{t: t, Addr: rig.FreeAddress(t), extra: extra, directory: t.TempDir()}
	s.Begin()
	t.Cleanup(s.Kill)
	return s
}

// StartSentinel is Start for a sentinel with a configuration file.
func StartSentinel(t testing.TB, config string) *Server {
	t.Helper()
	s := &Server{t: t, Addr: rig.FreeAddress(t), directory: filepath.Dir(config), sentinel: config}
	s.Begin()
	t.Cleanup(s.Kill)
	return s
}

// Begin starts the server, for the first time or again, and waits until it answers.
func (s *Server) Begin() {
	s.t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("TIMESLOTS_REQUIRE_REDIS") == "1" {
			s.t.Fatal("redis-server is not in PATH, and TIMESLOTS_REQUIRE_REDIS=1 wants it")
		}
		s.t.Skip("skipped: redis-server is not in PATH")
	}
	_, port, _ := net.SplitHostPort(s.Addr)
	args := []string{"--port", port, "--bind", "127.0.0.1", "--dir", s.directory, "--loglevel", "warning"}
	if s.sentinel != "" {
		args = append(append([]string{s.sentinel}, args...), "--sentinel")
	} else {
		args = append(args, "--save", "", "--appendonly", "no")
	}
	s.cmd = exec.Command(binary, append(args, s.extra...)...)
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, io.Discard
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	redis.SetLogger(redisclient.Quiet{}) // refused dials are expected while it starts
	client := s.Client()
	Eventually(s.t, "redis-server answers", func() bool { return client.Ping(s.t.Context()).Err() == nil })
}

// Client is one of the test's own, patient where the tier is not.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: s.Addr, DialerRetries: 1, MaxRetries: -1})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// Kill ends the process at once, if there is one.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Signal sends the process a signal.
func (s *Server) Signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Do sends a command that must succeed.
func Do(t testing.TB, client *redis.Client, command ...any) {
	t.Helper()
	if err := client.Do(t.Context(), command...).Err(); err != nil {
		t.Fatal(err)
	}
}

// Options are those of a client of the server at addr. They are patient, so that a busy test machine does not trip it.
func Options(addr string) redisclient.Options {
	return redisclient.Options{
		Addresses: []string{addr}, Timeout: 2 * time.Second, Prefix: "timeslots", Tenant: "acme", Tier: "prd",
	}
}

// Bypassed reports whether no server is asked for anything.
func Bypassed(c *redisclient.Client) bool {
	return !slices.ContainsFunc(c.State(), func(s redisclient.ServerState) bool { return !s.Kind.Bypasses() })
}

// New makes a client that is closed when the test ends, or before.
func New(t testing.TB, o redisclient.Options) *redisclient.Client {
	t.Helper()
	c, err := redisclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
