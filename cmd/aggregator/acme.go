package main

import (
	"context"
	"fmt"
	"time"

	"timeslots/internal/acme"
)

type acmeCommand struct {
	Listen      string        `default:"127.0.0.1:8081" placeholder:"ADDR" help:"Address to listen on."`
	Departments int           `default:"60" help:"Number of departments."`
	Providers   int           `default:"240" help:"Number of clinicians."`
	Latency     time.Duration `default:"0s" help:"Latency of every answer."`
	Fault       []string      `placeholder:"SPEC" sep:"none" help:"A fault in force from the start, for example care-options:status=500@0.2; repeatable."`
	tenancy
}

// Run serves the simulator until it is told to stop.
func (c *acmeCommand) Run(p *program) error {
	fleet, err := c.fleet()
	if err != nil {
		return &usageError{err}
	}
	l, err := newListener(fleet, endpoint{addr: c.Listen, connections: maxConnections(), timeouts: acmeTimeouts})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.stderr, "listening public=%s\n", l.addr())
	stop := p.listenForSignals()
	defer stop.release()
	select {
	case err := <-l.failed:
		return err
	case <-stop.first:
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		l.socket.Stop()
		if l.server.Shutdown(ctx) != nil { // hanging answers are what it simulates
			_ = l.server.Close()
		}
		return nil
	}
}

// fleet is two health systems in both tiers. An address without one of their host names is Acme's PRD; the others are
// reached by host, as GET /_acme/tenants lists them. Flags apply to all four. PRD of both has the same seed, hence the
// same NPIs and department ids: who mixes up two tenants shall notice.
func (c *acmeCommand) fleet() (*acme.Fleet, error) {
	var members []acme.Options
	for _, name := range []string{"acme", "birch"} {
		for i, tier := range []string{acme.PRD, acme.UAT} {
			o := c.options(name, tier)
			o.Seed += uint64(i)
			o.Departments, o.Providers, o.Latency, o.Faults = c.Departments, c.Providers, c.Latency, c.Fault
			members = append(members, o)
		}
	}
	return acme.NewFleet(members...)
}

// acmeTimeouts leave room for answers that hang on purpose.
var acmeTimeouts = timeouts{header: 5 * time.Second, read: 30 * time.Second, idle: 2 * time.Minute}
