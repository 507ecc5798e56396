package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// simulator is the tenant behind the service, where it is one of ours: it tells who is there, fails on demand and counts
// what it is asked.
type simulator struct{ base string }

// clinic is an active department of the simulator.
type clinic struct {
	URLName    string   `json:"departmentUrlName"`
	Timezone   string   `json:"timezone"`
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	VisitTypes []string `json:"visitTypeNames"`
	Pool       bool     `json:"pool"`
}

// directory is who and what the simulator has.
type directory struct {
	NPIs    []string `json:"npis"`
	Clinics []clinic `json:"departments"`
}

// newSimulator checks the address that the command line gives.
func newSimulator(o *options) (*simulator, error) {
	if o.Simulator == "" {
		return nil, errors.New("this scenario needs --simulator, the address of the simulated tenant behind the service")
	}
	if err := checkBase("--simulator", o.Simulator, o.AllowRemote); err != nil {
		return nil, err
	}
	return &simulator{base: strings.TrimSuffix(o.Simulator, "/") + "/_acme/"}, nil
}

func (s *simulator) directory(ctx context.Context) (d directory, err error) {
	err = s.do(ctx, http.MethodGet, "directory", "", &d)
	if err == nil && (len(d.NPIs) == 0 || len(d.Clinics) == 0) {
		err = errors.New("simulator: its directory lists nobody")
	}
	return d, err
}

// calls are the counts by operation and group; "*" is all of them.
func (s *simulator) calls(ctx context.Context) (map[string]int64, error) {
	var counts map[string]struct {
		Calls int64 `json:"calls"`
	}
	if err := s.do(ctx, http.MethodGet, "calls", "", &counts); err != nil {
		return nil, err
	}
	calls := map[string]int64{}
	for name, n := range counts {
		calls[name] = n.Calls
	}
	return calls, nil
}

// fail puts a fault into force, in the simulator's own words.
func (s *simulator) fail(ctx context.Context, fault string) error {
	text, err := json.Marshal([]string{fault})
	if err != nil {
		return err
	}
	return s.do(ctx, http.MethodPut, "faults", string(text), nil)
}

func (s *simulator) heal(ctx context.Context) error {
	return s.do(ctx, http.MethodDelete, "faults", "", nil)
}

func (s *simulator) do(ctx context.Context, method, path, body string, to any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	resp, err := directClient.Do(req)
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxDirectory))
	switch {
	case err != nil:
		return fmt.Errorf("simulator: %w", err)
	case resp.StatusCode/100 != 2:
		return fmt.Errorf("simulator: %s %s answered %s: %.200s", method, req.URL, resp.Status, text)
	case to == nil:
		return nil
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("simulator: %s: %w", req.URL, err)
	}
	return nil
}
