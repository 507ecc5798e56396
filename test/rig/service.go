package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Service is one running replica.
type Service struct {
	*Process
	Public, Admin string // base URLs
	File          string // its configuration
}

var listening = regexp.MustCompile(`listening public=(\S+) admin=(\S+)`)

// Serve runs a replica with a configuration until the test ends. The configuration should listen on port 0.
func Serve(t testing.TB, configuration string) *Service {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "service.yaml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Service{Process: NewProcess(dir, "service", binary, "serve", "--config", file), File: file}
	s.begin(t)
	return s
}

var simulator = regexp.MustCompile(`simulated DexCare tenant answers on (http://[^ ,]+)`)

// Demo runs the demo until the test ends, and gives the address of its simulated tenant.
func Demo(t testing.TB, args ...string) (s *Service, tenant string) {
	t.Helper()
	args = append([]string{"demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)
	s = &Service{Process: NewProcess(t.TempDir(), "demo", binary, args...)}
	s.begin(t)
	Until(t, "the demo's announcement", func() bool { return simulator.MatchString(s.Said()) })
	return s, simulator.FindStringSubmatch(s.Said())[1]
}

// begin starts the program and waits until it is ready.
func (s *Service) begin(t testing.TB) {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	err := s.Await(t.Context(), func(context.Context) error {
		at := listening.FindStringSubmatch(s.Said())
		if at == nil {
			return errors.New("no address was printed")
		}
		s.Public, s.Admin = "http://"+at[1], "http://"+at[2]
		if r := Get(t, s.Admin+"/readyz"); r.Status != 200 {
			return fmt.Errorf("status %d", r.Status)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
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
		if !ok || series != name && !strings.HasPrefix(series, name+"{") || !containsAll(series, parts) {
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

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
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

// Answer is what tests read of docs/interface.md §3.1's document.
type Answer struct {
	Complete  bool
	Total     int
	Timeslots []struct {
		ID, SlotDateTime, EHRInstance, DepartmentID, NPI string
		Booking                                          struct{ Flow, SlotID, ProviderID string }
	}
	Sources []struct {
		Source, Key, Status, Reason string
		FetchedAt                   time.Time
		Slots                       int
	}
}

// Answer reads a reply that must be a 200.
func (r Reply) Answer(t testing.TB) Answer {
	t.Helper()
	var a Answer
	if r.Status != 200 {
		t.Fatalf("status %d (%v): %s", r.Status, r.Err, r.Body)
	}
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatalf("%v in %s", err, r.Body)
	}
	return a
}

// Of is the status and reason of a source's first entry.
func (a Answer) Of(source string) (status, reason string) {
	for _, s := range a.Sources {
		if s.Source == source {
			return s.Status, s.Reason
		}
	}
	return "", ""
}
