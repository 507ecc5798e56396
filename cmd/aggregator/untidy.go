package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"timeslots/internal/acme"
)

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
