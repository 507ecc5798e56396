package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"timeslots/loadtest/app"
)

// accuracyOptions say how people choose, and how slots are sold elsewhere meanwhile.
type accuracyOptions struct {
	Saved   []string `arg:"" optional:"" help:"With --compare: two reports that --json wrote." placeholder:"FILE"`
	Compare bool     `help:"Send nothing; set two saved reports side by side."`

	Hot       float64       `help:"Share of the views that are of hot clinics, 0 to 1." default:"0.5"`
	HotClinic []string      `help:"Their departmentUrlNames; without it the simulator's first walk-in clinic." placeholder:"CLINIC"`
	HotSales  float64       `help:"Slots sold elsewhere a minute, at each hot clinic." default:"6"`
	Sales     float64       `help:"Slots sold elsewhere a minute, at each other clinic." default:"0.06"`
	Lead      string        `help:"How near the slots are that are sold elsewhere, in the simulator's words." default:"8"`
	Warmup    time.Duration `help:"How long views are sent before they count; at most 5m." default:"15s"`
	Look      time.Duration `help:"Mean time from an answer to a choice; at most 1m." default:"5s"`
	Think     time.Duration `help:"Mean time that the form takes, from a choice to a booking; at most 1m." default:"20s"`
	Forms     float64       `help:"Share of the views after which a form is filled in, 0 to 1; at its end the simulator says whether the slot is still free." default:"0.2"`
	Bookings  float64       `help:"Share of the views that end with a booking, 0 to 1: part of those with forms. Buyers compete with one another." default:"0.002"`
	Check     bool          `help:"Ask POST /v1/timeslots/check before the form, and choose again when the slot is gone."`
	Product   string        `help:"The use case asked for." default:"findadoctor"`
}

// What the report tells apart.
const (
	viewing  = "views"
	checking = "checks"
)

// prepare makes a scenario of people who look at a clinic's next times, choose one of the first, and sometimes book it,
// while the simulator sells slots elsewhere. --rate is views a second; --duration begins after the warm-up.
func (o *accuracyOptions) prepare(ctx context.Context, all *options, s *scenario) error {
	if err := o.check(); err != nil {
		return err
	}
	sim, err := newSimulator(all)
	if err != nil {
		return err
	}
	d, err := sim.directory(ctx)
	if err != nil {
		return err
	}
	hot, others, err := o.clinics(d)
	if err != nil {
		return err
	}
	before, err := sim.sales(ctx)
	if err != nil {
		return err
	}
	c := newBuyers(all, o, sim)
	c.hot, c.others = hot, others
	rate := schedule{peak: all.Rate, length: o.Warmup + all.Duration}
	s.plan = rate.plan(all.Timeout)
	s.plan.planned, c.planned, c.dueAt = 0, rate.planned(), rate.due
	s.plan.due = c.due
	s.group = func(r *vegeta.Result, _ time.Duration) string { return r.Attack }
	s.accuracy = c.figures
	s.along = func(ctx context.Context, say func(string)) error { return c.sellElsewhere(ctx, before, say) }
	s.send = func(ctx context.Context) (<-chan *vegeta.Result, func() bool) {
		s.plan.begin(time.Now())
		return c.run(ctx, s.plan.start())
	}
	return nil
}

func (o *accuracyOptions) check() error {
	share := func(n float64) bool { return n >= 0 && n <= 1 }
	short := func(d time.Duration) bool { return d >= 0 && d <= maxThink }
	switch {
	case len(o.Saved) > 0:
		return errors.New("saved reports are for --compare")
	case !share(o.Hot):
		return errors.New("--hot must be 0 to 1")
	case !share(o.Forms):
		return errors.New("--forms must be 0 to 1")
	case !share(o.Bookings) || o.Bookings > o.Forms:
		return errors.New("--bookings must be 0 to 1, and not more than --forms")
	case !short(o.Look) || !short(o.Think):
		return errors.New("--look and --think must be 0 to 1m")
	case o.Warmup < 0 || o.Warmup > 5*time.Minute:
		return errors.New("--warmup must be 0 to 5m")
	default:
		return nil
	}
}

