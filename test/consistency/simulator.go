package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"timeslots/test/rig"
)

// departments of the simulated tenant: enough that bookings do not use all their slots up.
const departments = 60

// simulator is the tenant, with faults that are in force throughout.
type simulator struct {
	*rig.Tenant
	always []string
}

func newSimulator(dir, binary, addr string, o *options) *simulator {
	s := &simulator{always: ordinary(o)}
	args := []string{"--seed", strconv.FormatUint(o.seed, 10), "--departments", strconv.Itoa(departments)}
	for _, spec := range s.always {
		args = append(args, "--fault", spec)
	}
	s.Tenant = rig.NewTenant(dir, binary, addr, args...)
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

// faults replaces all faults, except the ordinary ones.
func (s *simulator) faults(ctx context.Context, specs ...string) error {
	return s.Break(ctx, slices.Concat(s.always, specs)...)
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
	if err := s.Control(ctx, http.MethodGet, "directory", nil, &directory); err != nil {
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
