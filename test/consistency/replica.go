package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
	"timeslots/test/rig"
)

// How long things last in the replicas. Fragments are fresh for a second, so that there are many refetches, and what is
// stale is served while upstream is slow. Tombstones outlast every copy and the largest lag that can be asked for.
const (
	tombstone = 5 * time.Minute
	maxLag    = 30 * time.Second
)

// disableVariable tells replicas which parts of the promise to leave out.
const disableVariable = "TIMESLOTS_TEST_DISABLE"

// replica is one `aggregator serve`.
type replica struct {
	*rig.Process
	base  string // of the public listener
	admin string
}

// replicaAt says where a replica listens and what it stands in front of.
type replicaAt struct {
	public, admin, simulator, redis string
	providerDirect                  string // the version that searches ask for
}

func newReplica(dir, name, binary string, at replicaAt) (*replica, error) {
	file := filepath.Join(dir, name+".yaml")
	if err := os.WriteFile(file, []byte(configuration(at)), 0o600); err != nil {
		return nil, err
	}
	p := rig.NewProcess(dir, name, binary, "serve", "--config", file)
	return &replica{Process: p, base: "http://" + at.public, admin: "http://" + at.admin}, nil
}

// configuration differs between replicas in the addresses only.
func configuration(at replicaAt) string {
	redis := ""
	if at.redis != "" {
		redis = fmt.Sprintf("%q", at.redis)
	}
	const bounds = "fresh: 1s, stale: 2s, staleOnError: 30s, negative: 1s"
	return fmt.Sprintf(`
listen: %[1]q
admin: {listen: %[2]q}
tenant: acme
tier: prd
upstream:
  public: {url: %[3]q}
  ingress: {url: %[3]q, keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}
  visit: {url: %[3]q}
  scheduling: {url: %[3]q, brand: acme}
sources:
  careDirect: {%[4]s}
  providerDirect: {version: %[7]q, %[4]s}
  careOptions: {%[4]s}
cache: {redis: {addresses: [%[5]s]}}
booking: {tombstone: %[6]s}
shutdown: {grace: 2s}
log: {level: warn, format: text}
`, at.public, at.admin, "http://"+at.simulator, bounds, redis, tombstone, at.providerDirect)
}

// begin starts the replica and waits until it is ready.
func (r *replica) begin(ctx context.Context) error {
	if err := r.Start(); err != nil {
		return err
	}
	return r.Await(ctx, r.ready)
}

func (r *replica) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.admin+"/readyz", nil)
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("readyz: status %d", resp.StatusCode)
	}
	return nil
}
