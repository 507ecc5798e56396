package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// run does what the command says: one scenario, or one against two targets. It writes a line a second to progress
// and the report to out. A cancelled context ends the sending early; what was answered until then is reported.
func run(ctx context.Context, o *options, out, progress io.Writer) error {
	name, comparing := strings.CutPrefix(o.command, "compare ")
	name, _, _ = strings.Cut(name, " ") // kong names the arguments too
	if name == "accuracy" && o.Accuracy.Compare {
		return compareSaved(out, o.Accuracy.Saved)
	}
	first := *o
	first.Duration = cmp.Or(o.Duration, usualDuration(name))
	second := first
	if comparing {
		first.scenarios, second.scenarios = o.Compare.scenarios, o.Compare.scenarios
		first.Trace.Direct, first.NearMe.Direct = false, false // the other one is asked directly
		second.Target, second.Admin = o.Compare.With, ""
	}
	r, err := load(ctx, name, &first, progress)
	if err != nil {
		return err
	}
	reports := []*report{r}
	if comparing && ctx.Err() == nil {
		other, err := load(ctx, name, &second, progress)
		if err != nil {
			return err
		}
		reports = append(reports, other)
	}
	if err := publish(out, o, reports); err != nil {
		return err
	}
	for _, r := range reports {
		if r.All.Success == 0 {
			return errors.New("no request succeeded")
		}
	}
	return nil
}

func load(ctx context.Context, name string, o *options, progress io.Writer) (*report, error) {
	s, err := newScenario(ctx, name, o, progress)
	if err != nil {
		return nil, err
	}
	counts, err := startCounting(ctx, o)
	if err != nil {
		return nil, err
	}
	meter, err := startMeter(ctx, o)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(progress, "%s: %s, to %s\n", name, s.plan.said, o.Target)
	t, err := attack(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if t.all.metrics.Requests == 0 {
		return nil, errors.New("nothing was sent")
	}
	r := newReport(s, o, t)
	if r.Service, err = meter.since(context.WithoutCancel(ctx), r.Views); err != nil {
		return nil, err
	}
	if r.Accuracy != nil {
		if r.Accuracy.Said, err = o.saidAccuracy(context.WithoutCancel(ctx)); err != nil {
			return nil, err
		}
	}
	r.Upstream, err = counts.since(context.WithoutCancel(ctx), r.Views)
	return r, err
}

// attack sends the scenario's requests on its plan and waits for the last answer. What happens along with it ends with
// it; an error there ends the attack.
func attack(ctx context.Context, s *scenario, o *options) (*tally, error) {
	ctx, end := context.WithCancelCause(ctx)
	var meanwhile sync.WaitGroup
	defer meanwhile.Wait()
	defer end(nil)
	if s.along != nil {
		meanwhile.Go(func() {
			if err := s.along(ctx, func(line string) { fmt.Fprintf(s.progress, "       %s\n", line) }); err != nil {
				end(err)
			}
		})
	}
	send := s.send
	if send == nil {
		send = func(context.Context) (<-chan *vegeta.Result, func() bool) { return s.onThePlan(o) }
	}
	results, stop := send(ctx)
	t := s.collect(ctx, results, stop)
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return t, nil
}

// onThePlan has vegeta send the scenario's requests.
func (s *scenario) onThePlan(o *options) (<-chan *vegeta.Result, func() bool) {
	attacker := vegeta.NewAttacker(
		vegeta.Timeout(o.Timeout),
		vegeta.Workers(min(64, o.Workers)),
		vegeta.MaxWorkers(o.Workers),
		vegeta.Connections(int(o.Workers)), // idle ones kept, so that a burst does not reconnect
		vegeta.Redirects(vegeta.NoFollow),
		vegeta.Proxy(nil), // the service itself is measured
	)
	// Without a limit of vegeta's own: the plan ends the attack.
	return attacker.Attack(s.targeter(o.Target, o.Seed), s.plan, 0, ""), attacker.Stop
}

// collect tallies results until the attack ends; there is always a reader, so that vegeta's workers never wait here.
func (s *scenario) collect(ctx context.Context, results <-chan *vegeta.Result, end func() bool) *tally {
	t := &tally{}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began := time.Now()
	leaving := ctx.Done()
	for {
		select {
		case r, more := <-results:
			if !more {
				t.nextSecond(time.Since(began))
				t.close()
				return t
			}
			if s.heard != nil {
				s.heard(r)
			}
			due, group := s.plan.due(r.Seq), ""
			if s.group != nil {
				group = s.group(r, due)
			}
			t.record(r, s.plan.start().Add(due), group)
		case now := <-tick.C:
			writeProgress(s.progress, now.Sub(began), t)
		case <-leaving:
			end()
			leaving = nil
		}
	}
}

// counting is what upstream was asked before the load. The nil counting counts nothing.
type counting struct {
	simulator *simulator
	before    map[string]int64
}

func startCounting(ctx context.Context, o *options) (*counting, error) {
	if o.Simulator == "" {
		return nil, nil
	}
	sim, err := newSimulator(o)
	if err != nil {
		return nil, err
	}
	calls, err := sim.calls(ctx)
	return &counting{sim, calls}, err
}

func (c *counting) since(ctx context.Context, views uint64) (*upstreamCalls, error) {
	if c == nil {
		return nil, nil
	}
	now, err := c.simulator.calls(ctx)
	if err != nil {
		return nil, err
	}
	u := &upstreamCalls{Operations: map[string]int64{}}
	for name, n := range now {
		if n -= c.before[name]; n > 0 && name != "*" {
			u.Operations[name] = n
		}
	}
	u.Total = now["*"] - c.before["*"]
	u.PerThousand = 1000 * float64(u.Total) / float64(views)
	return u, nil
}
