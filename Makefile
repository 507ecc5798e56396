# The same targets for laptops and CI. `make` alone prints them.

GO          ?= go
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 5m
BENCH       ?= .
BENCHSTAT    = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# Packages that a request passes, for `make bench`.
ON_THE_PATH  = ./internal/api/... ./internal/cache ./internal/fetch/... ./internal/merge ./internal/metrics ./internal/search ./internal/taken ./internal/trace

# Tests of cmd/aggregator that are part of `make faults` as well, three of them there alone: they take their time.
CROWDS       = Burst|HotFragment|LosingRedis|256MiB|Honest|RollingRestart|NothingIsLost

# Packages of Debian that the tests need: a real Redis, a C compiler for the race detector, proxies that
# would cache, a Prometheus, a browser.
DEBIAN       = $(if $(shell command -v redis-server),,redis-server) $(if $(shell command -v gcc),,gcc libc6-dev) \
               $(if $(shell command -v nginx),,nginx-light) $(if $(shell command -v varnishd),,varnish) \
               $(if $(shell command -v prometheus),,prometheus) $(if $(shell command -v chromium-headless-shell),,chromium-headless-shell)

# What `make containers` needs: an engine, its networks and names, and what base images are made with.
FOR_CONTAINERS = $(if $(shell command -v podman),,podman) $(if $(shell command -v runc),,runc) $(if $(wildcard /usr/lib/podman/netavark),,netavark) \
               $(if $(wildcard /usr/lib/podman/aardvark-dns),,aardvark-dns) $(if $(shell command -v iptables),,iptables) \
               $(if $(shell command -v catatonit),,catatonit) $(if $(shell command -v podman-compose),,podman-compose) \
               $(if $(shell command -v debootstrap),,debootstrap)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/aggregator and bin/loadtest, static
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/aggregator ./loadtest

.PHONY: run
run: ## Run the demo: a simulated tenant and the service in front of it
	$(GO) run ./cmd/aggregator demo

.PHONY: test
test: packages size vet fmt-check lint types-check ## Check everything that does not depend on the machine: code, types, all tests, some on other days
	@GO=$(GO) .ci/at-date now .ci/test

.PHONY: test-any-day
test-any-day: packages ## Run the tests at every day of .ci/days: weekdays, clock changes, year's ends, 29 February
	@GO=$(GO) .ci/any-day

.PHONY: test-short
test-short: ## Run the tests without the race detector; those that need Redis skip where there is none
	$(GO) test -short ./...

.PHONY: size
size: ## Fail on a tracked file over 1 MiB
	@.ci/size

.PHONY: vet
vet: ## Run go vet
	@echo "$(GO) vet ./..."; .ci/at-date now $(GO) vet ./...

.PHONY: fmt-check
fmt-check: ## Fail when a file is not gofmt's
	@files=$$($$($(GO) env GOROOT)/bin/gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:"; echo "$$files"; exit 1; fi

.PHONY: lint
lint: ## Run the pinned linter
	GOFLAGS="$$($(GO) env GOFLAGS) -trimpath" $(GO) run $(STATICCHECK) ./...

.PHONY: types
types: ## Generate docs/typescript/timeslots.d.ts from the service's description
	@docs/typescript/types.sh

.PHONY: types-check
types-check: ## Check that these types are up to date and that the example fits them; without npm, say that it was not checked
	@docs/typescript/types.sh --check

.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZTIME (5m) each, two at a time
	@GO=$(GO) .ci/fuzz $(FUZZTIME) 2

.PHONY: faults
faults: packages ## Break everything around the service, measure what visitors notice, and want it all to heal; quarter of an hour
	FAULTS_FULL=1 $(GO) test -count=1 -timeout 20m -v ./test/faults
	FAULTS_FULL=1 $(GO) test -count=1 -timeout 15m -v -run '$(CROWDS)' ./cmd/aggregator
	FAULTS_FULL=1 $(GO) test -count=1 -timeout 20m -v ./loadtest/whole
	FAULTS_FULL=1 $(GO) test -count=1 -timeout 10m -p 1 ./internal/cache ./internal/api/...
	FAULTS_FULL=1 $(GO) test -count=1 -timeout 5m -v -run SomebodyElse ./test/browser

.PHONY: consistency
consistency: packages ## Check that taken slots are offered by no replica, also while things break, for four minutes
	$(GO) run ./test/consistency -duration 60s -min-bookings 500 -min-reads 50000 -min-strict 0.99
	$(GO) run ./test/consistency -duration 60s -nemesis -min-bookings 300 -min-reads 10000
	$(GO) run ./test/consistency -duration 60s -apart -replicas 4 -lag 2s -min-bookings 500 -min-reads 30000 -min-strict 0.75
	$(GO) run ./test/consistency -duration 10s -deaf
	$(GO) run ./test/consistency -duration 10s -deaf -disable promotion-wait -expect-violations
	$(GO) run ./test/consistency -duration 10s -disable serve-filter -expect-violations
	$(GO) run ./test/consistency -duration 10s -disable tombstones -expect-violations

.PHONY: bench
bench: packages ## Run the benchmarks of a request's path that match BENCH (all, four minutes), and write their tables into docs/performance.md
	@mkdir -p bin
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime 100ms -count 6 $(ON_THE_PATH) | tee bin/bench.txt
	$(GO) run $(BENCHSTAT) -format csv bin/bench.txt >bin/bench.csv
	@if [ '$(BENCH)' = . ]; then $(GO) run ./test/bench tables docs/performance.md bin/bench.csv; fi

.PHONY: bench-check
bench-check: ## Fail on more allocations than test/bench/limits.txt allows, or on a ratio of two times in one run
	GO=$(GO) $(GO) run ./test/bench check test/bench/limits.txt

.PHONY: ci
ci: ## What CI runs: .ci/run
	.ci/run

.PHONY: packages
packages: ## Install what the tests need (Debian, as root), or say what is missing
	@missing="$(strip $(DEBIAN))"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing $$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	else \
	  echo "the tests need: $$missing"; \
	  echo "install them first, on Debian: sudo apt-get install $$missing"; \
	  exit 1; \
	fi

.PHONY: containers
containers: DEBIAN = $(FOR_CONTAINERS)
containers: packages ## Build the images and run docker-compose.yml and the manifests for real, with Podman (Debian, root; minutes at first)
	@mkdir -p bin
	@$(GO) build -o bin/containers ./deploy/containers
	@exec bin/containers

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin coverage.out
