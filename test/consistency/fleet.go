package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"timeslots/test/rig"
)

// fleet is all that the check starts.
type fleet struct {
	dir       string           // temporary
	redis     *rig.RedisServer // nil: none
	simulator *simulator
	replicas  []*rig.Service
}

// startFleet starts everything and waits until it is ready. Whatever it started is ended again when something fails.
func startFleet(ctx context.Context, o *options) (*fleet, error) {
	dir, err := os.MkdirTemp("", "consistency-")
	if err != nil {
		return nil, err
	}
	f := &fleet{dir: dir}
	if err := f.build(ctx, o); err != nil {
		return nil, errors.Join(err, f.close())
	}
	if err := f.begin(ctx); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// build makes the binary, unless there is one, and describes the processes without starting them.
func (f *fleet) build(ctx context.Context, o *options) (err error) {
	binary := o.binary
	if binary == "" {
		if binary, err = buildBinary(ctx, f.dir, o.disable != ""); err != nil {
			return err
		}
	}
	addrs, err := rig.FreeAddresses(2 + 2*o.replicas)
	if err != nil {
		return err
	}
	at := replicaAt{simulator: addrs[0], providerDirect: "both"}
	if o.apart {
		at.providerDirect = "v5" // which has no slotIds
	}
	if !o.noRedis {
		at.redis = addrs[1]
		var args []string
		if o.deaf {
			args = []string{"--rename-command", "SUBSCRIBE", ""} // an empty name: gone
		}
		if f.redis, err = rig.NewRedisServer(f.dir, at.redis, args...); err != nil {
			return fmt.Errorf("%w (or -no-redis)", err)
		}
	}
	f.simulator = newSimulator(f.dir, binary, at.simulator, o)
	for i := range o.replicas {
		at.public, at.admin = addrs[2+2*i], addrs[3+2*i]
		r, err := rig.NewService(f.dir, fmt.Sprintf("replica-%d", i), binary, configuration(at))
		if err != nil {
			return err
		}
		r.Env = []string{disableVariable + "=" + o.disable}
		f.replicas = append(f.replicas, r)
	}
	return nil
}

func (f *fleet) begin(ctx context.Context) error {
	if f.redis != nil {
		if err := f.redis.Begin(ctx); err != nil {
			return err
		}
	}
	if err := f.simulator.Begin(ctx); err != nil {
		return err
	}
	for _, r := range f.replicas {
		if err := r.Begin(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *fleet) processes() []*rig.Process {
	var all []*rig.Process
	for _, r := range f.replicas {
		all = append(all, r.Process)
	}
	if f.simulator != nil {
		all = append(all, f.simulator.Process)
	}
	if f.redis != nil {
		all = append(all, f.redis.Process)
	}
	return all
}

// health is an error when a process is gone that nobody ended.
func (f *fleet) health() error {
	var errs []error
	for _, p := range f.processes() {
		if !p.Alive() {
			errs = append(errs, p.EndedItself())
		}
	}
	return errors.Join(errs...)
}

// close ends all processes, stopped ones too, and removes the directory.
func (f *fleet) close() error {
	var errs []error
	for _, p := range f.processes() {
		if p.Alive() {
			_ = p.Signal(syscall.SIGCONT)
			errs = append(errs, p.Kill())
		}
	}
	return errors.Join(append(errs, os.RemoveAll(f.dir))...)
}

// buildBinary compiles the service: as it is shipped, or with the switches that break the promise, which it does not
// have otherwise.
func buildBinary(ctx context.Context, dir string, switches bool) (string, error) {
	if !switches {
		return rig.Build(ctx, dir, "cmd/aggregator")
	}
	return rig.Build(ctx, filepath.Join(dir, "with-switches"), "cmd/aggregator", "consistencycheck")
}

// How long things last in the replicas. Fragments are fresh for a second, so that there are many refetches, and what is
// stale is served while upstream is slow. Tombstones outlast every copy and the largest lag that can be asked for.
const (
	tombstone = 5 * time.Minute
	maxLag    = 30 * time.Second
)

// disableVariable tells replicas which parts of the promise to leave out.
const disableVariable = "TIMESLOTS_TEST_DISABLE"

// replicaAt says where a replica listens and what it stands in front of.
type replicaAt struct {
	public, admin, simulator, redis string
	providerDirect                  string // the version that searches ask for
}

// configuration differs between replicas in the addresses only.
func configuration(at replicaAt) string {
	redis := ""
	if at.redis != "" {
		redis = fmt.Sprintf("%q", at.redis)
	}
	const bounds = "fresh: 1s, stale: 2s, staleOnError: 30s, negative: 1s"
	url := "http://" + at.simulator
	return rig.Configuration(url,
		fmt.Sprintf("listen: %q", at.public), fmt.Sprintf("admin: {listen: %q}", at.admin),
		rig.Upstream(url)+fmt.Sprintf("\n  scheduling: {url: %q, brand: acme}", url),
		fmt.Sprintf("sources: {careDirect: {%[1]s}, providerDirect: {version: %[2]q, %[1]s}, careOptions: {%[1]s}}", bounds, at.providerDirect),
		fmt.Sprintf("cache: {redis: {addresses: [%s]}}", redis), fmt.Sprintf("booking: {tombstone: %s}", tombstone),
		"shutdown: {grace: 2s}", "log: {level: warn, format: text}")
}
