package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// simulator is the tenant behind the service, where it is one of ours: it tells who is there, fails on demand and counts
// what it is asked.
type simulator struct{ base string }

// clinic is an active department of the simulator.
type clinic struct {
	URLName    string   `json:"departmentUrlName"`
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	VisitTypes []string `json:"visitTypeNames"`
}

type directory struct {
	NPIs    []string `json:"npis"`
	Clinics []clinic `json:"departments"`
}

func newSimulator(o *options) (*simulator, error) {
	if o.Simulator == "" {
		return nil, errors.New("this scenario needs --simulator, the address of the simulated tenant behind the service")
	}
	return &simulator{base: strings.TrimSuffix(o.Simulator, "/") + "/_acme/"}, nil
}

func (s *simulator) directory(ctx context.Context) (d directory, err error) {
	err = s.ask(ctx, request{method: http.MethodGet, path: "directory"}, &d)
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
	if err := s.ask(ctx, request{method: http.MethodGet, path: "calls"}, &counts); err != nil {
		return nil, err
	}
	calls := map[string]int64{}
	for name, n := range counts {
		calls[name] = n.Calls
	}
	return calls, nil
}

func (s *simulator) fail(ctx context.Context, fault string) error {
	text, err := json.Marshal([]string{fault})
	if err != nil {
		return err
	}
	return s.ask(ctx, request{method: http.MethodPut, path: "faults", body: text}, nil)
}

func (s *simulator) heal(ctx context.Context) error {
	return s.ask(ctx, request{method: http.MethodDelete, path: "faults"}, nil)
}

// ask sends a text to the simulator's control, and reads its answer unless to is nil.
func (s *simulator) ask(ctx context.Context, r request, to any) error {
	text, err := ask(ctx, r.method, s.base+r.path, string(r.body))
	if err == nil && to != nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	return nil
}
