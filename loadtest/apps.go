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

// appOptions say how people use the app.
type appOptions struct {
	Think    time.Duration `help:"Mean time that a person looks at a screen; at most 1m." default:"10s"`
	Bookings float64       `help:"Share of those who look for an appointment that book one, 0 to 1; half of them cancel it." default:"0.05"`
}

// screensEach is about how many screens a session has.
const screensEach = 3

// mount is where the service has DexCare's own routes.
const mount = "/dexcare"

// errands are what apps are started for.
var errands = []choice[app.Errand]{{app.WalkIn, 40}, {app.Appointment, 45}, {app.OwnVisits, 10}, {app.VideoVisit, 5}}

// windows are so many days from now that people look at: the app's list has no end, unless they want this week alone.
var windows = []choice[int]{{0, 70}, {7, 30}}

// prepare makes up a day of sessions, shortened to the duration: --rate is about the mean of screens a second, and the day
// has its quiet and its busy hours. Sessions begin when they are due; within one, the app waits for each answer.
func (o *appOptions) prepare(all *options, s *scenario) error {
	if o.Think <= 0 || o.Think > maxThink {
		return errors.New("--think must be more than 0 and at most 1m")
	}
	if !(o.Bookings >= 0 && o.Bookings <= 1) {
		return errors.New("--bookings must be 0 to 1")
	}
	n := int(all.Rate * all.Duration.Seconds() / screensEach)
	if n < 1 {
		return errors.New("--rate and --duration make no session")
	}
	f := newFleet(all, o, n)
	s.plan = &plan{due: f.due, length: all.Duration, said: fmt.Sprintf("%d sessions, %s", n, all.Duration)}
	s.send = func(ctx context.Context) (<-chan *vegeta.Result, func() bool) {
		s.plan.begin(time.Now())
		return f.run(ctx, s.plan.start())
	}
	s.apps = f.figures
	return nil
}

// fleet is every app that is started during a load.
type fleet struct {
	all     *options
	own     *appOptions
	client  *http.Client
	random  *rand.Rand
	begins  []time.Duration // of each session, from the beginning of the load
	leaving chan struct{}   // closed when people are to leave
	results chan *vegeta.Result

	mu   sync.Mutex
	dues []time.Duration // of each result, by its number
	seen apps
}

func newFleet(all *options, own *appOptions, n int) *fleet {
	f := &fleet{
		all: all, own: own, random: rand.New(rand.NewPCG(all.Seed, 4)), leaving: make(chan struct{}), results: make(chan *vegeta.Result, 1024),
		client: &http.Client{Timeout: all.Timeout, CheckRedirect: app.Client.CheckRedirect, Transport: &http.Transport{
			DisableCompression: true, MaxIdleConnsPerHost: int(all.Workers), MaxConnsPerHost: int(all.Workers),
		}},
		seen: apps{Screens: map[string]int{}, Reads: map[string]map[string]uint64{}, Failures: map[string]int{}},
	}
	for i := range n {
		moment := (float64(i) + f.random.Float64()) / float64(n)
		f.begins = append(f.begins, time.Duration(ofDay(moment)*float64(all.Duration)))
	}
	slices.Sort(f.begins)
	return f
}

// run starts each session when it is due, and ends the results when all are over. The function that it gives makes people
// leave.
func (f *fleet) run(ctx context.Context, start time.Time) (<-chan *vegeta.Result, func() bool) {
	ctx = context.WithoutCancel(ctx) // what was sent is waited for
	go func() {
		defer close(f.results)
		var running sync.WaitGroup
		defer running.Wait()
		for number, at := range f.begins {
			v := f.visitor(number, start)
			if !f.wait(time.Until(start.Add(at))) {
				return
			}
			running.Go(func() { v.run(ctx, start.Add(at)) })
		}
	}()
	return f.results, sync.OnceValue(func() bool { close(f.leaving); return true })
}

// wait reports whether nobody is to leave meanwhile.
func (f *fleet) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-f.leaving:
		return false
	}
}

// due is when a result was, from the beginning of the load.
func (f *fleet) due(n uint64) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dues[n]
}

// visitor is one person with the app.
type visitor struct {
	fleet   *fleet
	start   time.Time // of the load
	random  *rand.Rand
	session app.Session

	mu   sync.Mutex
	due  time.Time     // of the screen that comes next
	late time.Duration // how late the screen opened
}

// visitor draws one. All of them are drawn in order, by one goroutine.
func (f *fleet) visitor(number int, start time.Time) *visitor {
	random := rand.New(rand.NewPCG(f.random.Uint64(), f.random.Uint64()))
	v := &visitor{fleet: f, start: start, random: random}
	token := fmt.Sprintf("load-%d-%d", f.all.Seed, number)
	phone, err := app.New(app.Options{
		Base: strings.TrimSuffix(f.all.Target, "/") + mount, Token: func() string { return token }, Client: f.client,
		Random: rand.New(rand.NewPCG(f.random.Uint64(), 0)), Heard: v.heard,
	})
	if err != nil {
		panic(err) // the target was checked
	}
	spot := whereabouts(random)
	v.session = app.Session{
		Phone: phone, Random: random, Errand: pick(random, errands), State: "WA", Bookings: f.own.Bookings, ByPostalCode: random.IntN(10) < 3,
		Wish: app.Search{
			Latitude: spot.latitude, Longitude: spot.longitude, Radius: pick(random, radii), VisitType: pick(random, visits).name,
			Days: pick(random, windows),
		},
		Show: v.show,
	}
	return v
}

func (v *visitor) run(ctx context.Context, due time.Time) {
	v.due = due
	err := v.session.Run(ctx)
	v.fleet.ended(v.session.Done, err)
}

// show waits until the person has looked at the screen before. Nobody opens a screen after the day.
func (v *visitor) show(_ context.Context, screen string) bool {
	due := v.due
	if screen != "start" {
		due = time.Now().Add(time.Duration((0.5 + v.random.Float64()) * float64(v.fleet.own.Think)))
	}
	if due.Sub(v.start) > v.fleet.all.Duration || !v.fleet.wait(time.Until(due)) {
		return false
	}
	v.mu.Lock()
	v.late = max(0, time.Since(due))
	v.mu.Unlock()
	v.fleet.opened(screen)
	return true
}

// heard makes a result of an attempt. What was late when its screen opened counts as late for each call of the screen.
func (v *visitor) heard(e app.Exchange) {
	v.mu.Lock()
	due := e.Begun.Add(-v.late)
	v.mu.Unlock()
	r := &vegeta.Result{
		Attack: e.Call, Method: e.Method, URL: e.URL, Code: uint16(e.Status), Timestamp: e.Begun, Latency: e.Took,
		BytesIn: uint64(e.Bytes), Headers: e.Header,
	}
	switch {
	case e.Err != nil:
		r.Error = e.Err.Error()
	case e.Status >= 400:
		r.Error = fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), e.Call)
	}
	f := v.fleet
	f.mu.Lock()
	r.Seq = uint64(len(f.dues))
	f.dues = append(f.dues, due.Sub(v.start))
	if e.Public {
		f.seen.read(e.Call, cacheKind(e.Header.Get("Cache-Status")))
	}
	f.mu.Unlock()
	f.results <- r
}
