package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/configs"
	"timeslots/internal/acme"
	"timeslots/internal/crowd"
	"timeslots/web"
)

type demoCommand struct {
	Listen  string `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Public address."`
	Admin   string `default:"127.0.0.1:9090" placeholder:"ADDR" help:"Admin address."`
	Redis   string `placeholder:"ADDR" help:"Redis to share fragments through; none: in-process only."`
	Traffic int    `placeholder:"RPS" help:"A steady crowd of so many requests a second."`
	tenancy
}

// demoLatency is what a health system's scheduling API takes to answer.
const demoLatency = 80 * time.Millisecond

// Run starts a tenant on a listener of its own and serves in front of it.
func (c *demoCommand) Run(p *program) error {
	if c.Traffic < 0 || c.Traffic > crowd.MaxPerSecond {
		return &usageError{fmt.Errorf("--traffic %d: give a rate from 0 to %d requests a second", c.Traffic, crowd.MaxPerSecond)}
	}
	for flag, addr := range map[string]string{"--listen": c.Listen, "--admin": c.Admin, "--redis": c.Redis} {
		if _, _, err := net.SplitHostPort(addr); err != nil && (addr != "" || flag != "--redis") {
			return &usageError{fmt.Errorf("%s %q: give HOST:PORT, for example 127.0.0.1:0 for any free port", flag, addr)}
		}
	}
	o := c.options("acme", acme.PRD)
	o.Latency, o.Jitter, o.BookingLag = demoLatency, demoLatency, time.Minute
	tenant, err := acme.New(o)
	if err != nil {
		return &usageError{err}
	}
	simulator, err := newListener(tenant, endpoint{addr: "127.0.0.1:0", connections: maxConnections(), timeouts: acmeTimeouts})
	if err != nil {
		return err
	}
	cfg, err := c.config(p, simulator.addr())
	if err != nil {
		return errors.Join(err, simulator.close())
	}
	err = p.serve(cfg, serveOptions{demo: samplePatients(tenant), beside: func(ctx context.Context, public, admin string) {
		c.announce(p, tenant, addresses{simulator: simulator.addr(), public: public, admin: admin})
		if c.Traffic > 0 {
			crowd.Run(ctx, "http://"+public, tenant, c.Traffic)
		}
	}})
	return errors.Join(err, simulator.close())
}

// samplePatients are who may book in the demo. The simulated tenant takes any token for a patient's.
func samplePatients(tenant *acme.Tenant) *web.Demo {
	return &web.Demo{
		PostalCode: tenant.Departments()[0].PostalCode,
		Tokens:     []string{"sample-patient-1", "sample-patient-2", "sample-patient-3"},
	}
}

type addresses struct{ simulator, public, admin string }

// announce prints what to open.
func (c *demoCommand) announce(p *program, tenant *acme.Tenant, at addresses) {
	department := tenant.Departments()[0]
	root := "http://" + at.public
	base := root + "/v1/timeslots"
	_, _ = fmt.Fprintf(p.stdout, `
A simulated DexCare tenant answers on http://%s, the service in front of it on http://%s.

  find a doctor    %s/
  flu shots        %s/flu-shot

  one clinician    curl '%s?npi=%s'
  one clinic       curl '%s?departmentUrlName=%s&visitTypeName=%s'
  an area          curl '%s?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=FluShot&sort=nearest'
  a list           curl '%s/v1/next-available?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=FluShot'
  as it changes    curl -N '%s/events?departmentUrlName=%s&visitTypeName=%s'
  reference        %s/docs
  operations       http://%s/ops
  metrics          http://%s/metrics

Ctrl-C ends it.
`, at.simulator, at.public, root, root, base, tenant.NPIs()[0], base, department.URLName, department.VisitTypes[0], base, root,
		base, department.URLName, department.VisitTypes[0], root, at.admin, at.admin)
}

// config is configs/demo.yaml with the addresses of this run, and without a log line for each request between the lines
// that announce it. The process's own environment wins, as it does over a file.
func (c *demoCommand) config(p *program, simulator string) (*config.Config, error) {
	environ, upstream := slices.Clone(p.environ), "http://"+simulator
	for name, value := range map[string]string{
		"AGGREGATOR_LISTEN":                  c.Listen,
		"AGGREGATOR_ADMIN_LISTEN":            c.Admin,
		"AGGREGATOR_UPSTREAM_PUBLIC_URL":     upstream,
		"AGGREGATOR_UPSTREAM_INGRESS_URL":    upstream,
		"AGGREGATOR_UPSTREAM_VISIT_URL":      upstream,
		"AGGREGATOR_UPSTREAM_SCHEDULING_URL": upstream,
		"AGGREGATOR_CACHE_REDIS_ADDRESSES":   c.Redis,
		"AGGREGATOR_LOG_LEVEL":               "warn",
	} {
		if !slices.ContainsFunc(p.environ, func(own string) bool { return strings.HasPrefix(own, name+"=") }) {
			environ = append(environ, name+"="+value)
		}
	}
	return config.LoadBytes("configs/demo.yaml", configs.Demo, environ)
}
