package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"timeslots/internal/acme"
)

type acmeCommand struct {
	Listen      string        `default:"127.0.0.1:8081" placeholder:"ADDR" help:"Address to listen on."`
	Departments int           `default:"60" help:"Number of departments."`
	Providers   int           `default:"240" help:"Number of clinicians."`
	Latency     time.Duration `default:"0s" help:"Latency of every answer."`
	Fault       []string      `placeholder:"SPEC" sep:"none" help:"A fault in force from the start, for example care-options:status=500@0.2; repeatable."`
	Sales       salesPlan     `placeholder:"SPEC" help:"Slots of Acme's PRD that are sold elsewhere, for example rate=0.06,hot=AcmeRiverton:6,lead=8,burst=5@10m,release=0.1@15m."`
	tenancy
}

// salesPlan is the flag --sales.
type salesPlan struct{ acme.SalesPlan }

// UnmarshalText reads a plan; which clinics there are is checked when the tenant is built.
func (p *salesPlan) UnmarshalText(text []byte) (err error) {
	p.SalesPlan, err = acme.ParseSalesPlan(string(text))
	return err
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
// reached by host, as GET /_acme/tenants lists them. Flags apply to all four, but sales to Acme's PRD only. PRD of both
// has the same seed, hence the same NPIs and department ids: who mixes up two tenants shall notice.
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
	members[0].Sales = c.Sales.SalesPlan
	return acme.NewFleet(members...)
}

// acmeTimeouts leave room for answers that hang on purpose.
var acmeTimeouts = timeouts{header: 5 * time.Second, read: 30 * time.Second, idle: 2 * time.Minute}

// untidiness is the flag --untidy: alone it is everything but what nobody can read, with = it names switches.
type untidiness struct{ acme.Untidy }

// Decode takes a value only after the equals sign, so that the flag may stand alone.
func (u *untidiness) Decode(ctx *kong.DecodeContext) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		u.Untidy = acme.Throughout
		return nil
	}
	set, err := acme.ParseUntidy(fmt.Sprint(ctx.Scan.Pop().Value))
	u.Untidy = set
	return err
}

// IsBool lets kong accept the flag without a value.
func (*untidiness) IsBool() bool { return true }

// tenancy is what both commands may say about the simulated tenant.
type tenancy struct {
	Seed      uint64     `default:"1" help:"Same seed, same tenant."`
	Untidy    untidiness `placeholder:"SWITCH,..." help:"As untidy as the field: all of it, or with = the named switches, for example shared-ids,bom."`
	Lookahead int        `default:"90" help:"Days after today that may be asked for; later ones are refused."`
}

// options are those of the tenant with that name, in that tier.
func (t tenancy) options(name, tier string) acme.Options {
	return acme.Options{Tenant: name, Tier: tier, Seed: t.Seed, Untidy: t.Untidy.Untidy, Lookahead: t.Lookahead}
}
