package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// run sends one scenario, writes a line a second to progress and the report to out. A cancelled context ends the
// sending early; what was answered until then is reported.
func run(ctx context.Context, command string, o *options, out, progress io.Writer) error {
	s, err := newScenario(ctx, command, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(progress, "%s: %d requests to %s in %s\n", command, s.schedule.planned(), o.Target, o.Duration)
	t := attack(ctx, s, o, progress)
	if t.metrics.Requests == 0 {
		return errors.New("nothing was sent")
	}
	if err := writeReport(out, command, s.schedule, t); err != nil {
		return err
	}
	if t.metrics.Success == 0 {
		return errors.New("no request succeeded")
	}
	return nil
}

// attack sends the scenario's requests on its schedule and waits for the last answer.
func attack(ctx context.Context, s *scenario, o *options, progress io.Writer) *tally {
	attacker := vegeta.NewAttacker(
		vegeta.Timeout(o.Timeout),
		vegeta.Workers(min(64, o.Workers)),
		vegeta.MaxWorkers(o.Workers),
		vegeta.Connections(int(o.Workers)), // idle ones kept, so that a burst does not reconnect
		vegeta.Redirects(vegeta.NoFollow),
		vegeta.Proxy(nil), // the service itself is measured
	)
	// Without a limit of vegeta's own: the schedule ends the attack.
	results := attacker.Attack(s.targeter(o.Target, o.Seed), s.schedule, 0, "")
	return collect(ctx, results, s.schedule, attacker, progress)
}

// collect tallies results until the attack ends; there is always a reader, so that vegeta's workers never wait here.
func collect(ctx context.Context, results <-chan *vegeta.Result, s *schedule, a *vegeta.Attacker, progress io.Writer) *tally {
	t := &tally{}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began := time.Now()
	leaving := ctx.Done()
	for {
		select {
		case r, more := <-results:
			if !more {
				t.metrics.Close()
				return t
			}
			t.record(r, s.began.Load().Add(s.due(r.Seq)))
		case now := <-tick.C:
			writeProgress(progress, now.Sub(began), t)
		case <-leaving:
			a.Stop()
			leaving = nil
		}
	}
}
