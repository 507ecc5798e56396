package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

type outageOptions struct {
	findADoctorOptions `embed:""`

	Fault string `help:"What fails, in the simulator's words: NAME:KIND." default:"provider-direct:status=500" placeholder:"FAULT"`
}

// Thirds of an outage: before, during and after it.
const (
	before = "before"
	during = "during"
	after  = "after"
)

// prepare makes a scenario of three equal parts: all is well, the fault is in force, it is healed.
func (o *outageOptions) prepare(ctx context.Context, all *options, s *scenario) error {
	sim, err := newSimulator(all)
	if err != nil {
		return err
	}
	npis, err := o.clinicians(ctx, all)
	if err != nil {
		return err
	}
	third := all.Duration / 3
	s.next = findADoctor(npis, time.Now(), o.Skew)
	s.group = func(_ *vegeta.Result, due time.Duration) string {
		switch {
		case due < third:
			return before
		case due < 2*third:
			return during
		default:
			return after
		}
	}
	s.along = func(ctx context.Context, say func(string)) error { return o.happen(ctx, sim, third, say) }
	return nil
}

// happen breaks and heals the simulator. It heals also when ctx ends early: nobody likes to find a broken one.
func (o *outageOptions) happen(ctx context.Context, sim *simulator, third time.Duration, say func(string)) error {
	if !sleep(ctx, third) {
		return nil
	}
	if err := sim.fail(ctx, o.Fault); err != nil {
		return err
	}
	say("fails: " + o.Fault)
	sleep(ctx, third)
	if err := sim.heal(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(err, fmt.Errorf("%s may still be in force", o.Fault))
	}
	say("healed")
	return nil
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