// clinics are the hot ones of the directory, and all others.
func (o *accuracyOptions) clinics(d directory) (hot, others []clinic, err error) {
	names := o.HotClinic
	if len(names) == 0 {
		i := slices.IndexFunc(d.Clinics, clinic.walkIn)
		names = []string{d.Clinics[max(0, i)].URLName}
	}
	for _, c := range d.Clinics {
		if slices.Contains(names, c.URLName) {
			hot = append(hot, c)
		} else {
			others = append(others, c)
		}
	}
	if len(hot) < len(names) || len(others) == 0 {
		return nil, nil, fmt.Errorf("--hot-clinic: of %s, %d are in the simulator's directory; some other clinic must be there too", names, len(hot))
	}
	return hot, others, nil
}

// buyers is everybody who looks for an appointment, and what became of it.
type buyers struct {
	all         *options
	own         *accuracyOptions
	simulator   *simulator
	client      *http.Client
	random      *rand.Rand
	hot, others []clinic
	planned     uint64                     // views
	dueAt       func(uint64) time.Duration // of each view
	leaving     chan struct{}              // closed when people are to leave
	results     chan *vegeta.Result

	mu   sync.Mutex
	dues []time.Duration // of each result, by its number
	seen accuracy
}

func newBuyers(all *options, own *accuracyOptions, sim *simulator) *buyers {
	return &buyers{
		all: all, own: own, simulator: sim, random: rand.New(rand.NewPCG(all.Seed, 5)), leaving: make(chan struct{}),
		results: make(chan *vegeta.Result, 1024),
		client: &http.Client{Timeout: all.Timeout, CheckRedirect: app.Client.CheckRedirect, Transport: &http.Transport{
			MaxIdleConnsPerHost: int(all.Workers), MaxConnsPerHost: int(all.Workers),
		}},
		seen: accuracy{Checked: own.Check, Why: map[string]int{}, FormsWhy: map[string]int{}, Checks: map[string]int{}, Bookings: map[string]int{}},
	}
}

// run sends each view when it is due, and ends the results when everybody is done. The function that it gives makes people
// leave.
func (c *buyers) run(ctx context.Context, start time.Time) (<-chan *vegeta.Result, func() bool) {
	ctx = context.WithoutCancel(ctx) // what was sent is waited for
	go func() {
		defer close(c.results)
		var running sync.WaitGroup
		defer running.Wait()
		for n := range c.planned {
			b := c.buyer(int(n), start)
			if !c.wait(time.Until(b.due)) {
				return
			}
			running.Go(func() { b.visit(ctx) })
		}
	}()
	return c.results, sync.OnceValue(func() bool { close(c.leaving); return true })
}

// wait reports whether nobody is to leave meanwhile.
func (c *buyers) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.leaving:
		return false
	}
}

// due is when a result was, from the beginning of the load.
func (c *buyers) due(n uint64) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dues[n]
}

// sellElsewhere lets the simulator sell until the load is over, then as it did before. Meanwhile it counts upstream's calls
// from the end of the warm-up to the last view.
func (c *buyers) sellElsewhere(ctx context.Context, before salesPlan, say func(string)) error {
	plan := salesPlan{Rate: c.own.Sales, Hot: map[string]float64{}, Lead: c.own.Lead, Seed: c.all.Seed}
	for _, h := range c.hot {
		plan.Hot[h.URLName] = c.own.HotSales
	}
	if err := c.simulator.sell(ctx, plan); err != nil {
		return err
	}
	after := context.WithoutCancel(ctx)
	defer func() { _ = c.simulator.sell(after, before) }() // best effort: the simulator may be gone
	sleep(ctx, c.own.Warmup)
	then, err := c.simulator.calls(after)
	if err != nil {
		return err
	}
	say("the warm-up is over")
	sleep(ctx, c.all.Duration)
	now, err := c.simulator.calls(after)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.seen.Upstream = now["*"] - then["*"]
	c.mu.Unlock()
	<-ctx.Done()
	return nil
}

// saidAccuracy reads the service's own figure, where its admin listener is known and has one.
func (o *options) saidAccuracy(ctx context.Context) (map[string]float64, error) {
	if o.Admin == "" {
		return nil, nil
	}
	text, err := ask(ctx, http.MethodGet, strings.TrimSuffix(o.Admin, "/")+"/metrics", "")
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return parseAccuracy(string(text)), nil
}
