package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"timeslots/internal/acme"
)

type acmeCommand struct {
	Listen      string        `default:"127.0.0.1:8081" placeholder:"ADDR" help:"Address to listen on."`
	Seed        uint64        `default:"1" help:"Same seed, same tenant."`
	Departments int           `default:"60" help:"Number of departments."`
	Providers   int           `default:"240" help:"Number of clinicians."`
	Latency     time.Duration `default:"0s" help:"Latency of every answer."`
	Fault       []string      `placeholder:"SPEC" sep:"none" help:"A fault in force from the start, for example care-options:status=500@0.2; repeatable."`
}

// Run serves the simulator until it is told to stop.
func (c *acmeCommand) Run(p *program) error {
	tenant, err := acme.New(acme.Options{
		Seed: c.Seed, Departments: c.Departments, Providers: c.Providers, Latency: c.Latency, Faults: c.Fault,
	})
	if err != nil {
		return &usageError{err}
	}
	l, err := newListener(c.Listen, tenant, acmeTimeouts)
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
		if l.shutdown(ctx) != nil { // hanging answers are what it simulates
			return nil
		}
		return nil
	}
}

// acmeTimeouts leave room for answers that hang on purpose.
var acmeTimeouts = timeouts{header: 5 * time.Second, read: 30 * time.Second, idle: 2 * time.Minute}

var _ http.Handler = (*acme.Tenant)(nil)
