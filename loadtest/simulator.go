package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	VisitTypes []string `json:"visitTypeNames"`
	ClinicType string   `json:"clinicType"`
	NPIs       []string `json:"npis"`
}

// walkIn reports whether its slots are those of the clinic; another's are asked for by clinician.
func (c clinic) walkIn() bool { return c.ClinicType == "Retail" }

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

// salesPlan is how slots are sold elsewhere. What is not named here is kept as it came.
type salesPlan struct {
	Rate     float64            `json:"rate"`
	Hot      map[string]float64 `json:"hot,omitempty"`
	Lead     string             `json:"lead,omitempty"`
	Bursts   json.RawMessage    `json:"bursts,omitempty"`
	Releases json.RawMessage    `json:"releases,omitempty"`
	Seed     uint64             `json:"seed,omitempty"`
}

func (s *simulator) sales(ctx context.Context) (p salesPlan, err error) {
	return p, s.ask(ctx, request{method: http.MethodGet, path: "sales"}, &p)
}

func (s *simulator) sell(ctx context.Context, p salesPlan) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.ask(ctx, request{method: http.MethodPut, path: "sales", body: text}, nil)
}

// truth is what is really so of a slot.
type truth struct {
	Free  bool       `json:"free"`
	Why   string     `json:"why"`
	Since *time.Time `json:"since"` // not free since; nil: since ever
}

// wrongAt reports whether the slot was not free at a moment shortly before the simulator was asked.
func (t truth) wrongAt(at time.Time) bool { return !t.Free && (t.Since == nil || !t.Since.After(at)) }

// truths are those of some offers now.
func (s *simulator) truths(ctx context.Context, offers []offered) ([]truth, error) {
	type slot struct {
		NPI                  string    `json:"npi"`
		DepartmentIdentifier string    `json:"departmentIdentifier"`
		VisitTypeID          string    `json:"visitTypeId"`
		VisitTypeName        string    `json:"visitTypeName"`
		Start                time.Time `json:"slotDateTime"`
	}
	question := struct {
		Slots []slot `json:"slots"`
	}{make([]slot, len(offers))}
	for i, o := range offers {
		question.Slots[i] = slot{o.NPI, o.DepartmentIdentifier, o.VisitTypeID, o.VisitTypeName, o.Start}
	}
	text, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Slots []truth `json:"slots"`
	}
	err = s.ask(ctx, request{method: http.MethodPost, path: "free", body: text}, &answer)
	if err == nil && len(answer.Slots) != len(offers) {
		err = fmt.Errorf("simulator: %d answers for %d slots", len(answer.Slots), len(offers))
	}
	return answer.Slots, err
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
