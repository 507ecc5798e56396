package rig

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Service is one running replica.
type Service struct {
	*Process
	Public, Admin string // base URLs, once it has begun
	File          string // its configuration; the demo has none
}

// NewService describes `aggregator serve` without starting it. Its configuration and its log are in dir.
func NewService(dir, name, binary, configuration string) (*Service, error) {
	file := filepath.Join(dir, name+".yaml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	return &Service{Process: NewProcess(dir, name, binary, "serve", "--config", file), File: file}, nil
}

// Serve runs a replica with a configuration until the test ends. The configuration should listen on port 0.
func Serve(t testing.TB, configuration string) *Service {
	t.Helper()
	s, err := NewService(t.TempDir(), "service", binary, configuration)
	if err != nil {
		t.Fatal(err)
	}
	s.serve(t)
	return s
}

var simulator = regexp.MustCompile(`simulated DexCare tenant answers on (http://[^ ,]+)`)

// Demo runs the demo until the test ends, with the simulated tenant that is part of it.
func Demo(t testing.TB, args ...string) (*Service, *Tenant) {
	t.Helper()
	args = append([]string{"demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)
	s := &Service{Process: NewProcess(t.TempDir(), "demo", binary, args...)}
	s.serve(t)
	Until(t, "the demo's announcement", func() bool { return simulator.MatchString(s.Said()) })
	return s, &Tenant{URL: simulator.FindStringSubmatch(s.Said())[1]}
}

func (s *Service) serve(t testing.TB) {
	t.Helper()
	t.Cleanup(func() { _ = s.Kill() })
	if err := s.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Begin starts the program, for the first time or again, and waits until it is ready.
func (s *Service) Begin(ctx context.Context) error {
	if err := s.Start(); err != nil {
		return err
	}
	return s.Await(ctx, s.ready)
}

var listening = regexp.MustCompile(`listening public=(\S+) admin=(\S+)`)

func (s *Service) ready(ctx context.Context) error {
	runs := listening.FindAllStringSubmatch(s.Said(), -1)
	if runs == nil {
		return errors.New("no address was printed")
	}
	at := runs[len(runs)-1]
	s.Public, s.Admin = "http://"+at[1], "http://"+at[2]
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if _, err := fetch(ctx, http.MethodGet, s.Admin+"/readyz", nil); err != nil {
		return fmt.Errorf("readyz: %w", err)
	}
	return nil
}

// Said is all that the replica printed.
func (s *Service) Said() string {
	said, _ := os.ReadFile(s.Log)
	return string(said)
}

// Metric sums the series of a metric whose label text contains all the parts.
func (s *Service) Metric(t testing.TB, name string, parts ...string) (sum float64) {
	t.Helper()
	for line := range strings.Lines(string(Get(t, s.Admin+"/metrics").Body)) {
		series, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || series != name && !strings.HasPrefix(series, name+"{") || slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(series, part) }) {
			continue
		}
		value, _, _ = strings.Cut(value, " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		sum += n
	}
	return sum
}

// Resident is the memory that the replica holds, in bytes (Linux).
func (s *Service) Resident(t testing.TB) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		t.Skip("no /proc here")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
