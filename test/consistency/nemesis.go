package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
	"timeslots/test/rig"
)

// act is one thing that goes wrong. It heals itself before it returns, also when ctx ends meanwhile.
type act struct {
	name string
	do   func(ctx context.Context) error
}

// nemesis breaks one thing at a time, and lets it heal before the next.
type nemesis struct {
	fleet *fleet
	draw  *rand.Rand
	done  map[string]int // acts by name
}

func newNemesis(f *fleet, seed uint64) *nemesis {
	return &nemesis{fleet: f, draw: rand.New(rand.NewPCG(seed, 0)), done: map[string]int{}}
}

// run goes on until ctx ends. Every act has its turn before one has its second. The error is something that did not
// heal.
func (n *nemesis) run(ctx context.Context, acts []act) error {
	for {
		n.draw.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
		for _, a := range acts {
			if !n.hold(ctx, time.Second) {
				return nil
			}
			if err := a.do(ctx); err != nil {
				return fmt.Errorf("nemesis: %s: %w", a.name, err)
			}
			n.done[a.name]++
		}
	}
}

// hold waits between one and three times the unit; false when ctx ends first.
func (n *nemesis) hold(ctx context.Context, unit time.Duration) bool {
	timer := time.NewTimer(unit + time.Duration(n.draw.Int64N(int64(2*unit))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (n *nemesis) victim() *rig.Service { return n.fleet.replicas[n.draw.IntN(len(n.fleet.replicas))] }

func (n *nemesis) acts() []act {
	acts := []act{
		{"kill a replica", func(ctx context.Context) error { r := n.victim(); return n.down(ctx, r.Kill, r.Begin) }},
		{"restart a replica", func(ctx context.Context) error { r := n.victim(); return n.down(ctx, r.Terminate, r.Begin) }},
		{"stop a replica", func(ctx context.Context) error { return n.freeze(ctx, n.victim().Process) }},
		{"slow upstream", n.slow},
	}
	redis := n.fleet.redis
	if redis == nil {
		return acts
	}
	return slices.Concat(acts, []act{
		{"kill Redis", func(ctx context.Context) error { return n.down(ctx, redis.Kill, redis.Begin) }},
		{"stop Redis", func(ctx context.Context) error { return n.freeze(ctx, redis.Process) }},
		{"empty Redis", func(ctx context.Context) error {
			_, err := redis.Command(context.WithoutCancel(ctx), "FLUSHALL")
			return err
		}},
	})
}

// down ends a process for a while.
func (n *nemesis) down(ctx context.Context, end func() error, begin func(context.Context) error) error {
	if err := end(); err != nil {
		return err
	}
	n.hold(ctx, time.Second)
	return begin(context.WithoutCancel(ctx))
}

// freeze stops a process for a while; its clock goes on.
func (n *nemesis) freeze(ctx context.Context, p *rig.Process) error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	n.hold(ctx, time.Second)
	return p.Signal(syscall.SIGCONT)
}

// slow makes fetches so long that bookings begin and end within them: they land with what was listed before.
func (n *nemesis) slow(ctx context.Context) error {
	heal := context.WithoutCancel(ctx)
	if err := n.fleet.simulator.faults(heal, slowReads(700*time.Millisecond)...); err != nil {
		return err
	}
	n.hold(ctx, time.Second)
	return n.fleet.simulator.faults(heal)
}
