package main

import (
	"fmt"
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
