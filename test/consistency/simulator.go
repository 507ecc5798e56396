package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
	"timeslots/test/rig"
)

// departments of the simulated tenant: enough that bookings do not use all their slots up.
const departments = 60

// simulator is `aggregator acme`.
type simulator struct {
	*rig.Process
	base   string
	always []string // faults in force throughout
}

func newSimulator(dir, binary, addr string, o *options) *simulator {
	s := &simulator{base: "http://" + addr, always: ordinary(o)}
	args := []string{"acme", "--listen", addr, "--seed", strconv.FormatUint(o.seed, 10), "--departments", strconv.Itoa(departments)}
	for _, spec := range s.always {
		args = append(args, "--fault", spec)
	}
	s.Process = rig.NewProcess(dir, "simulator", binary, args...)
	return s
}

// slowReads are the faults that make all reads later by so much.
func slowReads(by time.Duration) []string {
	latency := ":latency=" + by.String()
	return []string{"care-direct" + latency, "provider-direct" + latency, "care-options" + latency}
}

// ordinary is how upstream always is: what was sold stays listed for a while, reads take their time, and so does every
// second booking. The others are answered before a poll of the other replicas could find out that one was under way.
func ordinary(o *options) []string {
	return append(slowReads(o.latency), "*:lag="+o.lag.String(), fmt.Sprintf("booking:latency=%s@0.5", o.latency))
}

func (s *simulator) begin(ctx context.Context) error {
	if err := s.Start(); err != nil {
		return err
	}
	return s.Await(ctx, func(ctx context.Context) error { return s.control(ctx, http.MethodGet, "calls", nil, nil) })
}

// faults replaces all faults, except the ordinary ones.
func (s *simulator) faults(ctx context.Context, specs ...string) error {
	return s.control(ctx, http.MethodPut, "faults", slices.Concat(s.always, specs), nil)
}

// clinic is a department as the simulator lists it.
type clinic struct {
	URLName    string   `json:"departmentUrlName"`
	ClinicType string   `json:"clinicType"`
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	VisitTypes []string `json:"visitTypeNames"`
	NPIs       []string `json:"npis"`
}

// clinics are the departments whose slots can be booked as retail visits, or else those of clinicians.
func (s *simulator) clinics(ctx context.Context, retail bool) ([]clinic, error) {
	var directory struct{ Departments []clinic }
	if err := s.control(ctx, http.MethodGet, "directory", nil, &directory); err != nil {
		return nil, err
	}
	var out []clinic
	for _, d := range directory.Departments {
		if (d.ClinicType == "Retail") == retail && len(d.VisitTypes) > 0 && len(d.NPIs) > 0 {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the simulator's %d departments have none with retail=%t among them", len(directory.Departments), retail)
	}
	return out, nil
}

// calls counts what upstream was asked, by operation. Groups and the total are listed too.
func (s *simulator) calls(ctx context.Context) (map[string]int, error) {
	var counts map[string]struct{ Calls int }
	if err := s.control(ctx, http.MethodGet, "calls", nil, &counts); err != nil {
		return nil, err
	}
	out := map[string]int{}
	for name, c := range counts {
		out[name] = c.Calls
	}
	return out, nil
}

// control speaks to the simulator's run-time control under /_acme/.
func (s *simulator) control(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // only against hanging
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/_acme/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("status %d: %.200s", resp.StatusCode, read)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(read, out)
	}
	if err != nil {
		return fmt.Errorf("simulator: %s %s: %w", method, path, err)
	}
	return nil
}
