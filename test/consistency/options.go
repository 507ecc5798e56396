package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// Bounds that keep a slip of the finger from taking the machine down.
const (
	maxReplicas = 9
	maxDuration = time.Hour
	maxReadRate = 20_000
	maxBookRate = 1_000
)

type options struct {
	binary   string        // an aggregator that is built already; empty: build one
	replicas int           // of the service
	noRedis  bool          // replicas share nothing
	deaf     bool          // Redis refuses subscriptions
	duration time.Duration // of reading and booking
	patience time.Duration // more of it, while there is too little to tell
	readRate float64       // reads a second, over all replicas
	bookRate float64       // bookings a second
	lag      time.Duration // for which upstream goes on listing what it sold
	latency  time.Duration // of upstream's reads and of every second booking
	nemesis  bool          // break things meanwhile
	apart    bool          // readers of ids, readers of pages and bookers at different replicas, see apart.go
	seed     uint64        // same seed, same questions and same breakage in the same order
	disable  string        // parts of the promise that the replicas leave out
	jsonFile string        // for the report; empty: none

	expectViolations bool    // fail when there are none
	minBookings      int     // answered 2xx or SlotUnavailable
	minReads         int     // strict
	minStrict        float64 // share of the reads, 0…1
}

// parseOptions reads and checks the command line; -h prints help to stderr and gives flag.ErrHelp.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("consistency", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.binary, "binary", "", "aggregator that is built already; none: build ./cmd/aggregator")
	f.IntVar(&o.replicas, "replicas", 3, "replicas of the service")
	f.BoolVar(&o.noRedis, "no-redis", false, "give the replicas no Redis: they share nothing")
	f.BoolVar(&o.deaf, "deaf", false, "let Redis refuse SUBSCRIBE: messages are faster, but nothing may rest on them")
	f.DurationVar(&o.duration, "duration", time.Minute, "how long to read and book")
	f.DurationVar(&o.patience, "patience", 30*time.Second, "how much longer, while there is too little to tell: a busy machine is slow")
	f.Float64Var(&o.readRate, "reads", 1200, "reads a second")
	f.Float64Var(&o.bookRate, "bookings", 10, "bookings a second")
	f.DurationVar(&o.lag, "lag", 400*time.Millisecond, "how long upstream goes on listing what it sold")
	f.DurationVar(&o.latency, "latency", 30*time.Millisecond, "latency of upstream's reads, and of every second booking")
	f.BoolVar(&o.nemesis, "nemesis", false, "kill, stop and restart replicas and Redis, empty Redis, slow upstream")
	f.BoolVar(&o.apart, "apart", false, "let one replica read slotIds, another book, and the others read pages without ids; the last joins again and again")
	f.Uint64Var(&o.seed, "seed", 1, "of what is asked and broken")
	f.StringVar(&o.disable, "disable", "", "comma list of promotion-wait, serve-filter, tombstones: replicas leave these out")
	f.StringVar(&o.jsonFile, "json", "", "write the report to this `file` too")
	f.BoolVar(&o.expectViolations, "expect-violations", false, "fail when there are none, instead of when there are some")
	f.IntVar(&o.minBookings, "min-bookings", 1, "fail with fewer bookings that were answered 2xx or SlotUnavailable")
	f.IntVar(&o.minReads, "min-reads", 1, "fail with fewer strict reads")
	f.Float64Var(&o.minStrict, "min-strict", 0, "fail when a smaller share of the reads is strict (0…1)")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	return o, o.validate()
}

// validate reports every bad flag at once.
func (o *options) validate() error {
	var errs []error
	refuse := func(bad bool, name, want string) {
		if bad {
			errs = append(errs, fmt.Errorf("-%s must be %s", name, want))
		}
	}
	refuse(o.replicas < 1 || o.replicas > maxReplicas, "replicas", fmt.Sprintf("1 to %d", maxReplicas))
	refuse(o.duration <= 0 || o.duration > maxDuration, "duration", fmt.Sprintf("more than 0 and at most %s", maxDuration))
	refuse(o.patience < 0 || o.patience > maxDuration, "patience", fmt.Sprintf("0s to %s", maxDuration))
	refuse(!(o.readRate >= 1 && o.readRate <= maxReadRate), "reads", fmt.Sprintf("1 to %d a second", maxReadRate))
	refuse(!(o.bookRate >= 1 && o.bookRate <= maxBookRate), "bookings", fmt.Sprintf("1 to %d a second", maxBookRate))
	refuse(o.lag < 0 || o.lag > maxLag, "lag", fmt.Sprintf("0s to %s", maxLag))
	refuse(o.latency < 0 || o.latency > time.Second, "latency", "0s to 1s")
	refuse(!(o.minStrict >= 0 && o.minStrict <= 1), "min-strict", "0 to 1")
	refuse(o.apart && o.nemesis, "apart", "left out with -nemesis")
	refuse(o.apart && o.replicas < apartReplicas, "replicas", fmt.Sprintf("at least %d with -apart", apartReplicas))
	refuse(o.noRedis && o.deaf, "deaf", "left out with -no-redis")
	return errors.Join(errs...)
}
