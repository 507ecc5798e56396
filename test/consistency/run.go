package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// run starts everything, lets the crowd in for as long as asked, ends everything and reports. An error means that there
// was no run to report on.
func run(ctx context.Context, o *options, progress io.Writer) (r report, err error) {
	f, err := startFleet(ctx, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	targets, duties, err := f.simulator.duties(ctx, o)
	if err != nil {
		return r, err
	}
	c, n := newCrowd(f, targets, duties, o.seed), newNemesis(f, o.seed)
	_, _ = fmt.Fprintf(progress, "%d replicas are ready, strict after %s; reading and booking for %s\n",
		o.replicas, c.settle(ctx).Round(time.Millisecond), o.duration)
	began := time.Now()
	if err := runUntilEnough(ctx, o, c, n); err != nil {
		return r, err
	}
	if err := errors.Join(ctx.Err(), f.health()); err != nil {
		return r, err
	}
	calls, err := f.simulator.Calls(ctx)
	if err != nil {
		return r, err
	}
	return report{
		Replicas: o.replicas, Redis: redisOf(o), Took: time.Since(began), Lag: o.lag, Disabled: split(o.disable),
		counts: c.tally.read(), Distinct: c.library.size(), Nemesis: n.done, UpstreamCalls: calls,
	}, nil
}

// runUntilEnough runs the crowd, and the nemesis when there is one, until the time is up and there is enough to tell, or
// patience is at an end. What goes wrong with the nemesis ends the run.
func runUntilEnough(ctx context.Context, o *options, c *crowd, n *nemesis) error {
	ctx, cancel := context.WithTimeout(ctx, o.duration+o.patience)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { c.run(ctx, o.readRate, o.bookRate); return nil })
	group.Go(func() error {
		defer cancel()
		c.tally.await(ctx, o)
		return nil
	})
	if o.apart {
		group.Go(func() error { return n.run(ctx, n.joins()) })
		group.Go(func() error { return c.askAboutUnread(ctx) })
	}
	if o.nemesis {
		group.Go(func() error { return n.run(ctx, n.acts()) })
	}
	return group.Wait()
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// redisOf names what the replicas shared.
func redisOf(o *options) string {
	switch {
	case o.noRedis:
		return "no Redis"
	case o.deaf:
		return "one Redis without subscriptions"
	default:
		return "one Redis"
	}
}
