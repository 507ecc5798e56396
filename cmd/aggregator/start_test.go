package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"timeslots/cmd/aggregator/internal/config"
	programs "timeslots/test/rig"
)

var errStep = errors.New("this step fails")

// startingConfig has everything that is built at start: Redis (absent here), pages, traces, a campaign.
func startingConfig(t *testing.T) *config.Config {
	t.Helper()
	cfg, err := config.LoadBytes("starting.yaml", []byte(`
listen: 127.0.0.1:0
admin: {listen: 127.0.0.1:0}
upstream: {public: {url: "http://127.0.0.1:1"}, ingress: {url: "http://127.0.0.1:1"}, visit: {url: "http://127.0.0.1:1"}}
cache: {redis: {addresses: ["127.0.0.1:1"]}}
pages: {enabled: true}
tracing: {endpoint: "http://127.0.0.1:1"}
products: {flushot: {warm: [{every: 1s, query: "npi=9000000017"}]}}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// noneLeftOf waits for all goroutines to end that are not of before.
func noneLeftOf(t *testing.T, before goleak.Option) {
	t.Helper()
	if err := goroutinesEnd(before); err != nil {
		t.Fatal(err)
	}
}

// A start that failed half way left goroutines, connections to Redis and the slot index behind.
func TestAStartThatFailsLeavesNothingBehind(t *testing.T) {
	log, before := slog.New(slog.DiscardHandler), goleak.IgnoreCurrent()
	var steps []string
	whole, err := newService(startingConfig(t), log, &slog.LevelVar{}, extras{step: func(name string) error {
		steps = append(steps, name)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.close(); err != nil {
		t.Fatal(err)
	}
	noneLeftOf(t, before)
	if len(steps) < 14 {
		t.Fatalf("steps %v", steps)
	}
	for _, failing := range steps {
		t.Run(failing, func(t *testing.T) {
			made, err := newService(startingConfig(t), log, &slog.LevelVar{}, extras{step: func(name string) error {
				if name == failing {
					return errStep
				}
				return nil
			}})
			if made != nil || !errors.Is(err, errStep) {
				t.Errorf("%v, %v", made, err)
			}
			noneLeftOf(t, before)
		})
	}
}

// What a step refuses by itself leaves nothing behind either.
func TestAStartThatIsRefusedLeavesNothingBehind(t *testing.T) {
	log, before := slog.New(slog.DiscardHandler), goleak.IgnoreCurrent()
	for name, spoil := range map[string]func(*config.Config){
		"an address of upstream":  func(c *config.Config) { c.Upstream.Visit.URL = "://" },
		"a prefix of Redis":       func(c *config.Config) { c.Cache.Redis.Prefix = "a:b" },
		"a lease":                 func(c *config.Config) { c.Booking.Lease = -1 },
		"memory for fragments":    func(c *config.Config) { c.Cache.Memory.Fragments = 0 },
		"no patience for booking": func(c *config.Config) { c.Booking.Timeout = -1 },
		"a table of postal codes": func(c *config.Config) { c.Search.PostalCodes = "nonsense" },
		"a window":                func(c *config.Config) { c.Search.Window = 0 },
		"a template of links": func(c *config.Config) {
			c.Upstream.Scheduling.URL, c.Upstream.Scheduling.Links.Retail = "http://127.0.0.1:1", "{nothing}"
		},
		"an origin": func(c *config.Config) { c.CORS.Origins = []string{"https://a.example.org/path"} },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := startingConfig(t)
			spoil(cfg)
			made, err := newService(cfg, log, &slog.LevelVar{}, extras{})
			if err == nil {
				_ = made.close()
				t.Log("started all the same")
			}
			noneLeftOf(t, before)
		})
	}
}

// The last step of a start opens the admin listener: where its address is taken, the public one is free again.
func TestAStartThatFailsAtItsLastStepLeavesNoListener(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := programs.FreeAddresses(1)
	if err != nil {
		t.Fatal(err)
	}
	file := written(t, fmt.Sprintf(`
listen: %s
admin: {listen: %q}
upstream: {public: {url: "http://127.0.0.1:1"}, ingress: {url: "http://127.0.0.1:1"}, visit: {url: "http://127.0.0.1:1"}}
`, free[0], taken.Addr()))
	before := goleak.IgnoreCurrent()
	said := newConsole()
	if code := run(program{stdout: said, stderr: said}, []string{"serve", "--config", file}); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if text := said.String(); !strings.Contains(text, taken.Addr().String()) || strings.Contains(text, "listening") {
		t.Errorf("it said: %s", text)
	}
	noneLeftOf(t, before)
	again, err := net.Listen("tcp", free[0])
	if err != nil {
		t.Fatalf("the public listener is still there: %v", err)
	}
	_ = again.Close()
}

func TestWhatWasStartedEndsInReverseOrderAndOnce(t *testing.T) {
	var order []int
	var o onStop
	for i := range 3 {
		o.push(func() error {
			order = append(order, i)
			if i == 1 {
				return errStep
			}
			return nil
		})
	}
	if err := o.run(); !errors.Is(err, errStep) {
		t.Errorf("%v", err)
	}
	if err := o.run(); err != nil || !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("%v, %v", order, err)
	}
}
