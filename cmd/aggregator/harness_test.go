package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig"
)

// console collects what a command prints, and lets a test wait for a line.
type console struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newConsole() *console { return &console{changed: make(chan struct{}, 1)} }

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// waitFor returns the groups of the first match.
func (c *console) waitFor(t testing.TB, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.After(hanging)
	for {
		if m := re.FindStringSubmatch(c.String()); m != nil {
			return m
		}
		select {
		case <-c.changed:
		case <-deadline:
			t.Fatalf("no %q in:\n%s", pattern, c)
		}
	}
}

// running is a command under way.
type running struct {
	out, err      *console
	stop          context.CancelFunc
	code          chan int
	public, admin string // base URLs
}

// start runs a command until the test ends, with patience and what environ adds to it.
func start(t testing.TB, environ []string, args ...string) *running {
	t.Helper()
	environ = append(patienceFor(t, args, environ), environ...)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{out: newConsole(), err: newConsole(), stop: cancel, code: make(chan int, 1)}
	go func() {
		r.code <- run(program{stdout: r.out, stderr: r.err, environ: environ, stopping: ctx}, args)
	}()
	t.Cleanup(func() { r.end(t) })
	return r
}

// end asks the command to stop and gives its exit code. A second call gives the same.
func (r *running) end(t testing.TB) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		r.code <- code
		return code
	case <-time.After(hanging):
		t.Fatalf("the command does not stop; it said:\n%s", r.err)
		return -1
	}
}

// startDemo runs the demo on free ports.
func startDemo(t testing.TB, args ...string) *running {
	t.Helper()
	r := start(t, nil, append([]string{"demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)...)
	r.listening(t)
	return r
}

func (r *running) listening(t testing.TB) {
	t.Helper()
	at := r.err.waitFor(t, `listening public=(\S+) admin=(\S+)`)
	r.public, r.admin = "http://"+at[1], "http://"+at[2]
}

// startTenant runs the simulator on a free port.
func startTenant(t testing.TB, flags ...string) (addr string) {
	t.Helper()
	tenant := start(t, nil, append([]string{"acme", "--listen", "127.0.0.1:0"}, flags...)...)
	return tenant.err.waitFor(t, `listening public=(\S+)`)[1]
}

// startService runs the service with a configuration.
func startService(t testing.TB, text string) *running {
	t.Helper()
	r := start(t, nil, "serve", "--config", written(t, text))
	r.listening(t)
	return r
}

// simulator is the address that the demo prints.
func (r *running) simulator(t testing.TB) string {
	t.Helper()
	return r.out.waitFor(t, `tenant answers on (http://[^,]+),`)[1]
}

// eventually polls until check is content.
func eventually(t testing.TB, what string, check func() bool) {
	t.Helper()
	rig.Until(t, what, check)
}

// counted waits until the metrics have all of these. A request is counted once its answer is out, so who has the
// answer may come too early.
func counted(t testing.TB, admin string, series ...string) (metrics string) {
	t.Helper()
	eventually(t, "metrics with "+strings.Join(series, " and "), func() bool {
		metrics = string(get(t, admin+"/metrics").body)
		for _, one := range series {
			if !strings.Contains(metrics, one) {
				return false
			}
		}
		return true
	})
	return metrics
}

// quietService is the service without listeners, in front of nobody; admin is its admin part of the configuration.
func quietService(t *testing.T, admin string) *service {
	t.Helper()
	return built(t, strings.Replace(served("127.0.0.1:1"), `admin: {listen: 127.0.0.1:0, token: "admin-secret"}`, admin, 1), io.Discard)
}

// built is the service without listeners until the test ends.
func built(t *testing.T, text string, log io.Writer, environ ...string) *service {
	t.Helper()
	cfg, err := config.LoadBytes("test", []byte(text), environ)
	if err != nil {
		t.Fatal(err)
	}
	logger, level := newLogger(log, cfg.Log)
	s, err := newService(cfg, logger, level, extras{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// textOf is what files hold, one after the other, those of tests or the others.
func textOf(t *testing.T, tests bool, patterns ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") != tests {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}
