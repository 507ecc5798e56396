package main

import (
	"errors"
	"log/slog"
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"timeslots/cmd/aggregator/internal/config"
)

// takeMemoryLimit makes the container's memory limit Go's own, less a tenth for what Go does not count, unless
// GOMEMLIMIT says otherwise.
func takeMemoryLimit(log *slog.Logger) {
	_, err := memlimit.Set(memlimit.WithProvider(memlimit.FromCgroup))
	if err != nil && !errors.Is(err, memlimit.ErrNoLimit) {
		log.Debug("no memory limit taken from the cgroup", "reason", err)
	}
}

// memoryLimit is the soft limit in bytes; without one it is math.MaxInt64.
func memoryLimit() int64 { return debug.SetMemoryLimit(-1) }

// cacheShare is the part of the memory limit that the caches may fill together, in percent. The rest is for requests
// under way, connections, and for garbage until it is collected.
const cacheShare = 40

// fitCaches lowers the caches' sizes in proportion where a memory limit leaves less than is configured, so that under
// pressure it is the caches that are smaller, and not the process that ends. It reports whether it did.
func fitCaches(cache *config.Memory, limit int64) bool {
	if limit == math.MaxInt64 {
		return false
	}
	wanted, share := int64(cache.Fragments+cache.Responses), limit/100*cacheShare
	if wanted <= share {
		return false
	}
	scale := float64(share) / float64(wanted)
	cache.Fragments = max(config.MiB, config.Size(scale*float64(cache.Fragments)))
	cache.Responses = max(config.MiB, config.Size(scale*float64(cache.Responses)))
	return true
}

// unionShare is the part of the memory limit that may be taken by what questions have in common, in percent: worked out again
// it costs time, as what the collector has to look through does.
const unionShare = 16

// unionBytes is how much that is; 0, the usual size, where that is less.
func unionBytes(limit int64) int {
	if limit/100*unionShare >= usualUnions {
		return 0
	}
	return int(max(1, limit/100*unionShare))
}

// usualUnions is the bound of [merge.Unions] in bytes where memory has no limit.
const usualUnions = 64 << 20

// fitToMemory takes the memory limit and lowers the caches to it, now and in what load gives.
func fitToMemory(cfg *config.Config, load func() (*config.Config, error), log *slog.Logger) func() (*config.Config, error) {
	takeMemoryLimit(log)
	limit := memoryLimit()
	if !fitCaches(&cfg.Cache.Memory, limit) {
		return load
	}
	log.Warn("caches are smaller than configured, to fit the memory limit", "limit", limit,
		"fragments", cfg.Cache.Memory.Fragments, "responses", cfg.Cache.Memory.Responses)
	return fitted(load, limit)
}

// fitted is load for a process with a memory limit: a reload compares like with like.
func fitted(load func() (*config.Config, error), limit int64) func() (*config.Config, error) {
	if load == nil {
		return nil
	}
	return func() (*config.Config, error) {
		cfg, err := load()
		if err == nil {
			fitCaches(&cfg.Cache.Memory, limit)
		}
		return cfg, err
	}
}
